/** What a new tenant does first, and how far they are (pure): told from the overview's numbers alone. */
import type { Overview } from "../../api/overview";

export const STEPS = ["join", "deploy", "look"] as const;
export type Step = (typeof STEPS)[number];

const WORKLOADS = ["pods", "deployments", "statefulsets", "daemonsets", "jobs", "cronjobs"];

export type Counts = Pick<Overview, "clusterStatus">;

/** The steps that are done. A pod that runs is what there is to look at. */
export function doneSteps({ clusterStatus }: Counts): Set<Step> {
  const of = (kind: string) => clusterStatus.find((status) => status.kind === kind);
  const done = new Set<Step>();
  if ((of("nodes")?.totalNum ?? 0) > 0) done.add("join");
  if (WORKLOADS.some((kind) => (of(kind)?.totalNum ?? 0) > 0)) done.add("deploy");
  if (done.size === 2 && (of("pods")?.healthyNum ?? 0) > 0) done.add("look");
  return done;
}

const KEPT = "yurt-console.first-steps";

/** Whether `account` has taken all steps once in this browser: losing a node does not make anybody new again. */
export function hasBegun(account: string): boolean {
  return localStorage.getItem(KEPT) === account;
}

export function keepBegun(account: string): void {
  localStorage.setItem(KEPT, account);
}
