/** Opens the command palette, also by Ctrl+K; its code loads on first use. */
import { lazy, Suspense, useEffect, useState } from "react";

import { SearchOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useTranslation } from "react-i18next";

import type { Feature } from "../../core/feature";

const Palette = lazy(() => import("./palette"));

export interface PaletteButtonProps {
  features: readonly Feature[];
  /** Opens the help on shortcuts. */
  onHelp: () => void;
}

export function PaletteButton({ features, onHelp }: PaletteButtonProps) {
  const { t } = useTranslation("app");
  const [open, setOpen] = useState<boolean | undefined>();
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      setOpen((now) => !now);
    };
    document.addEventListener("keydown", listen);
    return () => document.removeEventListener("keydown", listen);
  }, []);
  return (
    <>
      <Button
        type="text"
        icon={<SearchOutlined />}
        aria-label={t("palette.open")}
        aria-keyshortcuts="Control+K"
        title={`${t("palette.open")} (Ctrl+K)`}
        onClick={() => setOpen(true)}
      />
      {open === undefined ? null : (
        <Suspense>
          <Palette open={open} onClose={() => setOpen(false)} features={features} onHelp={onHelp} />
        </Suspense>
      )}
    </>
  );
}
