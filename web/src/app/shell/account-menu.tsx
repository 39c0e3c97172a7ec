/** Who is logged in, and the way out. */
import { UserOutlined } from "@ant-design/icons";
import { Button, Dropdown } from "antd";
import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { useLogout } from "../../api/session";
import type { Account } from "../../api/session";

export function AccountMenu({ account }: { account: Account }) {
  const { t } = useTranslation("app");
  const navigate = useNavigate();
  const logout = useLogout();
  const leave = () => logout.mutate(false, { onSettled: () => void navigate({ to: "/login" }) });
  return (
    <Dropdown
      trigger={["click"]}
      menu={{
        items: [
          { key: "account", label: account.email, disabled: account.state !== "ready", onClick: () => void navigate({ to: "/account" }) },
          { type: "divider" },
          { key: "logout", label: t("account.logout"), onClick: leave },
        ],
      }}
    >
      <Button type="text" icon={<UserOutlined />} aria-label={t("account.menu")} title={account.email} loading={logout.isPending} />
    </Dropdown>
  );
}
