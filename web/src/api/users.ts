/** One account as administrators see it. The list is `useList("users")`. */
import { queryOptions, useQuery } from "@tanstack/react-query";

import { call } from "./http/client";
import type { components } from "./schema";

export type User = components["schemas"]["UserDetail"];

export function userOptions(name: string) {
  return queryOptions({
    queryKey: ["users", "one", name],
    queryFn: ({ signal }) => call("get", "/users/{name}", { path: { name }, signal }),
    meta: { kinds: ["users", "nodes", "certificatesigningrequests"] },
  });
}

export function useUser(name: string, enabled = true) {
  return useQuery({ ...userOptions(name), enabled });
}
