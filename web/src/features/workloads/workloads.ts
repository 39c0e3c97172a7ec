/** How Deployments, StatefulSets and DaemonSets differ; everything else about their pages is the same. */
import type { ComponentType } from "react";

import { ClusterOutlined, DatabaseOutlined, DeploymentUnitOutlined } from "@ant-design/icons";

export type WorkloadPlural = "deployments" | "statefulsets" | "daemonsets";

export interface Workload {
  /** The Kubernetes kind. */
  kind: string;
  icon: ComponentType;
  /** The place in the navigation's group of workloads. */
  order: number;
  /** Deployments own their pods through ReplicaSets: their pods are found by the selector. */
  podsBy: "selector" | "owner";
  /** Whether `status.availableReplicas` exists; StatefulSets have it only since Kubernetes 1.22. */
  countsAvailable: boolean;
  /** The command that creates a first one. */
  firstCommand: string;
}

export const WORKLOADS: Record<WorkloadPlural, Workload> = {
  deployments: {
    kind: "Deployment",
    icon: DeploymentUnitOutlined,
    order: 20,
    podsBy: "selector",
    countsAvailable: true,
    firstCommand: "kubectl create deployment web --image=nginx --replicas=2",
  },
  statefulsets: {
    kind: "StatefulSet",
    icon: DatabaseOutlined,
    order: 30,
    podsBy: "owner",
    countsAvailable: false,
    firstCommand: applyCommand("StatefulSet", "  serviceName: web\n"),
  },
  daemonsets: {
    kind: "DaemonSet",
    icon: ClusterOutlined,
    order: 40,
    podsBy: "owner",
    countsAvailable: true,
    firstCommand: applyCommand("DaemonSet"),
  },
};

/** `kubectl create` knows neither kind: the manifest is given on standard input. */
function applyCommand(kind: string, fields = ""): string {
  return `kubectl apply -f - <<'EOF'
apiVersion: apps/v1
kind: ${kind}
metadata:
  name: web
spec:
${fields}  selector:
    matchLabels:
      app: web
  template:
    metadata:
      labels:
        app: web
    spec:
      containers:
        - name: web
          image: nginx
EOF`;
}
