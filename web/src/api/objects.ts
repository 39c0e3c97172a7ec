/** One Kubernetes object, read with the caller's rights; kept current by the stream of changes. */
import { queryOptions, useQuery } from "@tanstack/react-query";
import type { UseQueryResult } from "@tanstack/react-query";

import { specOf } from "../core/kinds/kinds";
import type { ChangeKind, Plural } from "../core/kinds/kinds";
import { call } from "./http/client";
import type { paths } from "./schema";

type PathParameters<P extends keyof paths> = paths[P] extends { get: { parameters: { path: infer Values } } } ? Values : never;

/** The namespaced kinds that `/objects` serves, by the API's own document. */
export type NamespacedObject = Extract<PathParameters<"/objects/{kind}/{namespace}/{name}">["kind"], Plural>;
/** The cluster-scoped kinds that `/objects` serves. */
export type ClusterObject = Extract<PathParameters<"/objects/{kind}/{name}">["kind"], Plural>;

/** The kinds with changes that make an object stale. */
function dependencies(kind: Plural): readonly ChangeKind[] {
  return specOf(kind).changesWith ?? [kind];
}

export function objectOptions(kind: NamespacedObject, namespace: string, name: string) {
  return queryOptions({
    queryKey: ["objects", kind, namespace, name] as const,
    queryFn: ({ signal }) =>
      call("get", "/objects/{kind}/{namespace}/{name}", { path: { kind, namespace, name }, signal }),
    meta: { kinds: dependencies(kind) },
  });
}

/** `T` is the part of the object that the caller reads; it is not validated. */
export function useObject<T>(kind: NamespacedObject, namespace: string, name: string, enabled = true): UseQueryResult<T> {
  return useQuery({ ...objectOptions(kind, namespace, name), enabled }) as UseQueryResult<T>;
}

/** A cluster-scoped object: a node or a node pool. */
export function useClusterObject<T>(kind: ClusterObject, name: string): UseQueryResult<T> {
  return useQuery({
    queryKey: ["objects", kind, "", name] as const,
    queryFn: ({ signal }) => call("get", "/objects/{kind}/{name}", { path: { kind, name }, signal }),
    meta: { kinds: dependencies(kind) },
  });
}
