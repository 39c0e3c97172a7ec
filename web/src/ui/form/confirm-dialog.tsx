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
  /** Whether what was typed, without blanks around it, is that. */
  matches: (typed: string) => boolean;
  /** The button's word. */
  confirm: string;
  pending: boolean;
  /** Above what kept it from being done. */
  refused: string;
  error: Error | null;
  /** Called with what was typed. */
  onConfirm: (typed: string) => void;
  onClose: () => void;
}

export function ConfirmDialog(props: ConfirmDialogProps) {
  const { open, title, children, field, matches, confirm, pending, refused, error, onConfirm, onClose } = props;
  const { t } = useTranslation("ui");
  const [typed, setTyped] = useState("");
  const answer = typed.trim();
  const right = matches(answer);
  const go = () => {
    if (right && !pending) onConfirm(answer);
  };
  const close = () => {
    setTyped("");
    onClose();
  };
  return (
    <Modal
      open={open}
      title={title}
      okText={confirm}
      okButtonProps={{ danger: true, disabled: !right }}
      cancelText={t("cancel")}
      confirmLoading={pending}
      onOk={go}
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
              value={typed}
              onChange={(event) => setTyped(event.target.value)}
              onPressEnter={go}
            />
          )}
        </Field>
        <Refused title={refused} error={error} />
      </div>
    </Modal>
  );
}
