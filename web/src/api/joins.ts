/** Join requests (kubelet CSRs), and the newest nodes. */
import { queryOptions, useQuery } from "@tanstack/react-query";

import { call } from "./http/client";
import type { components } from "./schema";

export type Join = components["schemas"]["Join"];

/** The number of newest nodes to fetch. */
const NEWEST = 50;

export const joinOptions = queryOptions({
  queryKey: ["joins"],
  queryFn: async ({ signal }) => {
    const found = await call("get", "/nodes", { query: { sort: "-createTime", limit: NEWEST }, signal });
    return { nodes: found.allNodes, joins: found.joins };
  },
  meta: { kinds: ["nodes", "certificatesigningrequests"] },
});

export function useJoins() {
  return useQuery(joinOptions);
}
