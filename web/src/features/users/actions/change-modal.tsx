/** A dialog that asks for one change of an account, and stays open until the console has made it. */
import type { ReactNode } from "react";

import { Modal } from "antd";
import { useTranslation } from "react-i18next";

import { useChangeUser } from "../../../api/administration";
import type { Change } from "../../../api/administration";
import type { User } from "../../../api/users";
import page from "../../../ui/layout/page.module.css";
import { Refused } from "../../../ui/feedback/refused";

export interface ChangeModalProps {
  verb: "renew" | "limits" | "suspend";
  user: User;
  /** Undefined while what was typed makes no sense. */
  body: Change | undefined;
  onClose: () => void;
  /** The fields; `send` is for Enter. */
  children: (send: () => void) => ReactNode;
}

export function ChangeModal({ verb, user, body, onClose, children }: ChangeModalProps) {
  const { t } = useTranslation(["users", "ui"]);
  const change = useChangeUser(user.name);
  const send = () => {
    if (body !== undefined && !change.isPending) change.mutate(body, { onSuccess: onClose });
  };
  return (
    <Modal
      open
      title={t(`actions.${verb}`)}
      okText={t(`actions.${verb}`)}
      okButtonProps={{ disabled: body === undefined, danger: verb === "suspend" }}
      cancelText={t("cancel", { ns: "ui" })}
      confirmLoading={change.isPending}
      onOk={send}
      onCancel={onClose}
    >
      <div className={page.stack}>
        <p>{t(`${verb}.what`, { email: user.email })}</p>
        {children(send)}
        <Refused title={t("actions.refused")} error={change.error} />
      </div>
    </Modal>
  );
}
