/** How the page asks and remembers: one cache, whose entries say which kinds of the cluster they show. */
import { QueryClient } from "@tanstack/react-query";

import { ApiError } from "./http/errors";

/** A plural as `/changes` names it; `usage` is what nodes are measured to use. */
export type Kind =
  | "nodes"
  | "nodepools"
  | "pods"
  | "deployments"
  | "statefulsets"
  | "daemonsets"
  | "jobs"
  | "cronjobs"
  | "services"
  | "namespaces"
  | "events"
  | "users"
  | "resourcequotas"
  | "certificatesigningrequests"
  | "usage";

declare module "@tanstack/react-query" {
  interface Register {
    defaultError: ApiError;
    queryMeta: {
      /** A change of any of these makes the answer old. Without it, nothing does. */
      kinds?: readonly Kind[];
    };
  }
}

const TRIES = 3;
const MOST_SECONDS = 30;

/** Asking again makes sense only where nobody has to change anything first. */
export function retry(failures: number, error: unknown): boolean {
  return error instanceof ApiError && error.passing && failures < TRIES;
}

/** Milliseconds until the next try: what the console asked for, else 1, 2, 4 s. */
export function retryDelay(failures: number, error: unknown): number {
  const asked = error instanceof ApiError ? error.retryAfter : 0;
  return Math.min(asked || 2 ** failures, MOST_SECONDS) * 1000;
}

export function newQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        retry,
        retryDelay,
        // The stream of changes says when to ask again; coming back to a page asks once more.
        staleTime: 5_000,
        gcTime: 5 * 60_000,
        refetchOnWindowFocus: false,
      },
      mutations: { retry: false },
    },
  });
}
