/** The overview: total and healthy objects of every kind. */
import { keepPreviousData, queryOptions, useQuery } from "@tanstack/react-query";

import { call } from "./http/client";
import type { components } from "./schema";
import { isAdmin, useAccount } from "./session/queries";

export type Overview = components["schemas"]["Overview"];
export type KindStatus = components["schemas"]["KindStatus"];

export function overviewOptions(namespace?: string) {
  return queryOptions({
    queryKey: ["overview", namespace ?? ""],
    queryFn: ({ signal }) => call("get", "/clusterOverview", { query: { namespace }, signal }),
    meta: {
      kinds: ["nodes", "usage", "nodepools", "pods", "deployments", "statefulsets", "daemonsets", "jobs", "cronjobs"],
    },
    placeholderData: keepPreviousData,
  });
}

export function useOverview(namespace?: string) {
  return useQuery(overviewOptions(namespace));
}

/** How many nodes could run the caller's pods, and how many of them are Ready; undefined until known. */
export function useNodeCounts(): { total: number; healthy: number } | undefined {
  // An administrator's namespaces may use every node.
  const account = useAccount();
  const namespace = isAdmin(account) ? undefined : account?.spec.namespace;
  const { data } = useQuery({ ...overviewOptions(namespace), enabled: account !== undefined });
  const nodes = data?.clusterStatus.find(({ kind }) => kind === "nodes");
  return nodes && { total: nodes.totalNum, healthy: nodes.healthyNum };
}
