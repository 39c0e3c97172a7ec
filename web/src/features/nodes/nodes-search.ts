/** The search parameters of the list of Nodes: pool, role, and the join dialog. */
import { readListSearch, textOf } from "../../ui/list/list-search";
import type { ListSearch } from "../../ui/list/list-search";

export const ROLES = ["edge", "cloud", "control-plane", "node"] as const;

export interface NodesSearch extends ListSearch {
  nodePool?: string | undefined;
  role?: string | undefined;
  /** Whether the join dialog is open. */
  join?: true | undefined;
}

export function readNodesSearch(raw: Record<string, unknown>): NodesSearch {
  const nodePool = textOf(raw["nodePool"]);
  const role = ROLES.find((known) => known === raw["role"]);
  return {
    ...readListSearch(raw),
    ...(nodePool === undefined ? {} : { nodePool }),
    ...(role === undefined ? {} : { role }),
    ...(raw["join"] === true ? { join: true as const } : {}),
  };
}
