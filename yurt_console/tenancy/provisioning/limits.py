"""Limits of a tenant's namespace: quota, container defaults, network policy, Pod Security. Pure.

The specs are exactly as an API server returns them, defaults included, so that comparing finds every change.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from apimachinery.quantities import canonical
from yurt_console.rows import User
from yurt_console.settings import SettingError, Settings
from yurt_console.yurt.well_known_labels import TENANT_LABEL

NAME: Final = "tenant"
"""The name of the ResourceQuota, the LimitRange and the NetworkPolicy."""
POD_SECURITY: Final = {"pod-security.kubernetes.io/enforce": "baseline"}
"""Labels of the namespace; Kubernetes from 1.23 on enforces them, our admission webhook always."""

CPU: Final = re.compile(r"[0-9]{1,6}(\.[0-9]{1,3})?|[0-9]{1,9}m")
"""What the User kind accepts for CPU: cores or millicores."""
MEMORY: Final = re.compile(r"[0-9]{1,12}(\.[0-9]{1,3})?(k|M|G|T|Ki|Mi|Gi|Ti)?")
"""What it accepts for memory."""
MOST_PODS: Final = 10_000

_HARD: Final = {
    "configmaps": "200",
    "count/cronjobs.batch": "100",
    "count/deployments.apps": "200",
    "count/jobs.batch": "500",
    "persistentvolumeclaims": "50",
    "secrets": "200",
    "services": "100",
    "services.loadbalancers": "0",
    "services.nodeports": "0",
}
"""Node ports and load balancers belong to the whole cluster. The other numbers are far above what a tenant
needs; they keep one tenant from filling the API server."""

LIMITS: Final[dict[str, Any]] = {
    "limits": [
        {
            "type": "Container",
            "default": {"cpu": "1", "memory": "1Gi"},
            "defaultRequest": {"cpu": "50m", "memory": "64Mi"},
        }
    ]
}
"""Defaults of containers: one that leaks memory must not take the whole edge machine."""

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
"""Ingress from the own namespace and the platform's (DNS, ingress controllers), not from other tenants'. All
egress: DNS, the internet; other tenants' own policies refuse it."""


def quota(user: User) -> dict[str, Any]:
    """The spec of the account's ResourceQuota.

    CPU and memory are those of the tenant's own machines, so they are bounded only if an administrator set a
    bound.
    """
    own = {
        "requests.cpu": user.quota_cpu,
        "requests.memory": user.quota_memory,
        "pods": str(user.quota_pods),
    }
    return {"hard": {**_HARD, **{name: canonical(amount) for name, amount in own.items() if amount}}}


def for_all(spec: Mapping[str, Any]) -> dict[str, Any]:
    """A ResourceQuota's spec without the limits that ``spec.quota`` of the User sets."""
    own = ("requests.cpu", "requests.memory", "pods")
    hard = {name: amount for name, amount in (spec.get("hard") or {}).items() if name not in own}
    return {**spec, "hard": hard}


def given(settings: Settings) -> dict[str, Any]:
    """The ``spec.quota`` of a new account, from the settings."""
    bounds = {"cpu": settings.account.quota_cpu, "memory": settings.account.quota_memory}
    return {
        **{name: amount for name, amount in bounds.items() if amount},
        "pods": settings.account.quota_pods,
    }


def require_quota(settings: Settings) -> None:
    """Raise `SettingError` unless the quota of new accounts is valid."""
    if settings.account.quota_cpu and not CPU.fullmatch(settings.account.quota_cpu):
        raise SettingError("quota_cpu must be an amount such as 500m or 8, or empty")
    if settings.account.quota_memory and not MEMORY.fullmatch(settings.account.quota_memory):
        raise SettingError("quota_memory must be an amount such as 512Mi or 16Gi, or empty")
