/** A new token: asked for twice, shown once, and left only by who has saved it. */
import { useState } from "react";

import { Button, Checkbox, Modal } from "antd";
import { useTranslation } from "react-i18next";

import { Notice } from "../feedback/notice";
import page from "../layout/page.module.css";
import { Refused } from "../feedback/refused";
import { SecretText } from "./secret-text";

export interface TokenDialogProps {
  open: boolean;
  title: string;
  /** What a new token changes, before it is asked for. */
  warning: string;
  confirm: string;
  /** Whether asking takes something from somebody else. */
  danger?: boolean;
  pending: boolean;
  /** Above what kept it from being made. */
  refused: string;
  error: Error | null;
  /** Undefined until it is made. */
  token: string | undefined;
  /** What to do with it now. */
  once: string;
  onceHint: string;
  onAsk: () => void;
  onClose: () => void;
}

export function TokenDialog(props: TokenDialogProps) {
  const { open, title, warning, confirm, danger = false, pending, refused, error, token, once, onceHint, onAsk } = props;
  const { t } = useTranslation("ui");
  const [saved, setSaved] = useState(false);
  // Once there is a token, only who has saved it gets out.
  const free = token === undefined && !pending;
  const close = () => {
    setSaved(false);
    props.onClose();
  };
  const buttons =
    token === undefined ? (
      <>
        <Button disabled={!free} onClick={close}>
          {t("cancel")}
        </Button>
        <Button type="primary" danger={danger} loading={pending} onClick={onAsk}>
          {confirm}
        </Button>
      </>
    ) : (
      <Button type="primary" disabled={!saved} onClick={close}>
        {t("token.done")}
      </Button>
    );
  return (
    <Modal
      open={open}
      title={title}
      onCancel={close}
      closable={free}
      mask={{ closable: free }}
      keyboard={free}
      footer={buttons}
    >
      <div className={page.stack}>
        {token === undefined ? (
          <>
            <p>{warning}</p>
            <Refused title={refused} error={error} />
          </>
        ) : (
          <>
            <Notice tone="warn" title={once}>
              {onceHint}
            </Notice>
            <SecretText text={token} label={t("token.label")} file="yurt-console-token.txt" open />
            <Checkbox checked={saved} onChange={(event) => setSaved(event.target.checked)}>
              {t("token.saved")}
            </Checkbox>
          </>
        )}
      </div>
    </Modal>
  );
}
