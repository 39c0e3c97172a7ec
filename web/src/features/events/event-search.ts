/** The question of the list of events: what they are about beside what every list can be asked. */
import { readListSearch, textOf } from "../../ui/list/list-search";
import type { ListSearch } from "../../ui/list/list-search";

export interface EventSearch extends ListSearch {
  /** The kind of what it is about, "Pod". */
  kind?: string | undefined;
  /** The name of what it is about. */
  name?: string | undefined;
}

export function readEventSearch(raw: Record<string, unknown>): EventSearch {
  const [kind, name] = [textOf(raw["kind"]), textOf(raw["name"])];
  return { ...readListSearch(raw), ...(kind ? { kind } : {}), ...(name ? { name } : {}) };
}
