/** The search parameters of the list of Pods: node and owner. */
import { readListSearch, textOf } from "../../ui/list/list-search";
import type { ListSearch } from "../../ui/list/list-search";

export interface PodSearch extends ListSearch {
  node?: string | undefined;
  /** The owner as "KIND/NAME": "ReplicaSet/web-5d8f". */
  owner?: string | undefined;
}

export function readPodSearch(raw: Record<string, unknown>): PodSearch {
  const [node, owner] = [textOf(raw["node"]), textOf(raw["owner"])];
  return { ...readListSearch(raw), ...(node ? { node } : {}), ...(owner ? { owner } : {}) };
}
