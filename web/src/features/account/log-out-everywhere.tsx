/** The dialog that ends all sessions of the account, including this one. */
import { Modal } from "antd";
import { useTranslation } from "react-i18next";

import { useGo } from "../../core/navigation/use-go";
import { PATHS } from "../../core/navigation/paths";
import { useLogout } from "../../api/session/mutations";
import page from "../../ui/layout/page.module.css";
import { Refused } from "../../ui/feedback/refused";

export function LogOutEverywhere({ open, onClose }: { open: boolean; onClose: () => void }) {
  const { t } = useTranslation(["account", "ui"]);
  const go = useGo();
  const logout = useLogout();
  const leave = () =>
    logout.mutate(true, { onSuccess: () => void go(PATHS.login, { search: { after: "everywhere" } }) });
  return (
    <Modal
      open={open}
      title={t("everywhere.title")}
      okText={t("everywhere.title")}
      cancelText={t("cancel", { ns: "ui" })}
      confirmLoading={logout.isPending}
      onOk={leave}
      onCancel={onClose}
    >
      <div className={page.stack}>
        <p>{t("everywhere.warning")}</p>
        <Refused title={t("refused")} error={logout.error} />
      </div>
    </Modal>
  );
}
