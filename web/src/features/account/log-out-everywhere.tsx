/** The dialog that ends all sessions of the account, including this one. */
import { useTranslation } from "react-i18next";

import { useGo } from "../../core/navigation/use-go";
import { PATHS } from "../../core/navigation/paths";
import { useLogout } from "../../api/session/mutations";
import { ActionDialog } from "../../ui/form/action-dialog";

export function LogOutEverywhere({ open, onClose }: { open: boolean; onClose: () => void }) {
  const { t } = useTranslation("account");
  const go = useGo();
  const logout = useLogout();
  const logOut = () =>
    logout.mutate(true, { onSuccess: () => void go(PATHS.login, { search: { after: "everywhere" } }) });
  return (
    <ActionDialog
      open={open}
      title={t("everywhere.title")}
      description={t("everywhere.warning")}
      confirm={t("everywhere.title")}
      pending={logout.isPending}
      refused={t("refused")}
      error={logout.error}
      onConfirm={logOut}
      onClose={onClose}
    />
  );
}
