/** Login, logout, registration, and what an account's owner changes about it. */
import { useEffect } from "react";

import { useMutation, useQueryClient } from "@tanstack/react-query";

import { dismissAll } from "../../core/notify";
import { call } from "../http/client";
import type { components } from "../schema";
import { sessionOptions } from "./queries";
import { mayHaveSession, storeSession } from "./storage";

export type Registration = components["schemas"]["Registration"];

export function useLogin() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: { email: string; token: string }) => call("post", "/session", { body }),
    onSuccess: (account) => {
      storeSession(true);
      client.clear();
      client.setQueryData(sessionOptions.queryKey, account);
    },
  });
}

/** Ends this browser's session, or all of the account's; `useClearCacheOnLogout` clears the cache. */
export function useLogout() {
  return useMutation({
    mutationFn: (everywhere: boolean = false) =>
      call("delete", "/session", { query: everywhere ? { everywhere } : {} }),
    onSuccess: () => storeSession(false),
  });
}

/**
 * Clears the cache once the pages behind the session guard are unmounted and the session has ended. Not before: a
 * mounted page would ask again, and be refused.
 */
export function useClearCacheOnLogout(): void {
  const client = useQueryClient();
  useEffect(
    () => () => {
      if (mayHaveSession()) return;
      client.clear();
      dismissAll();
    },
    [client],
  );
}

/**
 * Registers; `key` makes a repeated request with the same fields harmless. Replies as soon as the account is stored:
 * the session shows the progress of its preparation.
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

/** Deletes the account that is logged in; `email` is its own, as its owner typed it. */
export function useRemoveAccount() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (email: string) => call("delete", "/account", { body: { email } }),
    onSuccess: () => {
      storeSession(false);
      client.removeQueries({ queryKey: sessionOptions.queryKey });
    },
  });
}
