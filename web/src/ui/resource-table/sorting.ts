/** The console's sort fields and the table's arrows. */
type Order = "ascend" | "descend" | null;

/** The arrow of a column that sorts by `field`. */
export function orderIn(sort: string, field: string): Order {
  if (sort === field) return "ascend";
  return sort === `-${field}` ? "descend" : null;
}

/** What stands in the address after a click: nothing for the list's own order. */
export function sortOf(
  key: string | undefined,
  order: Order | undefined,
  columns: readonly { key: string; sort?: string }[],
  defaultSort: string,
): string | undefined {
  const field = columns.find((column) => column.key === key)?.sort;
  if (field === undefined || !order) return undefined;
  const sort = order === "ascend" ? field : `-${field}`;
  return sort === defaultSort ? undefined : sort;
}
