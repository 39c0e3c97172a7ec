/** The console's sort fields and the headings' arrows. */
export type Order = "ascending" | "descending" | "none";

/** The arrow of a column that sorts by `field`. */
export function orderIn(sort: string, field: string): Order {
  if (sort === field) return "ascending";
  return sort === `-${field}` ? "descending" : "none";
}

/** What stands in the address after a heading is pressed: up, then down; nothing for the list's own order. */
export function sortAfter(sort: string, field: string, defaultSort: string): string | undefined {
  const next = sort === field ? `-${field}` : field;
  return next === defaultSort ? undefined : next;
}
