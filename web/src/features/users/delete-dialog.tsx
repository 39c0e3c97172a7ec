/** The end of somebody's account, with its name typed. */
import { useState } from "react";

import { Input, Modal } from "antd";
import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { useDeleteUser } from "../../api/administering";
import type { User } from "../../api/users";
import { Field } from "../../ui/field";
import page from "../../ui/page.module.css";
import { Refused } from "../../ui/refused";

export function DeleteDialog({ user, onClose }: { user: User; onClose: () => void }) {
  const { t } = useTranslation(["users", "ui"]);
  const navigate = useNavigate();
  const removal = useDeleteUser(user.name);
  const [typed, setTyped] = useState("");
  const same = typed.trim() === user.name;
  const remove = () => {
    if (same && !removal.isPending) removal.mutate(undefined, { onSuccess: () => void navigate({ to: "/users" }) });
  };
  return (
    <Modal
      open
      title={t("actions.delete")}
      okText={t("delete.confirm")}
      okButtonProps={{ danger: true, disabled: !same }}
      cancelText={t("cancel", { ns: "ui" })}
      confirmLoading={removal.isPending}
      onOk={remove}
      onCancel={onClose}
    >
      <div className={page.stack}>
        <p>{t("delete.what", { email: user.email, count: user.nodeNum })}</p>
        <Field label={t("delete.field", { name: user.name })}>
          {(input) => (
            <Input
              {...input}
              autoComplete="off"
              spellCheck={false}
              value={typed}
              onChange={(event) => setTyped(event.target.value)}
              onPressEnter={remove}
            />
          )}
        </Field>
        <Refused title={t("actions.refused")} error={removal.error} />
      </div>
    </Modal>
  );
}
