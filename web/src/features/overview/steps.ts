/** The first steps of a new tenant and their progress, derived from the overview's numbers. */
import type { Overview } from "../../api/overview";

export const STEPS = ["join", "deploy", "look"] as const;
export type Step = (typeof STEPS)[number];

const WORKLOADS = ["pods", "deployments", "statefulsets", "daemonsets", "jobs", "cronjobs"];

export type Counts = Pick<Overview, "clusterStatus">;

/** The steps that are done; "look" needs a running pod. */
export function doneSteps({ clusterStatus }: Counts): Set<Step> {
  const of = (kind: string) => clusterStatus.find((status) => status.kind === kind);
  const done = new Set<Step>();
  if ((of("nodes")?.totalNum ?? 0) > 0) done.add("join");
  if (WORKLOADS.some((kind) => (of(kind)?.totalNum ?? 0) > 0)) done.add("deploy");
  if (done.size === 2 && (of("pods")?.healthyNum ?? 0) > 0) done.add("look");
  return done;
}

const STORAGE_KEY = "yurt-console.first-steps";

/** Whether `account` has finished all steps in this browser; losing a node later does not bring them back. */
export function hasBegun(account: string): boolean {
  return localStorage.getItem(STORAGE_KEY) === account;
}

export function keepBegun(account: string): void {
  localStorage.setItem(STORAGE_KEY, account);
}
