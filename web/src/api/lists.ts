/** All lists of the API by one hook, `useList("pods", parameters)`, typed by kind. */
import { keepPreviousData, queryOptions, useQuery } from "@tanstack/react-query";
import type { UseQueryResult } from "@tanstack/react-query";

import { KINDS, specOf } from "../core/kinds/kinds";
import type { ChangeKind, ListPlural } from "../core/kinds/kinds";
import { list } from "./http/client";
import type { Listing, ListQueryOf, RowOf } from "./http/client";

export type { Listing } from "./http/client";

type PathOf<P extends ListPlural> = (typeof KINDS)[P]["list"];

/** Each kind's row. */
export type Rows = { [P in ListPlural]: RowOf<PathOf<P>> };
/** The query parameters of a kind's list. */
export type ListParameters<P extends ListPlural> = ListQueryOf<PathOf<P>>;

/** The kinds with changes that make a list stale. */
function dependencies(plural: ListPlural): readonly ChangeKind[] {
  return [plural, ...(specOf(plural).listDependsOn ?? [])];
}

export function listOptions<P extends ListPlural>(plural: P, parameters: ListParameters<P>) {
  return queryOptions({
    queryKey: [plural, "list", parameters] as const,
    queryFn: ({ signal }): Promise<Listing<Rows[P]>> => list(KINDS[plural].list, parameters, signal),
    meta: { kinds: dependencies(plural) },
    placeholderData: keepPreviousData,
  });
}

/** One page of a list, kept current by the stream of changes; the previous page stays while the next loads. */
export function useList<P extends ListPlural>(
  plural: P,
  parameters: ListParameters<P>,
  options: { enabled?: boolean } = {},
): UseQueryResult<Listing<Rows[P]>> {
  return useQuery({ ...listOptions(plural, parameters), ...options });
}

/** A list that belongs to a page's object; without placeholder data, which would belong to another object. */
export function useRelated<P extends ListPlural>(
  plural: P,
  parameters: ListParameters<P>,
  options: { enabled?: boolean } = {},
): UseQueryResult<Listing<Rows[P]>> {
  return useQuery({ ...listOptions(plural, parameters), placeholderData: undefined, ...options });
}

/** One object's row in its list; `data.rows` is empty when there is none. */
export function useRow<P extends ListPlural>(plural: P, namespace: string, name: string): UseQueryResult<Listing<Rows[P]>> {
  return useRelated(plural, { namespace, name, limit: 1 });
}
