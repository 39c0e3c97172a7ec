/** Administrators' changes of an account. Each returns the changed account. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { QueryClient } from "@tanstack/react-query";

import { call } from "./http/client";
import type { components } from "./schema";
import { userOptions } from "./users";
import type { User } from "./users";

type Schemas = components["schemas"];

export type Change =
  | { verb: "approve" }
  | { verb: "resume" }
  | ({ verb: "renew" } & Schemas["RenewalBody"])
  | ({ verb: "limits" } & Schemas["LimitsBody"])
  | { verb: "suspend"; reason: string };

function send(name: string, body: Change): Promise<User> {
  const path = { name };
  switch (body.verb) {
    case "approve":
      return call("post", "/users/{name}/approve", { path });
    case "resume":
      return call("post", "/users/{name}/resume", { path });
    case "renew":
      return call("post", "/users/{name}/renew", { path, body: { days: body.days, until: body.until } });
    case "limits":
      return call("post", "/users/{name}/limits", { path, body: { maxNodeNum: body.maxNodeNum, quota: body.quota } });
    case "suspend":
      return call("post", "/users/{name}/suspend", { path, body: { reason: body.reason } });
  }
}

/** Changes one account and puts the response into the cache. */
export async function changeUser(client: QueryClient, name: string, change: Change): Promise<User> {
  const user = await send(name, change);
  client.setQueryData(userOptions(name).queryKey, user);
  return user;
}

export function useChangeUser(name: string) {
  const client = useQueryClient();
  return useMutation({ mutationFn: (change: Change) => changeUser(client, name, change) });
}

/** A new token for another person's account, shown once. */
export function useResetToken(name: string) {
  return useMutation({ mutationFn: () => call("post", "/users/{name}/token", { path: { name } }) });
}

/** Deletes an account with everything that belongs to it. */
export function useDeleteUser(name: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => call("delete", "/users/{name}", { path: { name }, body: { name } }),
    // Its page may be open until the list has loaded: a change must not ask for it again.
    onSuccess: () => client.removeQueries({ queryKey: userOptions(name).queryKey }),
  });
}
