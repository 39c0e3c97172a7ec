/** Who is logged in, and coming and going. The cookie is the browser's alone: nothing here can read it. */
import { useEffect } from "react";

import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { call } from "./client";
import type { components } from "./schema";
import { onSessionEnd, sessionEnded } from "./session-end";

export type Account = components["schemas"]["Account"];
export type Registration = components["schemas"]["Registration"];

/** Whether this browser may have a session: asking without one is an error in every console. No secret. */
const KEPT = "yurt-console.session";

export function mayHaveSession(): boolean {
  return localStorage.getItem(KEPT) !== null;
}

function keepSession(there: boolean): void {
  if (there) localStorage.setItem(KEPT, "1");
  else localStorage.removeItem(KEPT);
}

onSessionEnd(() => keepSession(false));

// Logging out in one tab ends them all, at once rather than at their next question.
addEventListener("storage", ({ key, newValue }) => {
  if (key === KEPT && newValue === null) sessionEnded();
});

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

export function useLogin() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: { email: string; token: string }) => call("post", "/session", { body }),
    onSuccess: (account) => {
      keepSession(true);
      client.clear();
      client.setQueryData(sessionOptions.queryKey, account);
    },
  });
}

/** Ends this browser's session, or all of the account's; what was read in it is forgotten by `useForgetting`. */
export function useLogout() {
  return useMutation({
    mutationFn: (everywhere: boolean = false) =>
      call("delete", "/session", { query: everywhere ? { everywhere } : {} }),
    onSuccess: () => keepSession(false),
  });
}

/**
 * Forgets everything once the pages behind the session guard are gone and the session with them. Not before: what is
 * on the screen would ask again, and be refused.
 */
export function useForgetting(): void {
  const client = useQueryClient();
  useEffect(
    () => () => {
      if (!mayHaveSession()) client.clear();
    },
    [client],
  );
}

/** Whether one can register here; asked without an account. */
export function useRegistrationTerms() {
  return useQuery({
    queryKey: ["registration"],
    queryFn: ({ signal }) => call("get", "/registration", { signal }),
    staleTime: Infinity,
  });
}

/**
 * Registers; `key` makes asking again with the same fields harmless. Answers as soon as the account is noted: how its
 * preparation goes on is in the session.
 */
export function useRegister() {
  return useMutation({
    mutationFn: ({ key, ...body }: Registration & { key: string }) =>
      call("post", "/register", { query: { wait: false }, body, headers: { "Idempotency-Key": key } }),
  });
}

/** A new token for the account that is logged in; the old one and all other sessions end. */
export function useNewToken() {
  return useMutation({ mutationFn: () => call("post", "/account/token") });
}

/** Ends the account that is logged in, for good; `email` is its own, as its owner typed it. */
export function useRemoveAccount() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (email: string) => call("delete", "/account", { body: { email } }),
    onSuccess: () => {
      keepSession(false);
      client.removeQueries({ queryKey: sessionOptions.queryKey });
    },
  });
}

/** The e-mail that was remembered for the next login; nothing else ever is. */
const EMAIL = "yurt-console.email";

export function rememberedEmail(): string {
  return localStorage.getItem(EMAIL) ?? "";
}

export function rememberEmail(email: string | undefined): void {
  if (email === undefined || email === "") localStorage.removeItem(EMAIL);
  else localStorage.setItem(EMAIL, email);
}
