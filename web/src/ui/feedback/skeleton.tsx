/** Loading placeholder with the final content's height. */
import { useTranslation } from "react-i18next";

import styles from "./skeleton.module.css";

export interface SkeletonProps {
  /** How many lines the final thing has. */
  lines?: number;
  /** Height of a line in pixels; a table's row by default. */
  height?: number;
}

export function Skeleton({ lines = 1, height = 40 }: SkeletonProps) {
  const { t } = useTranslation("ui");
  return (
    <div role="status" aria-label={t("loading")}>
      {Array.from({ length: lines }, (_, line) => (
        <div key={line} className={styles.line} style={{ height }}>
          <span className={styles.bar} style={{ width: `${[72, 58, 66, 49, 62][line % 5] ?? 60}%` }} />
        </div>
      ))}
    </div>
  );
}
