/** The question of the list of pods: where they run and whose they are beside what every list can be asked. */
import { readListSearch, textOf } from "../../ui/list/list-search";
import type { ListSearch } from "../../ui/list/list-search";

export interface PodSearch extends ListSearch {
  node?: string | undefined;
  /** What keeps them running, "ReplicaSet/web-5d8f". */
  owner?: string | undefined;
}

export function readPodSearch(raw: Record<string, unknown>): PodSearch {
  const [node, owner] = [textOf(raw["node"]), textOf(raw["owner"])];
  return { ...readListSearch(raw), ...(node ? { node } : {}), ...(owner ? { owner } : {}) };
}
