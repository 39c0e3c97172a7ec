/** "?" shows the page's shortcuts, from anywhere but a text; the dialog is loaded the first time. */
import { lazy, Suspense, useEffect, useState } from "react";
import type { ReactNode } from "react";

import { isTyping } from "../../ui/keyboard/typing";

const KeyboardHelp = lazy(() => import("./keyboard-help"));

/** As keyboards have it, and as Chinese input methods write it. */
const KEYS = ["?", "？"];

/** What shows the help, and the help itself; `available` is whether the page has these shortcuts now. */
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
