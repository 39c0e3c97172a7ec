/** Labels as small chips; more than a few fold. Their text is whatever people wrote. */
import { useState } from "react";

import { useTranslation } from "react-i18next";

import styles from "./labels.module.css";

export interface LabelsProps {
  /** "k=v,k2=v2" as the console writes labels, or the pieces. */
  labels: string | readonly string[];
  /** How many show at first. */
  shown?: number;
}

export function Labels({ labels, shown = 3 }: LabelsProps) {
  const { t } = useTranslation("ui");
  const [open, setOpen] = useState(false);
  const all = typeof labels === "string" ? labels.split(",").filter((label) => label !== "") : labels;
  if (all.length === 0) return <span aria-hidden="true">–</span>;
  const rest = all.length - shown;
  return (
    <span className={styles.labels}>
      {(open ? all : all.slice(0, shown)).map((label) => (
        <code key={label} className={styles.label} title={label}>
          {label}
        </code>
      ))}
      {rest > 0 ? (
        <button type="button" className={styles.more} aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? t("labels.less") : t("labels.more", { count: rest })}
        </button>
      ) : null}
    </span>
  );
}
