/** The query client: retry rules, and the kinds that each query depends on (`meta.kinds`). */
import { QueryClient } from "@tanstack/react-query";

import type { ChangeKind } from "../core/kinds/kinds";
import { ApiError } from "./http/errors";

declare module "@tanstack/react-query" {
  interface Register {
    defaultError: ApiError;
    queryMeta: {
      /** A change of any of these invalidates the query. Without it, none does. */
      kinds?: readonly ChangeKind[];
    };
  }
}

const TRIES = 3;
const MOST_SECONDS = 30;

/** Only temporary errors are retried. */
export function retry(failures: number, error: unknown): boolean {
  return error instanceof ApiError && error.passing && failures < TRIES;
}

/** Milliseconds until the next try: the server's Retry-After, else 1, 2, 4 s. */
export function retryDelay(failures: number, error: unknown): number {
  const requested = error instanceof ApiError ? error.retryAfter : 0;
  return Math.min(requested || 2 ** failures, MOST_SECONDS) * 1000;
}

export function newQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        retry,
        retryDelay,
        // The stream of changes invalidates; mounting a page refetches what is older than this.
        staleTime: 5_000,
        gcTime: 5 * 60_000,
        refetchOnWindowFocus: false,
      },
      mutations: { retry: false },
    },
  });
}
