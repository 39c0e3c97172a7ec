/** Is there room? What all nodes have together, what pods ask of it, and what is used. */
import { useTranslation } from "react-i18next";

import type { Overview } from "../../api/overview";
import { Card } from "../../ui/card";
import { bytesText, cpuText } from "../../ui/quantities";
import { UsageBar } from "../../ui/usage-bar";
import type { Amounts } from "../../ui/usage-bar";
import styles from "./capacity.module.css";

export function CapacityCard({ capacity, nodes }: { capacity: Overview["capacity"]; nodes: number }) {
  const { t } = useTranslation("overview");
  const { cpu, memory, pods, measuredNodes } = capacity;
  const silent = nodes - measuredNodes;
  return (
    <Card title={t("capacity.title")}>
      <div className={styles.resources}>
        <Resource title={t("capacity.cpu")} amounts={cpu} unit="cpu" />
        <Resource title={t("capacity.memory")} amounts={memory} unit="bytes" />
      </div>
      <p className={styles.note}>
        {t("capacity.pods", { num: pods.num, allocatable: pods.allocatable })}
        {silent > 0 && nodes > 0 ? ` ${measuredNodes === 0 ? t("capacity.unmeasured") : t("capacity.silent", { count: silent })}` : ""}
      </p>
    </Card>
  );
}

function Resource({ title, amounts, unit }: { title: string; amounts: Amounts; unit: "cpu" | "bytes" }) {
  const { t, i18n } = useTranslation("overview");
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
        {title} <span className={styles.of}>{t("capacity.of", { allocatable: write(allocatable) })}</span>
      </h3>
      <UsageBar title={title} amounts={amounts} unit={unit} text={false} />
      <dl className={styles.numbers}>
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt className={styles.name} data-what={name}>
              {t(`usage.${name}`, { ns: "ui" })}
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
