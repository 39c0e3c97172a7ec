/** Copies a text, and says so. */
import { useEffect, useState } from "react";

import { CheckOutlined, CopyOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useTranslation } from "react-i18next";

const SHOWN_MS = 2000;

export interface CopyButtonProps {
  text: string;
  /** What is copied, for screen readers; the button then shows only its icon. */
  label?: string;
  onCopied?: () => void;
}

export function CopyButton({ text, label, onCopied }: CopyButtonProps) {
  const { t } = useTranslation("ui");
  const [said, setSaid] = useState<"copied" | "failed" | undefined>();
  useEffect(() => {
    if (said === undefined) return undefined;
    const timer = setTimeout(() => setSaid(undefined), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [said]);
  const words = said === undefined ? t("copy.copy") : t(`copy.${said}`);
  return (
    <>
      <Button
        size="small"
        type={label === undefined ? "default" : "text"}
        icon={said === "copied" ? <CheckOutlined /> : <CopyOutlined />}
        aria-label={label === undefined ? undefined : `${t("copy.copy")}: ${label}`}
        title={words}
        onClick={() => {
          void copied(text).then((done) => {
            setSaid(done ? "copied" : "failed");
            if (done) onCopied?.();
          });
        }}
      >
        {label === undefined ? words : null}
      </Button>
      <span className="visually-hidden" role="status">
        {said === undefined ? "" : words}
      </span>
    </>
  );
}

/** Puts `text` into the clipboard; pages on plain HTTP have only the old way. */
async function copied(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = document.createElement("textarea");
    area.value = text;
    area.className = "visually-hidden";
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy"); // eslint-disable-line @typescript-eslint/no-deprecated -- the only way without HTTPS
    area.remove();
    return done;
  }
}
