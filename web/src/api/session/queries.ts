/** The session's account. The session cookie is HttpOnly: scripts cannot read it. */
import { queryOptions, useQuery } from "@tanstack/react-query";

import { call } from "../http/client";
import type { components } from "../schema";

export type Account = components["schemas"]["Account"];

export const sessionOptions = queryOptions({
  queryKey: ["session"],
  queryFn: ({ signal }) => call("get", "/session", { signal }),
  meta: { kinds: ["users", "nodes"] },
  staleTime: 60_000,
});

/** The account that is logged in; undefined until known. */
export function useAccount(): Account | undefined {
  return useQuery(sessionOptions).data;
}

/** Like `useAccount` on pages behind the session guard, where there always is one. */
export function useCaller(): Account {
  const account = useAccount();
  if (account === undefined) throw new Error("only pages behind the session guard may ask who is calling");
  return account;
}

export function isAdmin(account: Account | undefined): boolean {
  return account?.role === "admin";
}

/** Whether registration is open, asked without an account. */
export function useRegistrationTerms() {
  return useQuery({
    queryKey: ["registration"],
    queryFn: ({ signal }) => call("get", "/registration", { signal }),
    staleTime: Infinity,
  });
}
