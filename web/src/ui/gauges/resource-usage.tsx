/** One resource in detail: a bar, and usage, requests and limits, each with its share of allocatable. */
import { useTranslation } from "react-i18next";

import { bytesText, cpuText } from "../format/quantities";
import styles from "./resource-usage.module.css";
import { UsageBar } from "./usage-bar";
import type { Amounts } from "./usage-bar";

export interface ResourceUsageProps {
  title: string;
  amounts: Amounts;
  unit: "cpu" | "bytes";
}

export function ResourceUsage({ title, amounts, unit }: ResourceUsageProps) {
  const { t, i18n } = useTranslation("ui");
  const write = unit === "cpu" ? cpuText : bytesText;
  const percent = new Intl.NumberFormat(i18n.language, { style: "percent", maximumFractionDigits: 0 });
  const { allocatable, requests, limits, usage } = amounts;
  const rows = [
    ["usage", usage],
    ["requests", requests],
    ["limits", limits],
  ] as const;
  return (
    <div className={styles.resource}>
      <h3 className={styles.title}>
        {title} <span className={styles.of}>{t("usage.of", { allocatable: write(allocatable) })}</span>
      </h3>
      <UsageBar title={title} amounts={amounts} unit={unit} text={false} />
      <dl className={styles.numbers}>
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt className={styles.name} data-what={name}>
              {t(`usage.${name}`)}
            </dt>
            <dd>
              {value === undefined || value === null ? "–" : write(value)}
              {value !== undefined && value !== null && allocatable > 0 ? (
                <span className={styles.of}> {percent.format(value / allocatable)}</span>
              ) : null}
            </dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
