/** The types of tables: columns, filters, rows. */
import type { ReactNode } from "react";

import type { ChangeSearch } from "../use-list-search";
import type { ListSearch } from "../list-search";

export interface Column<Row> {
  /** Unique in the table. */
  key: string;
  title: string;
  render: (row: Row) => ReactNode;
  /** The API's sort field; without it the column cannot be sorted. */
  sort?: string;
  /** Pixels, or anything CSS takes. */
  width?: number | string;
  /** "end" for numbers. */
  align?: "start" | "end";
  /** Long texts: on phones the whole width. */
  wide?: boolean;
  /** Long names without blanks: they break anywhere rather than take other columns' room. */
  splits?: boolean;
  /** Hidden in tables below 1440 pixels. */
  least?: boolean;
  /** Hidden on phones, where the first column is the card's title. */
  hideOnPhone?: boolean;
}

export interface Filter {
  /** The parameter in the address, `status` mostly. */
  name: string;
  label: string;
  options: readonly { value: string; label: string }[];
}

/** A page of rows as `useList` returns it. */
export interface Listing<Row> {
  rows: readonly Row[];
  total: number;
  staleSince: string | null;
  hint: string;
}

/** The part of a TanStack query result that tables use. */
export interface ListQuery<Row> {
  data: Listing<Row> | undefined;
  error: unknown;
  isFetching: boolean;
  isPlaceholderData: boolean;
  refetch: () => unknown;
}

export interface ResourceTableProps<Row> {
  /** The table's and its toolbar's name for screen readers. */
  label: string;
  columns: readonly Column<Row>[];
  rowKey: (row: Row) => string;
  list: ListQuery<Row>;
  search: ListSearch;
  onSearch: ChangeSearch;
  /** The order without `sort` in the address. */
  defaultSort: string;
  filters?: readonly Filter[];
  /** Whether there is an input for a label selector. */
  byLabels?: boolean;
  /** Shown when there are no rows without any search or filter. */
  empty: ReactNode;
  /** The search field's placeholder, where it is not names, labels and images. */
  searchHint?: string;
  /** Buttons at the right of the search. */
  actions?: ReactNode;
}
