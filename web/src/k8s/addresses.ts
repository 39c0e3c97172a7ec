/** Where each kind's pages are: `/nodes/NAME`, `/pods/NAMESPACE/NAME`. */
const PLURALS: Record<string, string> = {
  Node: "nodes",
  NodePool: "nodepools",
  Pod: "pods",
  Deployment: "deployments",
  StatefulSet: "statefulsets",
  DaemonSet: "daemonsets",
  Job: "jobs",
  CronJob: "cronjobs",
  Service: "services",
};
const CLUSTER_SCOPED = new Set(["nodes", "nodepools", "users"]);
// Only administrators have pages of users: an Event about a User, which tenants see too, leads nowhere.
const KNOWN = new Set([...Object.values(PLURALS), "users"]);

/** The page of an object, undefined for kinds without one and for namespaced kinds without a namespace. */
export function addressOf(kind: string, name: string, namespace?: string): string | undefined {
  const plural = KNOWN.has(kind) ? kind : PLURALS[kind];
  if (plural === undefined || name === "") return undefined;
  if (CLUSTER_SCOPED.has(plural)) return `/${plural}/${encodeURIComponent(name)}`;
  if (namespace === undefined || namespace === "") return undefined;
  return `/${plural}/${encodeURIComponent(namespace)}/${encodeURIComponent(name)}`;
}
