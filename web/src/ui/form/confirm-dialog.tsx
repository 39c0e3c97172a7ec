/** A question about what cannot be undone: answered by typing the name of what goes. */
import { useState } from "react";
import type { ReactNode } from "react";

import { Input, Modal } from "antd";
import { useTranslation } from "react-i18next";

import { Field } from "./field";
import page from "../layout/page.module.css";
import { Refused } from "../feedback/refused";

export interface ConfirmDialogProps {
  open: boolean;
  title: string;
  /** What goes. */
  children: ReactNode;
  /** What to type. */
  field: string;
  /** Whether what was text, without blanks around it, is that. */
  matches: (text: string) => boolean;
  /** The button's word. */
  confirm: string;
  pending: boolean;
  /** Above what kept it from being done. */
  refused: string;
  error: Error | null;
  /** Called with what was text. */
  onConfirm: (text: string) => void;
  onClose: () => void;
}

export function ConfirmDialog(props: ConfirmDialogProps) {
  const { open, title, children, field, matches, confirm, pending, refused, error, onConfirm, onClose } = props;
  const { t } = useTranslation("ui");
  const [text, setText] = useState("");
  const answer = text.trim();
  const valid = matches(answer);
  const confirmNow = () => {
    if (valid && !pending) onConfirm(answer);
  };
  const close = () => {
    setText("");
    onClose();
  };
  return (
    <Modal
      open={open}
      title={title}
      okText={confirm}
      okButtonProps={{ danger: true, disabled: !valid }}
      cancelText={t("cancel")}
      confirmLoading={pending}
      onOk={confirmNow}
      onCancel={close}
    >
      <div className={page.stack}>
        <p>{children}</p>
        <Field label={field}>
          {(input) => (
            <Input
              {...input}
              autoComplete="off"
              spellCheck={false}
              value={text}
              onChange={(event) => setText(event.target.value)}
              onPressEnter={confirmNow}
            />
          )}
        </Field>
        <Refused title={refused} error={error} />
      </div>
    </Modal>
  );
}
