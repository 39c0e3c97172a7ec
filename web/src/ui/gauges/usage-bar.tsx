/** A bar of usage (filled), requests (lighter) and limits (a mark) against what is allocatable. */
import { useTranslation } from "react-i18next";

import { bytesText, cpuText, share } from "../format/quantities";
import styles from "./usage-bar.module.css";

export interface Amounts {
  allocatable: number;
  requests: number;
  limits: number;
  /** Missing without metrics. */
  usage?: number | null | undefined;
}

export interface UsageBarProps {
  /** The resource's name: "CPU", "Memory". */
  title: string;
  amounts: Amounts;
  /** Millicores or bytes. */
  unit: "cpu" | "bytes";
  /** Whether the numbers stand below the bar, or only in its accessible name and tooltip. */
  text?: boolean;
}

export function UsageBar({ title, amounts, unit, text = true }: UsageBarProps) {
  const { t } = useTranslation("ui");
  const write = unit === "cpu" ? cpuText : bytesText;
  const { allocatable, requests, limits, usage } = amounts;
  const used = usage ?? undefined;
  const words = {
    title,
    usage: used === undefined ? "–" : write(used),
    requests: write(requests),
    limits: write(limits),
    allocatable: write(allocatable),
  };
  const summary = t("usage.summary", words);
  const over = (used ?? 0) > allocatable * 0.9 || requests > allocatable;
  return (
    <div className={styles.usage} title={summary}>
      <svg className={styles.bar} viewBox="0 0 100 8" preserveAspectRatio="none" role="img" aria-label={summary}>
        <rect className={styles.room} width="100" height="8" />
        <rect className={styles.requests} width={100 * share(requests, allocatable)} height="8" />
        {used === undefined ? null : (
          <rect className={over ? styles.full : styles.used} y="2" width={100 * share(used, allocatable)} height="4" />
        )}
        {limits > 0 ? <rect className={styles.limit} x={100 * share(limits, allocatable) - 1} width="1" height="8" /> : null}
      </svg>
      {text ? (
        <span className={styles.text} aria-hidden="true">
          {used === undefined ? words.requests : words.usage} / {words.allocatable}
        </span>
      ) : null}
    </div>
  );
}
