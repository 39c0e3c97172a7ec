/** Rows as cards, for phones: the first column is the title, the others are names and values. */
import styles from "./resource-table.module.css";
import type { ResourceTableProps } from "./types";

export function Cards<Row>({ columns, rowKey, rows, label }: ResourceTableProps<Row> & { rows: readonly Row[] }) {
  const [title, ...rest] = columns;
  return (
    <ul className={styles.cards} aria-label={label}>
      {rows.map((row) => (
        <li key={rowKey(row)} className={styles.card}>
          <div className={styles.cardTitle}>{title?.render(row)}</div>
          <dl className={styles.pairs}>
            {rest.map((column) =>
              column.hideOnPhone ? null : (
                <div key={column.key} className={styles.pair} data-wide={column.wide ?? column.splits}>
                  <dt className={styles.pairName}>{column.title}</dt>
                  <dd className={styles.pairValue}>{column.render(row)}</dd>
                </div>
              ),
            )}
          </dl>
        </li>
      ))}
    </ul>
  );
}
