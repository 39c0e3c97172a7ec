/** Dialog that issues a token: it asks for confirmation, shows the token once, and closes only after "saved" is ticked. */
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
  /** The effect of a new token, shown before it is issued. */
  warning: string;
  confirm: string;
  /** Whether the token takes access from another person. */
  danger?: boolean;
  pending: boolean;
  /** The title above an error. */
  refused: string;
  error: Error | null;
  /** Undefined until it is issued. */
  token: string | undefined;
  /** What to do with the token now. */
  once: string;
  onceHint: string;
  onAsk: () => void;
  onClose: () => void;
}

export function TokenDialog(props: TokenDialogProps) {
  const { open, title, warning, confirm, danger = false, pending, refused, error, token, once, onceHint, onAsk } = props;
  const { t } = useTranslation("ui");
  const [saved, setSaved] = useState(false);
  // An issued token is lost when the dialog closes: it stays open until the token is saved.
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
