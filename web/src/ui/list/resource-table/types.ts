/** What a list page says of its table. */
import type { ReactNode } from "react";

import type { ChangeSearch } from "../use-list-search";
import type { ListSearch } from "../list-search";

export interface Column<Row> {
  /** Unique in the table. */
  key: string;
  title: string;
  render: (row: Row) => ReactNode;
  /** The field the console sorts by; without it the column cannot be sorted. */
  sort?: string;
  /** Pixels, or anything CSS takes. */
  width?: number | string;
  /** "end" for numbers. */
  align?: "start" | "end";
  /** Long texts: on phones the whole width. */
  wide?: boolean;
  /** Machines' names, without blanks: they break anywhere rather than take the room of others. */
  splits?: boolean;
  /** Left out of tables below 1440 pixels. */
  least?: boolean;
  /** The first column is the card's title on phones; this leaves a column out there. */
  hideOnPhone?: boolean;
}

export interface Filter {
  /** The parameter in the address, `status` mostly. */
  name: string;
  label: string;
  options: readonly { value: string; label: string }[];
}

/** A page of rows as `useList` gives it. */
export interface Listing<Row> {
  rows: readonly Row[];
  total: number;
  staleSince: string | null;
  hint: string;
}

/** What is needed of a query; TanStack's results are that. */
export interface Asked<Row> {
  data: Listing<Row> | undefined;
  error: unknown;
  isFetching: boolean;
  isPlaceholderData: boolean;
  refetch: () => unknown;
}

export interface ResourceTableProps<Row> {
  /** The table's name for screen readers, and the filters' place in the page. */
  label: string;
  columns: readonly Column<Row>[];
  rowKey: (row: Row) => string;
  list: Asked<Row>;
  search: ListSearch;
  onSearch: ChangeSearch;
  /** The order without `sort` in the address. */
  defaultSort: string;
  filters?: readonly Filter[];
  /** Whether a label selector can be typed. */
  byLabels?: boolean;
  /** What stands here when there is nothing at all, and nothing was searched for. */
  empty: ReactNode;
  /** What the search looks through, where that is not names, labels and images. */
  searchHint?: string;
  /** Buttons at the right of the search. */
  actions?: ReactNode;
}
