/** The numbers of every kind: how many there are, how many are healthy. */
import { keepPreviousData, queryOptions, useQuery } from "@tanstack/react-query";

import { call } from "./client";

export function overviewOptions(namespace?: string) {
  return queryOptions({
    queryKey: ["overview", namespace ?? ""],
    queryFn: ({ signal }) => call("get", "/clusterOverview", { query: { namespace }, signal }),
    meta: {
      kinds: ["nodes", "nodepools", "pods", "deployments", "statefulsets", "daemonsets", "jobs", "cronjobs"],
    },
    placeholderData: keepPreviousData,
  });
}

export function useOverview(namespace?: string) {
  return useQuery(overviewOptions(namespace));
}
