"""What keeps a tenant within bounds in their own namespace: quota, defaults, network, Pod Security; pure.

The specs are written exactly as an API server gives them back, defaults included, so that an edit from
outside is seen by comparing.
"""

from __future__ import annotations

from typing import Any, Final

from yurt_console.yurt.names import TENANT_LABEL

NAME: Final = "tenant"
"""Of the ResourceQuota, the LimitRange and the NetworkPolicy."""
POD_SECURITY: Final = {"pod-security.kubernetes.io/enforce": "baseline"}
"""Labels of the namespace; Kubernetes from 1.23 on acts on them, our admission webhook everywhere."""

QUOTA: Final[dict[str, Any]] = {
    "hard": {
        "configmaps": "200",
        "count/cronjobs.batch": "100",
        "count/deployments.apps": "200",
        "count/jobs.batch": "500",
        "persistentvolumeclaims": "50",
        "pods": "500",
        "secrets": "200",
        "services": "100",
        "services.loadbalancers": "0",
        "services.nodeports": "0",
    }
}
"""A port on every node, or a load balancer, is the whole cluster's. The other numbers are far more than a
tenant needs, and keep one from filling the API server for all. CPU and memory are their own machines'."""

LIMITS: Final[dict[str, Any]] = {
    "limits": [
        {
            "type": "Container",
            "default": {"cpu": "1", "memory": "1Gi"},
            "defaultRequest": {"cpu": "50m", "memory": "64Mi"},
        }
    ]
}
"""What a container gets that asks for nothing: one that leaks shall not take the whole edge machine."""

NETWORK: Final[dict[str, Any]] = {
    "podSelector": {},
    "policyTypes": ["Ingress"],
    "ingress": [
        {
            "from": [
                {"podSelector": {}},
                {
                    "namespaceSelector": {
                        "matchExpressions": [{"key": TENANT_LABEL, "operator": "DoesNotExist"}]
                    }
                },
            ]
        }
    ],
}
"""In come the own namespace and the platform's (DNS, ingress controllers), no other tenant's. Out goes
everything: DNS, the internet, and to other tenants nothing that their own policy would let in."""
