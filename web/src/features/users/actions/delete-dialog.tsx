/** The dialog that deletes an account, confirmed by its name. */
import { useTranslation } from "react-i18next";

import { useGo } from "../../../core/navigation/use-go";
import { listPath } from "../../../core/navigation/paths";
import { useDeleteUser } from "../../../api/administration";
import type { User } from "../../../api/users";
import { ConfirmDialog } from "../../../ui/form/confirm-dialog";

export function DeleteDialog({ user, onClose }: { user: User; onClose: () => void }) {
  const { t } = useTranslation("users");
  const go = useGo();
  const removal = useDeleteUser(user.name);
  return (
    <ConfirmDialog
      open
      title={t("actions.delete")}
      field={t("delete.field", { name: user.name })}
      matches={(input) => input === user.name}
      confirm={t("delete.confirm")}
      pending={removal.isPending}
      refused={t("actions.refused")}
      error={removal.error}
      onConfirm={() => removal.mutate(undefined, { onSuccess: () => void go(listPath("users")) })}
      onClose={onClose}
    >
      {t("delete.what", { email: user.email, count: user.nodeNum })}
    </ConfirmDialog>
  );
}
