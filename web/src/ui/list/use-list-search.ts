/** The search parameters of a list page, read from and written to its address. */
import { useCallback } from "react";

import { useSearch } from "@tanstack/react-router";

import { useChangeSearch } from "../../core/navigation/use-go";
import { changed, readListSearch } from "./list-search";
import type { ListSearch } from "./list-search";

export type ChangeSearch<S extends ListSearch = ListSearch> = (change: Partial<S>) => void;

/** The parameters and a function that changes them. `read` is for pages with parameters of their own. */
export function useListSearch(): [ListSearch, ChangeSearch];
export function useListSearch<S extends ListSearch>(read: (raw: Record<string, unknown>) => S): [S, ChangeSearch<S>];
export function useListSearch(
  read: (raw: Record<string, unknown>) => ListSearch = readListSearch,
): [ListSearch, ChangeSearch] {
  const raw: Record<string, unknown> = useSearch({ strict: false });
  const changeSearch = useChangeSearch();
  const change = useCallback<ChangeSearch>(
    (next) =>
      // Typing in the search box adds no history entry: Back leads to the previous page.
      changeSearch((before) => changed(read(before), next) as Record<string, unknown>, {
        replace: "q" in next || "labels" in next,
        resetScroll: false,
      }),
    [changeSearch, read],
  );
  return [read(raw), change];
}
