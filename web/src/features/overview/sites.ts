/** The node map's groups (pure): counts from the pools, cells from one page of nodes, worst first. */
import type { Rows } from "../../api/lists";

type Node = Rows["nodes"];
type Pool = Rows["nodepools"];

export interface Site {
  /** The pool's name, "" for nodes without one. */
  pool: string;
  /** Undefined where only a pool's row could tell. */
  type: string | undefined;
  status: string | undefined;
  /** Nodes in it, and how many are ready. */
  total: number;
  healthy: number;
  /** Those shown as cells; all that are not ready before any that is. */
  cells: Node[];
}

export interface Page<Row> {
  rows: readonly Row[];
  total: number;
}

/**
 * Groups a page of nodes, sorted by status so that those in trouble come first, by pool. A pool says itself how
 * many nodes it has, so that what is not on the page is counted all the same.
 */
export function sitesOf(pools: Page<Pool>, nodes: Page<Node>): Site[] {
  const sites = new Map<string, Site>();
  for (const { name, type, status, nodeStatus } of pools.rows)
    sites.set(name, { pool: name, type, status, total: nodeStatus.totalNum, healthy: nodeStatus.healthyNum, cells: [] });
  for (const node of nodes.rows) {
    let site = sites.get(node.nodePool);
    if (site === undefined) sites.set(node.nodePool, (site = { pool: node.nodePool, type: undefined, status: undefined, total: 0, healthy: 0, cells: [] }));
    if (site.status === undefined) {
      site.total += 1;
      site.healthy += isReady(node) ? 1 : 0;
    }
    site.cells.push(node);
  }
  return [...sites.values()]
    .filter(({ total, cells }) => total > 0 || cells.length > 0)
    .sort((one, other) => other.total - other.healthy - (one.total - one.healthy) || compare(one.pool, other.pool));
}

export function isReady(node: Pick<Node, "status">): boolean {
  return node.status.split(",")[0] === "Ready";
}

/** Names as people order them, nodes without a pool last. */
function compare(one: string, other: string): number {
  if (one === "" || other === "") return one === other ? 0 : one === "" ? 1 : -1;
  return one.localeCompare(other, undefined, { numeric: true });
}
