/** A kubeconfig, script or token: hidden until asked, then with copy and download. */
import { useId, useState } from "react";

import { DownloadOutlined, EyeInvisibleOutlined, EyeOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useTranslation } from "react-i18next";

import { CopyButton } from "./copy-button";
import styles from "./secret-text.module.css";

export interface SecretTextProps {
  text: string;
  /** What it is: "Kubeconfig". */
  label: string;
  /** The name of the file a download makes; without it there is no download. */
  file?: string;
  /** Shown from the start: for what is shown only once. */
  open?: boolean;
  onCopied?: () => void;
}

export function SecretText({ text, label, file, open = false, onCopied }: SecretTextProps) {
  const { t } = useTranslation("ui");
  const [shown, setShown] = useState(open);
  const id = useId();
  return (
    <section className={styles.secret} aria-label={label}>
      <div className={styles.bar}>
        <span className={styles.label}>{label}</span>
        <Button
          size="small"
          icon={shown ? <EyeInvisibleOutlined /> : <EyeOutlined />}
          aria-expanded={shown}
          aria-controls={id}
          onClick={() => setShown(!shown)}
        >
          {shown ? t("secret.hide") : t("secret.show")}
        </Button>
        <CopyButton text={text} {...(onCopied ? { onCopied } : {})} />
        {file === undefined ? null : (
          <Button size="small" icon={<DownloadOutlined />} onClick={() => download(text, file)}>
            {t("secret.download")}
          </Button>
        )}
      </div>
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard */}
      <pre id={id} className={styles.text} tabIndex={shown ? 0 : undefined} aria-label={label}>
        {shown ? text : <span className={styles.hidden}>{t("secret.hidden")}</span>}
      </pre>
    </section>
  );
}

function download(text: string, file: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: "application/octet-stream" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = file;
  link.click();
  URL.revokeObjectURL(address);
}
