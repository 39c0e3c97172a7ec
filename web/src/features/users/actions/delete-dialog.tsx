/** The dialog that deletes an account, confirmed by its name. */
import { useTranslation } from "react-i18next";

import { useDeleteUser } from "../../../api/administration";
import type { User } from "../../../api/users";
import type { ActionDialogProps } from "../../../core/actions";
import { listPath } from "../../../core/navigation/paths";
import { useGo } from "../../../core/navigation/use-go";
import { notify } from "../../../core/notify";
import { ActionDialog } from "../../../ui/form/action-dialog";

export function DeleteDialog({ row: user, onClose }: ActionDialogProps<User>) {
  const { t } = useTranslation("users");
  const go = useGo();
  const removal = useDeleteUser(user.name);
  const send = () =>
    removal.mutate(undefined, {
      onSuccess: () => {
        notify("good", t("done.delete"));
        onClose();
        void go(listPath("users"));
      },
    });
  return (
    <ActionDialog
      title={t("actions.delete")}
      description={t("delete.what", { email: user.email, count: user.nodeNum })}
      confirm={t("delete.confirm")}
      danger
      typed={{ label: t("delete.field", { name: user.name }), matches: (text) => text === user.name }}
      pending={removal.isPending}
      refused={t("actions.refused")}
      error={removal.error}
      onConfirm={send}
      onClose={onClose}
    />
  );
}
