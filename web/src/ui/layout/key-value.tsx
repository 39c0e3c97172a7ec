/** A description list, in columns where there is room. */
import type { ReactNode } from "react";

import styles from "./key-value.module.css";

export interface KeyValueProps {
  /** Pairs with `undefined` for a value are left out. */
  items: readonly (readonly [name: string, value: ReactNode])[];
}

export function KeyValue({ items }: KeyValueProps) {
  return (
    <dl className={styles.list}>
      {items.map(([name, value]) =>
        value === undefined ? null : (
          <div key={name} className={styles.item}>
            <dt className={styles.name}>{name}</dt>
            <dd className={styles.value}>{value === "" || value === null ? "–" : value}</dd>
          </div>
        ),
      )}
    </dl>
  );
}
