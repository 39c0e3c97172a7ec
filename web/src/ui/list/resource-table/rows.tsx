/** Rows as a table with arrow key navigation. */
import { memo } from "react";
import type { CSSProperties } from "react";

import { CaretDownOutlined, CaretUpOutlined } from "@ant-design/icons";

import { InTable } from "../in-table";
import { move } from "./keys";
import styles from "./resource-table.module.css";
import { orderIn, sortAfter } from "./sorting";
import type { Column, ResourceTableProps } from "./types";

export function Rows<Row>(props: ResourceTableProps<Row> & { rows: readonly Row[] }) {
  const { columns, rowKey, rows, search, onSearch, defaultSort, label } = props;
  const sort = search.sort ?? defaultSort;
  return (
    <InTable value={true}>
      <div className={styles.scroll}>
        {/* eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- arrow keys beside Tab, not instead of it */}
        <table className={styles.rows} aria-label={label} onKeyDown={move}>
          <thead>
            <tr>
              {columns.map((column) => (
                <Heading
                  key={column.key}
                  column={column}
                  sort={sort}
                  onSort={(field) => onSearch({ sort: sortAfter(sort, field, defaultSort) })}
                />
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <OneRow key={rowKey(row)} row={row} columns={columns as readonly Column<unknown>[]} />
            ))}
          </tbody>
        </table>
      </div>
    </InTable>
  );
}

/** TanStack Query keeps equal rows identical across responses, so only changed rows render. */
const OneRow = memo(function OneRow({ row, columns }: { row: unknown; columns: readonly Column<unknown>[] }) {
  return (
    <tr>
      {columns.map((column) => (
        <td key={column.key} data-align={column.align} data-least={column.least} data-splits={column.splits}>
          {column.render(row)}
        </td>
      ))}
    </tr>
  );
});

interface HeadingProps<Row> {
  column: Column<Row>;
  sort: string;
  onSort: (field: string) => void;
}

function Heading<Row>({ column, sort, onSort }: HeadingProps<Row>) {
  const { title, align, least, width, sort: field } = column;
  const style: CSSProperties | undefined = width === undefined ? undefined : { width };
  if (field === undefined)
    return (
      <th scope="col" data-align={align} data-least={least} style={style}>
        {title}
      </th>
    );
  const order = orderIn(sort, field);
  return (
    <th scope="col" data-align={align} data-least={least} style={style} aria-sort={order}>
      <button type="button" className={styles.sort} onClick={() => onSort(field)}>
        {title}
        <span className={styles.arrows} data-order={order} aria-hidden="true">
          <CaretUpOutlined />
          <CaretDownOutlined />
        </span>
      </button>
    </th>
  );
}
