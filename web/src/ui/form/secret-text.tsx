/** A secret text (kubeconfig, script, token), hidden at first, with copy and download. */
import { useId, useState } from "react";

import { DownloadOutlined, EyeInvisibleOutlined, EyeOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useTranslation } from "react-i18next";

import { CopyButton } from "./copy-button";
import styles from "./secret-text.module.css";

export interface SecretTextProps {
  text: string;
  /** The accessible name: "Kubeconfig". */
  label: string;
  /** The file name of the download; without it there is no download button. */
  file?: string;
  /** Visible from the start: for secrets that are shown only once. */
  open?: boolean;
  onCopied?: () => void;
}

export function SecretText({ text, label, file, open = false, onCopied }: SecretTextProps) {
  const { t } = useTranslation("ui");
  const [visible, setVisible] = useState(open);
  const id = useId();
  return (
    <section className={styles.secret} aria-label={label}>
      <div className={styles.bar}>
        <span className={styles.label}>{label}</span>
        <Button
          size="small"
          icon={visible ? <EyeInvisibleOutlined /> : <EyeOutlined />}
          aria-expanded={visible}
          aria-controls={id}
          onClick={() => setVisible(!visible)}
        >
          {visible ? t("secret.hide") : t("secret.show")}
        </Button>
        <CopyButton text={text} {...(onCopied ? { onCopied } : {})} />
        {file === undefined ? null : (
          <Button size="small" icon={<DownloadOutlined />} onClick={() => download(text, file)}>
            {t("secret.download")}
          </Button>
        )}
      </div>
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a scrollable text must be reachable by keyboard */}
      <pre id={id} className={styles.text} tabIndex={visible ? 0 : undefined} aria-label={label}>
        {visible ? text : <span className={styles.hidden}>{t("secret.hidden")}</span>}
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
