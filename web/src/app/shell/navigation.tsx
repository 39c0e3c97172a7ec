/** The main navigation, in groups. */
import { useTranslation } from "react-i18next";

import { Link } from "../../core/navigation/link";
import type { Entry, Feature } from "../../core/feature";
import styles from "./shell.module.css";

const GROUPS: readonly Entry["group"][] = ["start", "infrastructure", "workloads", "platform"];

/** The name of a feature, from its own texts. */
export function useTitle(): (name: string) => string {
  const { t } = useTranslation();
  return (name) => t("title", { ns: name as "nodes" });
}

export function Navigation({ features }: { features: readonly Feature[] }) {
  const { t } = useTranslation("app");
  const title = useTitle();
  return (
    <nav aria-label={t("navigation")}>
      {GROUPS.map((group) => {
        const inGroup = features
          .flatMap((feature) => (feature.entry?.group === group ? [{ feature, entry: feature.entry }] : []))
          .sort((one, other) => one.entry.order - other.entry.order);
        if (inGroup.length === 0) return null;
        return (
          <div key={group} className={styles.group}>
            <div id={`group-${group}`} className={styles.groupName}>
              {t(`groups.${group}`)}
            </div>
            <ul className={styles.entries} aria-labelledby={`group-${group}`}>
              {inGroup.map(({ feature, entry: { path, icon: Icon } }) => (
                <li key={path}>
                  <Link to={path} className={styles.entry ?? ""} activeProps={{ className: styles.active ?? "" }}>
                    <span aria-hidden="true">
                      <Icon />
                    </span>
                    {title(feature.name)}
                  </Link>
                </li>
              ))}
            </ul>
          </div>
        );
      })}
    </nav>
  );
}
