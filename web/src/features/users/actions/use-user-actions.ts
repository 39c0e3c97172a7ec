/** The actions of administrators on a tenant's account: for its page, its row, the palette and key bindings. */
import { useMemo } from "react";

import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { changeUser } from "../../../api/administration";
import { useCan } from "../../../api/session/use-can";
import type { User } from "../../../api/users";
import { PHASE } from "../../../core/account-phases";
import type { ObjectAction } from "../../../core/actions";
import { DeleteDialog } from "./delete-dialog";
import { LimitsDialog } from "./limits-dialog";
import { RenewDialog } from "./renew-dialog";
import { ResetTokenDialog } from "./reset-token-dialog";
import { SuspendDialog } from "./suspend-dialog";

export function useUserActions(): readonly ObjectAction<User>[] {
  const { t } = useTranslation("users");
  const client = useQueryClient();
  const can = useCan();
  return useMemo(() => {
    const active = ({ role, phase }: User) => role !== "admin" && phase !== PHASE.terminating;
    const mayChange = (user: User) => active(user) && can("patch", "users");
    const runs = (verb: "approve" | "resume", primary: boolean, applies: (user: User) => boolean): ObjectAction<User> => ({
      key: verb,
      label: t(`actions.${verb}`),
      primary,
      can: (user) => mayChange(user) && applies(user),
      run: (user) => changeUser(client, user.name, { verb }),
      done: t(`done.${verb}`),
      failed: t("actions.refused"),
    });
    return [
      runs("approve", true, ({ approved }) => !approved),
      runs("resume", true, ({ suspended }) => suspended),
      { key: "renew", label: t("actions.renew"), shortcut: "r", can: mayChange, dialog: RenewDialog },
      { key: "limits", label: t("actions.limits"), shortcut: "l", can: mayChange, dialog: LimitsDialog },
      {
        key: "suspend",
        label: t("actions.suspend"),
        shortcut: "s",
        can: (user) => mayChange(user) && !user.suspended,
        dialog: SuspendDialog,
      },
      { key: "token", label: t("actions.token"), shortcut: "t", can: mayChange, dialog: ResetTokenDialog },
      {
        key: "delete",
        label: t("actions.delete"),
        danger: true,
        shortcut: "d",
        can: (user) => active(user) && can("delete", "users"),
        dialog: DeleteDialog,
      },
    ];
  }, [t, client, can]);
}
