"""Well-known labels, annotations and resources of OpenYurt."""

from __future__ import annotations

from typing import Final

from apimachinery.resources import Resource

NODE_POOLS = Resource("apps.openyurt.io", "nodepools", "NodePool", False, ("v1beta2", "v1beta1", "v1alpha1"))

NODE_POOL_LABEL: Final = "apps.openyurt.io/nodepool"
DESIRED_NODE_POOL_LABEL: Final = "apps.openyurt.io/desired-nodepool"
CONTROL_PLANE_LABELS: Final = ("node-role.kubernetes.io/control-plane", "node-role.kubernetes.io/master")
AUTONOMY_ANNOTATIONS: Final = ("node.beta.openyurt.io/autonomy", "node.beta.alibabacloud.com/autonomy")
BINDING_ANNOTATION: Final = "apps.openyurt.io/binding"
AUTONOMY_DURATION_ANNOTATION: Final = "node.openyurt.io/autonomy-duration"
EDGE_WORKER_LABELS: Final = ("openyurt.io/is-edge-worker", "alibabacloud.com/is-edge-worker")
