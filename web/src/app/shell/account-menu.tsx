/** The account menu: who is logged in, the account page, and logout. */
import { UserOutlined } from "@ant-design/icons";
import { Button, Dropdown } from "antd";
import { useTranslation } from "react-i18next";

import { useGo } from "../../core/navigation/use-go";
import { STATE } from "../../core/account-phases";
import { PATHS } from "../../core/navigation/paths";
import { useLogout } from "../../api/session/mutations";
import { isAdmin } from "../../api/session/queries";
import type { Account } from "../../api/session/queries";
import styles from "./shell.module.css";

export function AccountMenu({ account, onHelp }: { account: Account; onHelp: () => void }) {
  const { t } = useTranslation("app");
  const go = useGo();
  const logout = useLogout();
  const logOut = () => logout.mutate(false, { onSettled: () => void go(PATHS.login) });
  const ready = account.state === STATE.ready;
  return (
    <Dropdown
      trigger={["click"]}
      placement="bottomRight"
      menu={{
        items: [
          {
            key: "who",
            type: "group",
            label: (
              <span className={styles.who}>
                <span>{account.email}</span>
                <span>{isAdmin(account) ? t("account.admin") : account.organization}</span>
              </span>
            ),
          },
          { type: "divider" },
          ...(ready
            ? [
                { key: "account", label: t("account.page"), onClick: () => void go(PATHS.account) },
                { key: "keyboard", label: t("keyboard.title"), extra: "?", onClick: onHelp },
              ]
            : []),
          { key: "logout", label: t("account.logout"), onClick: logOut },
        ],
      }}
    >
      <Button type="text" icon={<UserOutlined />} aria-label={t("account.menu")} title={account.email} loading={logout.isPending} />
    </Dropdown>
  );
}
