/** One Kubernetes object, read with the caller's rights; kept current by the stream of changes. */
import { queryOptions, useQuery } from "@tanstack/react-query";
import type { UseQueryResult } from "@tanstack/react-query";

import { call } from "./http/client";
import type { Kind } from "./query-client";

/** The namespaced kinds that `/objects` serves. */
export type ObjectKind =
  | "pods"
  | "services"
  | "deployments"
  | "statefulsets"
  | "daemonsets"
  | "replicasets"
  | "jobs"
  | "cronjobs";

/** The kinds that invalidate an object. ReplicaSets have no change events of their own, but their pods change with them. */
function kindsOf(kind: ObjectKind): readonly Kind[] {
  return kind === "replicasets" ? ["pods"] : [kind];
}

export function objectOptions(kind: ObjectKind, namespace: string, name: string) {
  return queryOptions({
    queryKey: ["objects", kind, namespace, name] as const,
    queryFn: ({ signal }) =>
      call("get", "/objects/{kind}/{namespace}/{name}", { path: { kind, namespace, name }, signal }),
    meta: { kinds: kindsOf(kind) },
  });
}

/** `T` is the part of the object that the caller reads; it is not validated. */
export function useObject<T>(kind: ObjectKind, namespace: string, name: string, enabled = true): UseQueryResult<T> {
  return useQuery({ ...objectOptions(kind, namespace, name), enabled }) as UseQueryResult<T>;
}

/** The cluster-scoped kinds that `/objects` serves. */
export type MachineKind = "nodes" | "nodepools";

/** A cluster-scoped object: a node or a node pool. */
export function useMachine<T>(kind: MachineKind, name: string): UseQueryResult<T> {
  return useQuery({
    queryKey: ["objects", kind, "", name] as const,
    queryFn: ({ signal }) => call("get", "/objects/{kind}/{name}", { path: { kind, name }, signal }),
    meta: { kinds: [kind] },
  });
}
