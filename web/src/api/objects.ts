/** One object as Kubernetes has it, asked as the caller; kept current by the stream of changes. */
import { queryOptions, useQuery } from "@tanstack/react-query";
import type { UseQueryResult } from "@tanstack/react-query";

import { call } from "./http/client";
import type { Kind } from "./query-client";

/** The kinds that the console shows whole. */
export type ObjectKind =
  | "pods"
  | "services"
  | "deployments"
  | "statefulsets"
  | "daemonsets"
  | "replicasets"
  | "jobs"
  | "cronjobs";

/** Whose changes make the object old: nobody tells of ReplicaSets, whose pods change with them. */
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

/** `T` is what the caller reads of the object: nothing checks that it is so. */
export function useObject<T>(kind: ObjectKind, namespace: string, name: string, enabled = true): UseQueryResult<T> {
  return useQuery({ ...objectOptions(kind, namespace, name), enabled }) as UseQueryResult<T>;
}

/** The kinds that are in no namespace. */
export type MachineKind = "nodes" | "nodepools";

/** A node or a pool, shown to whom it belongs. */
export function useMachine<T>(kind: MachineKind, name: string): UseQueryResult<T> {
  return useQuery({
    queryKey: ["objects", kind, "", name] as const,
    queryFn: ({ signal }) => call("get", "/objects/{kind}/{name}", { path: { kind, name }, signal }),
    meta: { kinds: [kind] },
  });
}
