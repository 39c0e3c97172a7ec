/** A sentence or two that somebody should read before going on: what happened, what to know. */
import type { ReactNode } from "react";

import styles from "./notice.module.css";
import type { Tone } from "./status";
import { ToneShape } from "./status-tag";

export interface NoticeProps {
  tone: Tone;
  title: string;
  children?: ReactNode;
  /** A button or a link. */
  action?: ReactNode;
}

/** Failures are said at once to who cannot see them; the others when there is time. */
export function Notice({ tone, title, children, action }: NoticeProps) {
  return (
    <div className={`${styles.notice} ${styles[tone]}`} role={tone === "bad" ? "alert" : "status"}>
      <ToneShape tone={tone} />
      <div className={styles.text}>
        <p className={styles.title}>{title}</p>
        {children ? <div className={styles.body}>{children}</div> : null}
      </div>
      {action}
    </div>
  );
}
