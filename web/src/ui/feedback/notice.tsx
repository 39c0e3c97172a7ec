/** A banner above a page's content: a tone, a sentence, and an optional action. */
import type { ReactNode } from "react";

import styles from "./notice.module.css";
import type { Tone } from "../gauges/status";
import { ToneShape } from "../gauges/status-tag";

export interface NoticeProps {
  tone: Tone;
  title: string;
  children?: ReactNode;
  /** A link or a button, at the right. */
  action?: ReactNode;
}

export function Notice({ tone, title, children, action }: NoticeProps) {
  return (
    <div className={styles.notice} role={tone === "bad" ? "alert" : "status"} data-tone={tone}>
      <span className={styles.shape}>
        <ToneShape tone={tone} />
      </span>
      <div className={styles.text}>
        <p className={styles.title}>{title}</p>
        {children ? <div className={styles.body}>{children}</div> : null}
      </div>
      {action ? <div className={styles.action}>{action}</div> : null}
    </div>
  );
}
