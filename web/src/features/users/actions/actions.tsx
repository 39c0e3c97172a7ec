/** What an administrator can do to a tenant's account, as it stands now. */
import { useState } from "react";

import { Button } from "antd";
import { useTranslation } from "react-i18next";

import { useChangeUser } from "../../../api/administration";
import type { User } from "../../../api/users";
import page from "../../../ui/layout/page.module.css";
import { Refused } from "../../../ui/feedback/refused";
import { DeleteDialog } from "./delete-dialog";
import { LimitsDialog } from "./limits-dialog";
import { RenewDialog } from "./renew-dialog";
import { ResetTokenDialog } from "./reset-token-dialog";
import { SuspendDialog } from "./suspend-dialog";

export function Actions({ user }: { user: User }) {
  const { t } = useTranslation("users");
  const change = useChangeUser(user.name);
  const [open, setOpen] = useState<"renew" | "limits" | "suspend" | "token" | "delete" | undefined>();
  const close = () => setOpen(undefined);
  if (user.role === "admin") return <p className={page.muted}>{t("actions.admin")}</p>;
  if (user.phase === "leaving") return null;
  const at = (verb: "approve" | "resume", primary: boolean) => (
    <Button
      type={primary ? "primary" : "default"}
      loading={change.isPending && change.variables.verb === verb}
      onClick={() => change.mutate({ verb })}
    >
      {t(`actions.${verb}`)}
    </Button>
  );
  return (
    <div className={page.stack}>
      <div className={page.buttons}>
        {user.approved ? null : at("approve", true)}
        {user.suspended ? at("resume", true) : null}
        <Button onClick={() => setOpen("renew")}>{t("actions.renew")}</Button>
        <Button onClick={() => setOpen("limits")}>{t("actions.limits")}</Button>
        {user.suspended ? null : <Button onClick={() => setOpen("suspend")}>{t("actions.suspend")}</Button>}
        <Button onClick={() => setOpen("token")}>{t("actions.token")}</Button>
        <Button danger onClick={() => setOpen("delete")}>
          {t("actions.delete")}
        </Button>
      </div>
      <Refused title={t("actions.refused")} error={change.error} />
      {open === "renew" ? <RenewDialog user={user} onClose={close} /> : null}
      {open === "limits" ? <LimitsDialog user={user} onClose={close} /> : null}
      {open === "suspend" ? <SuspendDialog user={user} onClose={close} /> : null}
      {open === "token" ? <ResetTokenDialog user={user} onClose={close} /> : null}
      {open === "delete" ? <DeleteDialog user={user} onClose={close} /> : null}
    </div>
  );
}
