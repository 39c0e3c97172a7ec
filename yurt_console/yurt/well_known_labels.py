"""Well-known labels, annotations, taints and conditions of OpenYurt and of this console.

Several keys have had more than one spelling; a tuple lists them all, the current one first.
Source: docs/reference/openyurt.md, which names release and upstream file.
"""

from __future__ import annotations

from typing import Final

TENANT_LABEL: Final = "openyurt/tenant"
"""On namespaces and pools: whose they are."""
TENANT_NODE_LABEL: Final = "node-restriction.kubernetes.io/tenant"
"""On nodes: whose they are. A kubelet may set almost any label on its own node, but none of this prefix."""
TENANT_TAINT: Final = TENANT_NODE_LABEL
TENANT_TAINT_VALUE: Final = "reserved"
"""The same for all: the scheduler tells everybody the taints of nodes where a pod did not fit."""
"""On tenants' nodes, effect NoSchedule: keeps the platform's pods away; the label keeps other tenants'."""

EDGE_WORKER_LABELS: Final = ("openyurt.io/is-edge-worker", "alibabacloud.com/is-edge-worker")
"""On nodes: "true" at the edge, "false" in the cloud, absent on a node OpenYurt does not know."""
NODE_POOL_LABEL: Final = "apps.openyurt.io/nodepool"
"""On nodes: the pool. Builds of OpenYurt may name it otherwise, hence the setting ``pool_label``."""
DESIRED_NODE_POOL_LABEL: Final = "apps.openyurt.io/desired-nodepool"
"""On nodes: the pool to be, up to OpenYurt 1.3; later releases still read it where the pool is missing."""
HOST_NETWORK_ANNOTATION: Final = "nodepool.openyurt.io/hostnetwork"
"""On pools: what ``spec.hostNetwork`` of v1beta2 turns into when read as an older version."""

CONTROL_PLANE_LABELS: Final = ("node-role.kubernetes.io/control-plane", "node-role.kubernetes.io/master")
GENERIC_ROLE_LABEL: Final = "kubernetes.io/role"
OS_LABELS: Final = ("kubernetes.io/os", "beta.kubernetes.io/os")
ARCHITECTURE_LABELS: Final = ("kubernetes.io/arch", "beta.kubernetes.io/arch")

AUTONOMY_ANNOTATIONS: Final = ("node.beta.openyurt.io/autonomy", "node.beta.alibabacloud.com/autonomy")
"""On nodes: "true" keeps the pods of a node that is offline. Deprecated since 1.6, still honoured."""
BINDING_ANNOTATION: Final = "apps.openyurt.io/binding"
"""On nodes: "true" binds pods to the node, which has the same effect."""
AUTONOMY_DURATION_ANNOTATION: Final = "node.openyurt.io/autonomy-duration"
"""On nodes, since OpenYurt 1.6: a Go duration for which pods are kept; 0 and less is for ever."""
NODE_ANNOTATIONS: Final = frozenset({*AUTONOMY_ANNOTATIONS, BINDING_ANNOTATION, AUTONOMY_DURATION_ANNOTATION})
"""The annotations that a `Node` row has to keep."""

DELEGATED_TAINT: Final = "node.openyurt.io/unschedulable"
"""On nodes, OpenYurt 1.2-1.6: cut off from the cloud, its pool's coordinator renews its lease."""
CONVERSION_CONDITION: Final = "YurtNodeConversionFailed"
"""On nodes, since OpenYurt 1.7: a node becoming an edge node or ceasing to be one; "True" means it failed."""
