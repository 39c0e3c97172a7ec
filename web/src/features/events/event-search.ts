/** The search parameters of the list of Events: the involved object's kind and name. */
import { readListSearch, textOf } from "../../ui/list/list-search";
import type { ListSearch } from "../../ui/list/list-search";

export interface EventSearch extends ListSearch {
  /** The involved object's kind, "Pod". */
  kind?: string | undefined;
  /** The involved object's name. */
  name?: string | undefined;
}

export function readEventSearch(raw: Record<string, unknown>): EventSearch {
  const [kind, name] = [textOf(raw["kind"]), textOf(raw["name"])];
  return { ...readListSearch(raw), ...(kind ? { kind } : {}), ...(name ? { name } : {}) };
}
