/** How Deployments, StatefulSets and DaemonSets differ; everything else about their pages is the same. */
export interface Workload {
  /** Deployments own their pods through ReplicaSets: their pods are found by the selector. */
  podsBy: "selector" | "owner";
  /** Whether `status.availableReplicas` exists; StatefulSets have it only since Kubernetes 1.22. */
  countsAvailable: boolean;
}

export const WORKLOADS = {
  deployments: { podsBy: "selector", countsAvailable: true },
  statefulsets: { podsBy: "owner", countsAvailable: false },
  daemonsets: { podsBy: "owner", countsAvailable: true },
} as const satisfies Record<string, Workload>;

export type WorkloadPlural = keyof typeof WORKLOADS;
