/** A section of a page with a heading. */
import { useId } from "react";
import type { ReactNode } from "react";

import styles from "./card.module.css";

export interface CardProps {
  title?: string;
  /** Beside the title, at the right. */
  extra?: ReactNode;
  /** Without padding, for tables, which have their own. */
  flush?: boolean;
  children: ReactNode;
}

export function Card({ title, extra, flush = false, children }: CardProps) {
  const id = useId();
  return (
    <section className={styles.card} aria-labelledby={title === undefined ? undefined : id}>
      {title === undefined ? null : (
        <div className={styles.head}>
          <h2 id={id} className={styles.title}>
            {title}
          </h2>
          {extra}
        </div>
      )}
      <div className={flush ? undefined : styles.body}>{children}</div>
    </section>
  );
}
