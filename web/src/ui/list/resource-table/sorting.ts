/** Sort parameters and the arrows of column headings. */
export type Order = "ascending" | "descending" | "none";

/** The sort order of the column of `field`. */
export function orderIn(sort: string, field: string): Order {
  if (sort === field) return "ascending";
  return sort === `-${field}` ? "descending" : "none";
}

/** The sort parameter after a click on a heading: ascending, then descending; undefined for the default order. */
export function sortAfter(sort: string, field: string, defaultSort: string): string | undefined {
  const next = sort === field ? `-${field}` : field;
  return next === defaultSort ? undefined : next;
}
