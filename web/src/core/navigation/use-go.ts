/** Navigation from code, for the page's own addresses only. */
import { useCallback } from "react";

import { redirect, useNavigate } from "@tanstack/react-router";

import type { Path } from "./paths";

export interface GoOptions {
  search?: Readonly<Record<string, unknown>>;
  /** Replaces the history entry instead of adding one. */
  replace?: boolean;
}

/** A function that navigates to a page. */
export function useGo(): (to: Path, options?: GoOptions) => Promise<void> {
  const navigate = useNavigate();
  return useCallback((to, { search, replace = false } = {}) => navigate({ to, search, replace }), [navigate]);
}

type Search = Record<string, unknown>;

/** A function that changes the search parameters of the current page. */
export function useChangeSearch(): (change: (search: Search) => Search, options?: { replace?: boolean; resetScroll?: boolean }) => void {
  const navigate = useNavigate();
  return useCallback((change, options = {}) => void navigate({ to: ".", search: change, ...options }), [navigate]);
}

/** Redirects from a route's `beforeLoad`. */
export function redirectTo(to: Path, { search, replace = false }: GoOptions = {}): never {
  redirect({ to, search, replace, throw: true });
  throw new Error("the router's redirect throws");
}
