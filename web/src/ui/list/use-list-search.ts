/** The list page's question, from its address and back. */
import { useCallback } from "react";

import { useNavigate, useSearch } from "@tanstack/react-router";

import { changed, readListSearch } from "./list-search";
import type { ListSearch } from "./list-search";

export type ChangeSearch<S extends ListSearch = ListSearch> = (change: Partial<S>) => void;

/** The question and what changes it. `read` is the reader of a page with parameters of its own. */
export function useListSearch(): [ListSearch, ChangeSearch];
export function useListSearch<S extends ListSearch>(read: (raw: Record<string, unknown>) => S): [S, ChangeSearch<S>];
export function useListSearch(
  read: (raw: Record<string, unknown>) => ListSearch = readListSearch,
): [ListSearch, ChangeSearch] {
  const raw: Record<string, unknown> = useSearch({ strict: false });
  const navigate = useNavigate();
  const change = useCallback<ChangeSearch>(
    (asked) =>
      // Typing in the search box is no history: Back leads to the page before.
      void navigate({
        to: ".",
        search: (before: Record<string, unknown>) => changed(read(before), asked),
        replace: "q" in asked || "labels" in asked,
        resetScroll: false,
      }),
    [navigate, read],
  );
  return [read(raw), change];
}
