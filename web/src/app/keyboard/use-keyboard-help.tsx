/** Opens the help on shortcuts by "?", except in text inputs; its code loads on first use. */
import { lazy, Suspense, useEffect, useState } from "react";
import type { ReactNode } from "react";

import { isTyping } from "../../ui/keyboard/typing";

const KeyboardHelp = lazy(() => import("./keyboard-help"));

/** ASCII, and the full-width form of Chinese input methods. */
const KEYS = ["?", "？"];

/** A function that opens the help, and its dialog; `available` is whether the shortcuts work now. */
export function useKeyboardHelp(available: boolean): { show: () => void; dialog: ReactNode } {
  const [open, setOpen] = useState<boolean | undefined>();
  useEffect(() => {
    if (!available) return undefined;
    const listen = (event: KeyboardEvent) => {
      if (!KEYS.includes(event.key) || isTyping(event) || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      setOpen(true);
    };
    document.addEventListener("keydown", listen);
    return () => document.removeEventListener("keydown", listen);
  }, [available]);
  const dialog =
    open === undefined ? null : (
      <Suspense>
        <KeyboardHelp open={open} onClose={() => setOpen(false)} />
      </Suspense>
    );
  return { show: () => setOpen(true), dialog };
}
