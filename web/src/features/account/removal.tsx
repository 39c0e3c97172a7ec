/** The card that deletes the caller's account. */
import { useState } from "react";

import { Button } from "antd";
import { useTranslation } from "react-i18next";

import { useGo } from "../../core/navigation/use-go";
import { PATHS } from "../../core/navigation/paths";
import { useRemoveAccount } from "../../api/session/mutations";
import type { Account } from "../../api/session/queries";
import { Card } from "../../ui/layout/card";
import { ActionDialog } from "../../ui/form/action-dialog";
import page from "../../ui/layout/page.module.css";

export function Removal({ account }: { account: Account }) {
  const { t } = useTranslation("account");
  const go = useGo();
  const removal = useRemoveAccount();
  const [open, setOpen] = useState(false);
  const close = () => {
    setOpen(false);
    removal.reset();
  };
  const remove = (email: string) =>
    removal.mutate(email, { onSuccess: () => void go(PATHS.login, { search: { after: "removed" } }) });
  return (
    <Card title={t("removal.title")}>
      <div className={page.row}>
        <p className={page.grow}>{t("removal.what")}</p>
        <Button danger onClick={() => setOpen(true)}>
          {t("removal.button")}
        </Button>
      </div>
      <ActionDialog
        open={open}
        title={t("removal.title")}
        description={t("removal.warning", { count: account.status.nodeNum })}
        confirm={t("removal.confirm")}
        danger
        typed={{
          label: t("removal.type", { email: account.email }),
          matches: (text) => text.toLowerCase() === account.email.toLowerCase(),
        }}
        pending={removal.isPending}
        refused={t("refused")}
        error={removal.error}
        onConfirm={remove}
        onClose={close}
      />
    </Card>
  );
}
