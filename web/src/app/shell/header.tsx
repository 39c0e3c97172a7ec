/** The top bar: namespace, live state, palette, preferences and account menu. */
import { MenuOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useTranslation } from "react-i18next";

import { Link } from "../../core/navigation/link";
import { PATHS } from "../../core/navigation/paths";
import { isAdmin } from "../../api/session/queries";
import type { Account } from "../../api/session/queries";
import { STATE } from "../../core/account-phases";
import type { Feature } from "../../core/feature";
import { LiveBadge } from "../live/live-badge";
import type { LiveState } from "../live/state";
import { PaletteButton } from "../palette/palette-button";
import { AccountMenu } from "./account-menu";
import { LanguageMenu, ThemeMenu } from "./preferences";
import { NamespacePicker } from "./namespace-picker";
import styles from "./shell.module.css";

export interface HeaderProps {
  features: readonly Feature[];
  account: Account;
  live: LiveState;
  /** Opens the help on shortcuts. */
  onHelp: () => void;
  /** Opens the navigation, on phones. */
  onMenu?: () => void;
}

export function Header({ features, account, live, onHelp, onMenu }: HeaderProps) {
  const { t } = useTranslation("app");
  const ready = account.state === STATE.ready;
  return (
    <header className={styles.header}>
      {onMenu ? <Button type="text" icon={<MenuOutlined />} aria-label={t("openNavigation")} onClick={onMenu} /> : null}
      <Link to={PATHS.root} className={styles.brand ?? ""}>
        <Mark />
        <span className={styles.brandName}>{t("name")}</span>
      </Link>
      {ready ? isAdmin(account) ? <NamespacePicker /> : <Namespace name={account.spec.namespace} /> : null}
      <span className={styles.gap} />
      {ready ? <LiveBadge state={live} /> : null}
      {ready ? <PaletteButton features={features} onHelp={onHelp} /> : null}
      <LanguageMenu />
      <ThemeMenu />
      <AccountMenu account={account} onHelp={onHelp} />
    </header>
  );
}

function Namespace({ name }: { name: string }) {
  const { t } = useTranslation("app");
  return (
    <span className={styles.namespace} title={`${t("namespace.namespace")}: ${name}`}>
      {name}
    </span>
  );
}

/** The product's logo: a yurt. */
export function Mark() {
  return (
    <svg className={styles.mark} viewBox="0 0 32 32" aria-hidden="true">
      <path d="M16 3 3 13v3h26v-3z" />
      <path d="M5 18h22v10a1 1 0 0 1-1 1h-7v-6a3 3 0 0 0-6 0v6H6a1 1 0 0 1-1-1z" />
    </svg>
  );
}
