/** Labels as chips; more than `limit` fold. Their text is untrusted. */
import { useState } from "react";

import { useTranslation } from "react-i18next";

import styles from "./labels.module.css";

export interface LabelsProps {
  /** "k=v,k2=v2" as the console writes labels, or the pieces. */
  labels: string | readonly string[];
  /** The number of chips before folding. */
  limit?: number;
}

export function Labels({ labels, limit = 3 }: LabelsProps) {
  const { t } = useTranslation("ui");
  const [open, setOpen] = useState(false);
  const all = typeof labels === "string" ? labels.split(",").filter((label) => label !== "") : labels;
  if (all.length === 0) return <span aria-hidden="true">–</span>;
  const rest = all.length - limit;
  return (
    <span className={styles.labels}>
      {(open ? all : all.slice(0, limit)).map((label) => (
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
