/** Rows as a table. Arrow keys go from row to row and from one thing in a row to the next. */
import type { KeyboardEvent } from "react";

import { Table } from "antd";
import type { TableColumnType } from "antd";

import { InTable } from "../in-table";
import { move } from "./keys";
import styles from "./resource-table.module.css";
import { orderIn, sortOf } from "./sorting";
import type { Column, ResourceTableProps } from "./types";

export function Rows<Row>({
  columns,
  rowKey,
  rows,
  search,
  onSearch,
  defaultSort,
  label,
}: ResourceTableProps<Row> & { rows: readonly Row[] }) {
  const sort = search.sort ?? defaultSort;
  return (
    <InTable value={true}>
      {/* eslint-disable-next-line jsx-a11y/no-static-element-interactions -- arrow keys beside Tab, not instead of it */}
      <div onKeyDown={(event: KeyboardEvent<HTMLElement>) => move(event)}>
        <Table<object>
          className={styles.rows ?? ""}
          aria-label={label}
          size="small"
          tableLayout="auto"
          scroll={{ x: "max-content" }}
          pagination={false}
          showSorterTooltip={false}
          rowKey={(row) => rowKey(row as Row)}
          columns={columns.map((column) => antdColumn(column, sort))}
          dataSource={rows as readonly object[]}
          onChange={(_pages, _filters, sorter) => {
            const one = Array.isArray(sorter) ? sorter[0] : sorter;
            onSearch({ sort: sortOf(one?.column?.key as string | undefined, one?.order, columns, defaultSort) });
          }}
        />
      </div>
    </InTable>
  );
}

function antdColumn<Row>(column: Column<Row>, sort: string): TableColumnType<object> {
  return {
    key: column.key,
    title: column.title,
    width: column.width,
    align: column.align ?? "start",
    render: (_value, row) => column.render(row as Row),
    ...(column.sort === undefined ? {} : { sorter: true, sortOrder: orderIn(sort, column.sort) }),
  };
}
