/** The node map's groups (pure): counts from the pools, cells from one page of nodes, unhealthy first. */
import type { Rows } from "../../api/lists";

type Node = Rows["nodes"];
type Pool = Rows["nodepools"];

export interface Site {
  /** The pool's name, "" for nodes without one. */
  pool: string;
  /** Nodes in it, and how many are ready. */
  total: number;
  healthy: number;
  /** The nodes with a cell; those that are not ready come first. */
  cells: Node[];
}

export interface Page<Row> {
  rows: readonly Row[];
  total: number;
}

/**
 * Groups a page of nodes, sorted by status, by pool. When the page does not hold all nodes, only
 * unhealthy nodes get a cell, and the pool's own numbers count the others.
 */
export function sitesOf(pools: Page<Pool>, nodes: Page<Node>): Site[] {
  const whole = nodes.rows.length >= nodes.total;
  const sites = new Map<string, Site>();
  for (const { name, nodeStatus } of pools.rows)
    sites.set(name, { pool: name, total: nodeStatus.totalNum, healthy: nodeStatus.healthyNum, cells: [] });
  const counted = new Set(sites.keys());
  for (const node of nodes.rows) {
    let site = sites.get(node.nodePool);
    if (site === undefined) {
      if (!whole) continue; // the number of its other nodes is unknown
      sites.set(node.nodePool, (site = { pool: node.nodePool, total: 0, healthy: 0, cells: [] }));
    }
    if (!counted.has(node.nodePool)) {
      site.total += 1;
      site.healthy += isReady(node) ? 1 : 0;
    }
    if (whole || !isReady(node)) site.cells.push(node);
  }
  return [...sites.values()]
    .filter(({ total }) => total > 0)
    .sort((one, other) => other.total - other.healthy - (one.total - one.healthy) || compare(one.pool, other.pool));
}

export function isReady(node: Pick<Node, "status">): boolean {
  return node.status.split(",")[0] === "Ready";
}

/** Natural order of names; nodes without a pool come last. */
function compare(one: string, other: string): number {
  if (one === "" || other === "") return one === other ? 0 : one === "" ? 1 : -1;
  return one.localeCompare(other, undefined, { numeric: true });
}
