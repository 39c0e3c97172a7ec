"""Well-known labels, annotations, taints and conditions of OpenYurt and of this console.

A tuple lists all spellings of a key, the current one first.
Source: docs/reference/openyurt.md, which names release and upstream file.
"""

from __future__ import annotations

from typing import Final

TENANT_LABEL: Final = "openyurt/tenant"
"""On namespaces and pools: the tenant."""
TENANT_NODE_LABEL: Final = "node-restriction.kubernetes.io/tenant"
"""On nodes: the tenant. NodeRestriction forbids kubelets to set labels with this prefix."""
TENANT_TAINT: Final = TENANT_NODE_LABEL
TENANT_TAINT_VALUE: Final = "reserved"
"""Equal for all tenants: the scheduler's messages show taints of other tenants' nodes."""
"""On tenants' nodes, effect NoSchedule: repels the platform's pods. The label repels other tenants' pods."""

EDGE_WORKER_LABELS: Final = ("openyurt.io/is-edge-worker", "alibabacloud.com/is-edge-worker")
"""On nodes: "true" at the edge, "false" in the cloud, absent on a node without OpenYurt."""
NODE_POOL_LABEL: Final = "apps.openyurt.io/nodepool"
"""On nodes: the pool. Some builds of OpenYurt use another key: setting ``pool_label``."""
DESIRED_NODE_POOL_LABEL: Final = "apps.openyurt.io/desired-nodepool"
"""On nodes: the desired pool, up to OpenYurt 1.3. Later releases read it when the pool is missing."""
HOST_NETWORK_ANNOTATION: Final = "nodepool.openyurt.io/hostnetwork"
"""On pools: ``spec.hostNetwork`` of v1beta2, converted to an older version."""

CONTROL_PLANE_LABELS: Final = ("node-role.kubernetes.io/control-plane", "node-role.kubernetes.io/master")
GENERIC_ROLE_LABEL: Final = "kubernetes.io/role"
OS_LABELS: Final = ("kubernetes.io/os", "beta.kubernetes.io/os")
ARCHITECTURE_LABELS: Final = ("kubernetes.io/arch", "beta.kubernetes.io/arch")

AUTONOMY_ANNOTATIONS: Final = ("node.beta.openyurt.io/autonomy", "node.beta.alibabacloud.com/autonomy")
"""On nodes: "true" keeps the pods of an offline node. Deprecated since 1.6, still in effect."""
BINDING_ANNOTATION: Final = "apps.openyurt.io/binding"
"""On nodes: "true" binds pods to the node, with the same effect."""
AUTONOMY_DURATION_ANNOTATION: Final = "node.openyurt.io/autonomy-duration"
"""On nodes, since OpenYurt 1.6: a Go duration for which pods are kept; 0 or less means no limit."""
NODE_ANNOTATIONS: Final = frozenset({*AUTONOMY_ANNOTATIONS, BINDING_ANNOTATION, AUTONOMY_DURATION_ANNOTATION})
"""The annotations that a `Node` row holds."""

DELEGATED_TAINT: Final = "node.openyurt.io/unschedulable"
"""On nodes, OpenYurt 1.2-1.6: disconnected from the cloud; the pool's coordinator renews the lease."""
CONVERSION_CONDITION: Final = "YurtNodeConversionFailed"
"""On nodes, since OpenYurt 1.7: conversion to or from an edge node; "True" means that it failed."""
