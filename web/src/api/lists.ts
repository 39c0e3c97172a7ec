/** All lists of the API by one hook, `useList("pods", parameters)`, typed by kind. */
import { keepPreviousData, queryOptions, useQuery } from "@tanstack/react-query";
import type { UseQueryResult } from "@tanstack/react-query";

import { call } from "./http/client";
import type { Kind } from "./query-client";
import type { components, paths } from "./schema";

type Schemas = components["schemas"];

/** Each noun's row. A new list is one line here and one in `NOUNS`. */
export interface Rows {
  nodes: Schemas["NodeRow"];
  nodepools: Schemas["PoolRow"];
  pods: Schemas["PodRow"];
  deployments: Schemas["DeploymentRow"];
  statefulsets: Schemas["WorkloadRow"];
  daemonsets: Schemas["WorkloadRow"];
  jobs: Schemas["JobRow"];
  cronjobs: Schemas["CronJobRow"];
  services: Schemas["ServiceRow"];
  namespaces: Schemas["NamespaceRow"];
  resourcequotas: Schemas["QuotaRow"];
  users: Schemas["UserRow"];
  events: Schemas["EventRow"];
}
export type Noun = keyof Rows;

interface Address {
  path: keyof paths;
  /** The kinds whose changes show in the list. */
  kinds: readonly Kind[];
}

const NOUNS: Record<Noun, Address> = {
  nodes: { path: "/nodes", kinds: ["nodes", "pods", "usage"] },
  nodepools: { path: "/nodepools", kinds: ["nodepools", "nodes"] },
  pods: { path: "/pods", kinds: ["pods"] },
  deployments: { path: "/deployments", kinds: ["deployments"] },
  statefulsets: { path: "/statefulsets", kinds: ["statefulsets"] },
  daemonsets: { path: "/daemonsets", kinds: ["daemonsets"] },
  jobs: { path: "/jobs", kinds: ["jobs"] },
  cronjobs: { path: "/cronjobs", kinds: ["cronjobs", "jobs"] },
  services: { path: "/services", kinds: ["services"] },
  namespaces: { path: "/namespaces", kinds: ["namespaces"] },
  resourcequotas: { path: "/resourcequotas", kinds: ["resourcequotas"] },
  users: { path: "/users", kinds: ["users", "nodes"] },
  events: { path: "/clusterEvents", kinds: ["events"] },
};

/** The query parameters of lists. */
export interface ListParameters {
  /** Left out: a tenant's own namespace, all for an administrator. */
  namespace?: string | undefined;
  q?: string | undefined;
  status?: string | undefined;
  labels?: string | undefined;
  /** A field, `-` before it for descending. */
  sort?: string | undefined;
  /** Nodes in this pool. */
  nodePool?: string | undefined;
  /** Nodes of this role. */
  role?: string | undefined;
  offset?: number | undefined;
  limit?: number | undefined;
  /** Exactly this name; for events, the involved object's. */
  name?: string | undefined;
  /** Pods on this node. */
  node?: string | undefined;
  /** Pods and jobs of this owner, `ReplicaSet/web-5d8f`. */
  owner?: string | undefined;
  /** Events whose involved object has this kind. */
  kind?: string | undefined;
  /** Whether nodes carry usage, labels, taints and conditions. */
  detail?: boolean | undefined;
}

/** A page of a list, the same shape for every kind. */
export interface Listing<Row> {
  rows: Row[];
  /** Rows that match, over all pages. */
  total: number;
  /** Since when the rows may be stale, null while they are live. */
  staleSince: string | null;
  /** Why the list cannot have rows, such as a kind that the cluster does not serve. */
  hint: string;
}

export function listOptions<N extends Noun>(noun: N, parameters: ListParameters = {}) {
  const { path, kinds } = NOUNS[noun];
  return queryOptions({
    queryKey: [noun, "list", parameters] as const,
    queryFn: async ({ signal }): Promise<Listing<Rows[N]>> => {
      const found = (await call("get", path as "/pods", { query: parameters as never, signal })) as Envelope;
      return {
        rows: (found.allNodes ?? found.items ?? []) as Rows[N][],
        total: found.total,
        staleSince: found.staleSince ?? null,
        hint: found.hint ?? "",
      };
    },
    meta: { kinds },
    placeholderData: keepPreviousData,
  });
}

/** One page of a list, kept current by the stream of changes; the previous page stays while the next loads. */
export function useList<N extends Noun>(
  noun: N,
  parameters: ListParameters = {},
  options: { enabled?: boolean } = {},
): UseQueryResult<Listing<Rows[N]>> {
  return useQuery({ ...listOptions(noun, parameters), ...options });
}

/** A list that belongs to a page's object; without placeholder data, which would belong to another object. */
export function useRelated<N extends Noun>(
  noun: N,
  parameters: ListParameters,
  options: { enabled?: boolean } = {},
): UseQueryResult<Listing<Rows[N]>> {
  return useQuery({ ...listOptions(noun, parameters), placeholderData: undefined, ...options });
}

/** One object's row in its list; `data.rows` is empty when there is none. */
export function useRow<N extends Noun>(noun: N, namespace: string, name: string): UseQueryResult<Listing<Rows[N]>> {
  return useQuery({ ...listOptions(noun, { namespace, name, limit: 1 }), placeholderData: undefined });
}

/** The envelope of all lists; the contract calls the rows of nodes `allNodes`. */
interface Envelope {
  allNodes?: unknown[];
  items?: unknown[];
  total: number;
  staleSince?: string | null;
  hint?: string;
}
