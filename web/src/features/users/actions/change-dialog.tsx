/** The dialog of one change of an account. */
import type { ReactNode } from "react";

import { useTranslation } from "react-i18next";

import { useChangeUser } from "../../../api/administration";
import type { Change } from "../../../api/administration";
import type { User } from "../../../api/users";
import { notify } from "../../../core/notify";
import { ActionDialog } from "../../../ui/form/action-dialog";

export interface ChangeDialogProps {
  verb: "renew" | "limits" | "suspend";
  user: User;
  /** Undefined while an input is invalid. */
  change: Change | undefined;
  onClose: () => void;
  /** The fields; `send` is for Enter. */
  children: (send: () => void) => ReactNode;
}

export function ChangeDialog({ verb, user, change, onClose, children }: ChangeDialogProps) {
  const { t } = useTranslation("users");
  const mutation = useChangeUser(user.name);
  const send = () => {
    if (change === undefined) return;
    mutation.mutate(change, {
      onSuccess: () => {
        notify("good", t(`done.${verb}`));
        onClose();
      },
    });
  };
  return (
    <ActionDialog
      title={t(`actions.${verb}`)}
      description={t(`${verb}.what`, { email: user.email })}
      confirm={t(`actions.${verb}`)}
      danger={verb === "suspend"}
      valid={change !== undefined}
      pending={mutation.isPending}
      refused={t("actions.refused")}
      error={mutation.error}
      onConfirm={send}
      onClose={onClose}
    >
      {children}
    </ActionDialog>
  );
}
