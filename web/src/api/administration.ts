/** What administrators do to an account. Every change answers with the account as it is then. */
import { useMutation, useQueryClient } from "@tanstack/react-query";

import { call } from "./http/client";
import type { components } from "./schema";
import { userOptions } from "./users";

type Schemas = components["schemas"];

export type Change =
  | { verb: "approve" }
  | { verb: "resume" }
  | ({ verb: "renew" } & Schemas["RenewalBody"])
  | ({ verb: "limits" } & Schemas["LimitsBody"])
  | { verb: "suspend"; reason: string };

function change(name: string, asked: Change) {
  const path = { name };
  switch (asked.verb) {
    case "approve":
      return call("post", "/users/{name}/approve", { path });
    case "resume":
      return call("post", "/users/{name}/resume", { path });
    case "renew":
      return call("post", "/users/{name}/renew", { path, body: { days: asked.days, until: asked.until } });
    case "limits":
      return call("post", "/users/{name}/limits", { path, body: { maxNodeNum: asked.maxNodeNum, quota: asked.quota } });
    case "suspend":
      return call("post", "/users/{name}/suspend", { path, body: { reason: asked.reason } });
  }
}

/** Changes one account; its page shows the answer at once. */
export function useChangeUser(name: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (asked: Change) => change(name, asked),
    onSuccess: (user) => client.setQueryData(userOptions(name).queryKey, user),
  });
}

/** A new token for somebody else's account, shown once. */
export function useResetToken(name: string) {
  return useMutation({ mutationFn: () => call("post", "/users/{name}/token", { path: { name } }) });
}

/** Deletes an account with everything that belongs to it. */
export function useDeleteUser(name: string) {
  return useMutation({ mutationFn: () => call("delete", "/users/{name}", { path: { name }, body: { name } }) });
}
