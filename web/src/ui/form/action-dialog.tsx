/** The dialog of an action: explains it, asks for what it needs, stays open until it succeeds, and shows its error. */
import { useState } from "react";
import type { ReactNode } from "react";

import { Input, Modal } from "antd";
import { useTranslation } from "react-i18next";

import { Refused } from "../feedback/refused";
import page from "../layout/page.module.css";
import { Field } from "./field";

export interface ActionDialogProps {
  open?: boolean;
  title: string;
  /** What the action does. */
  description: ReactNode;
  /** The button's label. */
  confirm: string;
  danger?: boolean;
  /** Whether the inputs are valid. */
  valid?: boolean;
  pending: boolean;
  /** The title above an error. */
  refused: string;
  error: Error | null;
  /** For what cannot be undone: a text to type before. */
  typed?: { label: string; matches: (text: string) => boolean };
  /** Called with the trimmed text of `typed`, "" without. */
  onConfirm: (text: string) => void;
  onClose: () => void;
  /** The fields; `send` is for Enter. */
  children?: (send: () => void) => ReactNode;
}

export function ActionDialog(props: ActionDialogProps) {
  const { open = true, title, description, confirm, danger = false, valid = true, pending, typed, children } = props;
  const { t } = useTranslation("ui");
  const [text, setText] = useState("");
  const answer = text.trim();
  const ready = valid && (typed === undefined || typed.matches(answer));
  const send = () => {
    if (ready && !pending) props.onConfirm(answer);
  };
  const close = () => {
    setText("");
    props.onClose();
  };
  return (
    <Modal
      open={open}
      title={title}
      okText={confirm}
      okButtonProps={{ danger, disabled: !ready }}
      cancelText={t("cancel")}
      confirmLoading={pending}
      onOk={send}
      onCancel={close}
    >
      <div className={page.stack}>
        <p>{description}</p>
        {children?.(send)}
        {typed === undefined ? null : (
          <Field label={typed.label}>
            {(input) => (
              <Input
                {...input}
                autoComplete="off"
                spellCheck={false}
                value={text}
                onChange={(event) => setText(event.target.value)}
                onPressEnter={send}
              />
            )}
          </Field>
        )}
        <Refused title={props.refused} error={props.error} />
      </div>
    </Modal>
  );
}
