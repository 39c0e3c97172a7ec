/** The search parameters of a list page: search, filters, order, page. */

/** The parameters in the address. Everything is optional: a bare address is the default view. */
export interface ListSearch {
  /** An administrator's choice; stays from page to page. */
  namespace?: string | undefined;
  q?: string | undefined;
  status?: string | undefined;
  labels?: string | undefined;
  /** A field, `-` before it for descending. */
  sort?: string | undefined;
  /** From 1. */
  page?: number | undefined;
  /** Rows per page. */
  size?: number | undefined;
}

export const SIZES = [25, 50, 100, 200] as const;
export const DEFAULT_SIZE = 50;
const TEXT_LIMIT = 256;

/** Reads an address leniently: invalid values are ignored. For `validateSearch`. */
export function readListSearch(raw: Record<string, unknown>): ListSearch {
  const page = wholeNumber(raw["page"]);
  const size = wholeNumber(raw["size"]);
  return pruned({
    namespace: textOf(raw["namespace"]),
    q: textOf(raw["q"]),
    status: textOf(raw["status"]),
    labels: textOf(raw["labels"]),
    sort: /^-?[A-Za-z]+$/.test(textOf(raw["sort"]) ?? "") ? textOf(raw["sort"]) : undefined,
    page: page !== undefined && page > 1 ? page : undefined,
    size: size !== undefined && size !== DEFAULT_SIZE && SIZES.some((known) => known === size) ? size : undefined,
  });
}

/** The parameters after a change: any change but the page's goes back to the first page. */
export function changed<S extends ListSearch>(search: S, change: Partial<S>): S {
  const next = { ...search, ...("page" in change ? {} : { page: undefined }), ...change };
  return pruned(next);
}

/** The API's query parameters for this address. */
export function parametersOf(search: ListSearch): {
  namespace?: string | undefined;
  q?: string | undefined;
  status?: string | undefined;
  labels?: string | undefined;
  sort?: string | undefined;
  offset: number;
  limit: number;
} {
  const { namespace, q, status, labels, sort, page = 1, size = DEFAULT_SIZE } = search;
  return pruned({ namespace, q, status, labels, sort, offset: (page - 1) * size, limit: size });
}

/** Parameters that clearing search and filters leaves alone. */
const NO_FILTER = new Set(["namespace", "sort", "page", "size"]);

/** The names of active search and filter parameters, including those that only this list has. */
export function narrowing(search: ListSearch): string[] {
  return Object.entries(search).flatMap(([name, value]) => (value === undefined || NO_FILTER.has(name) ? [] : [name]));
}

/** A parameter's value as text; the router parses values as JSON, so numbers and booleans count too. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (typeof value !== "string") return undefined;
  return value.trim().slice(0, TEXT_LIMIT) || undefined;
}

function wholeNumber(value: unknown): number | undefined {
  const number = Number(textOf(value));
  return Number.isSafeInteger(number) && number > 0 ? number : undefined;
}

/** Without undefined and "" values, so that equal searches have equal addresses. */
function pruned<T extends object>(found: T): T {
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined && value !== "")) as T;
}
