/** The layout of public pages: product name, preferences, and one narrow column. */
import { Outlet } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { Link } from "../../core/navigation/link";
import { PATHS } from "../../core/navigation/paths";
import { LanguageMenu, ThemeMenu } from "./preferences";
import { Mark } from "./header";
import styles from "./public-layout.module.css";
import shell from "./shell.module.css";
import { useFocusOnNavigation } from "./use-focus-on-navigation";

export function PublicLayout() {
  const { t } = useTranslation("app");
  useFocusOnNavigation();
  return (
    <div className={styles.outside}>
      <a className={shell.skip} href="#content">
        {t("skip")}
      </a>
      <header className={shell.header}>
        <Link to={PATHS.root} className={shell.brand ?? ""}>
          <Mark />
          {t("name")}
        </Link>
        <span className={shell.gap} />
        <LanguageMenu />
        <ThemeMenu />
      </header>
      <main id="content" className={styles.main} tabIndex={-1}>
        <Outlet />
      </main>
    </div>
  );
}
