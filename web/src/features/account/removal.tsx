/** The end of the account, by whom it belongs to. */
import { useState } from "react";

import { Button, Input, Modal } from "antd";
import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { useRemoveAccount } from "../../api/session";
import type { Account } from "../../api/session";
import { Card } from "../../ui/card";
import { Field } from "../../ui/field";
import page from "../../ui/page.module.css";
import { Refused } from "../../ui/refused";

export function Removal({ account }: { account: Account }) {
  const { t } = useTranslation(["account", "ui"]);
  const navigate = useNavigate();
  const removal = useRemoveAccount();
  const [open, setOpen] = useState(false);
  const [typed, setTyped] = useState("");
  const same = typed.trim().toLowerCase() === account.email.toLowerCase();
  const close = () => {
    setOpen(false);
    setTyped("");
    removal.reset();
  };
  const remove = () => {
    if (!same || removal.isPending) return;
    removal.mutate(typed.trim(), {
      onSuccess: () => void navigate({ to: "/login", search: { after: "removed" } }),
    });
  };
  return (
    <Card title={t("removal.title")}>
      <div className={page.row}>
        <p className={page.grow}>{t("removal.what")}</p>
        <Button danger onClick={() => setOpen(true)}>
          {t("removal.button")}
        </Button>
      </div>
      <Modal
        open={open}
        title={t("removal.title")}
        okText={t("removal.confirm")}
        okButtonProps={{ danger: true, disabled: !same }}
        cancelText={t("cancel", { ns: "ui" })}
        confirmLoading={removal.isPending}
        onOk={remove}
        onCancel={close}
      >
        <div className={page.stack}>
          <p>{t("removal.warning", { count: account.status.nodeNum })}</p>
          <Field label={t("removal.type", { email: account.email })}>
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
          <Refused title={t("refused")} error={removal.error} />
        </div>
      </Modal>
    </Card>
  );
}
