/** Copies a text to the clipboard and notifies of the result. */
import { useEffect, useState } from "react";

import { CheckOutlined, CopyOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useTranslation } from "react-i18next";

import { notify } from "../../core/notify";

const FEEDBACK_MS = 2000;

export interface CopyButtonProps {
  text: string;
  /** The text's name for screen readers; the button then shows only its icon. */
  label?: string;
  onCopied?: () => void;
}

export function CopyButton({ text, label, onCopied }: CopyButtonProps) {
  const { t } = useTranslation("ui");
  const [result, setResult] = useState<"copied" | "failed" | undefined>();
  useEffect(() => {
    if (result === undefined) return undefined;
    const timer = setTimeout(() => setResult(undefined), FEEDBACK_MS);
    return () => clearTimeout(timer);
  }, [result]);
  const words = result === undefined ? t("copy.copy") : t(`copy.${result}`);
  return (
    <Button
      size="small"
      type={label === undefined ? "default" : "text"}
      icon={result === "copied" ? <CheckOutlined /> : <CopyOutlined />}
      aria-label={label === undefined ? undefined : `${t("copy.copy")}: ${label}`}
      title={words}
      onClick={() => {
        void copied(text).then((done) => {
          setResult(done ? "copied" : "failed");
          if (!done) notify("bad", t("copy.failed"));
          else notify("good", label === undefined ? t("copy.copied") : t("copy.copiedWhat", { what: label }));
          if (done) onCopied?.();
        });
      }}
    >
      {label === undefined ? words : null}
    </Button>
  );
}

/** Writes `text` to the clipboard; plain HTTP only has `execCommand`. */
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
