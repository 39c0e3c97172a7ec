/** A table without search and pages, for rows that belong to the page's object; cards on phones. */
import { Cards } from "./resource-table/cards";
import { Rows } from "./resource-table/rows";
import type { Column } from "./resource-table/types";
import styles from "./plain-table.module.css";
import { usePhone } from "../../core/use-media";

export interface PlainTableProps<Row> {
  /** The table's name for screen readers. */
  label: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  rowKey: (row: Row) => string;
}

const NOTHING = { data: undefined, error: null, isFetching: false, isPlaceholderData: false, refetch: () => undefined };

export function PlainTable<Row>({ label, columns, rows, rowKey }: PlainTableProps<Row>) {
  const Body = usePhone() ? Cards : Rows;
  const unsorted = columns.map((column) => {
    const plain = { ...column };
    delete plain.sort;
    return plain;
  });
  return (
    <div className={styles.table}>
      <Body
        label={label}
        columns={unsorted}
        rows={rows}
        rowKey={rowKey}
        list={NOTHING}
        search={{}}
        onSearch={() => undefined}
        defaultSort=""
        empty={null}
      />
    </div>
  );
}
