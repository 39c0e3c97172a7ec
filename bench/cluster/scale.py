"""Size of the cluster and ownership of its objects (pure).

Tenant 0 has exactly `TENANT_PODS` pods at every size, because one promise is about such a tenant; the other
tenants share the remaining pods evenly.
"""

from __future__ import annotations

import hashlib

import msgspec

TENANT_PODS = 200
PODS_A_DEPLOYMENT = 10


class Scale(msgspec.Struct, frozen=True):
    """Numbers of nodes, pods and tenants; all other objects follow from them."""

    nodes: int = 1000
    pods: int = 10_000
    tenants: int = 50

    def problem(self) -> str:
        """The reason why this size is impossible, "" when it is possible."""
        if self.tenants < 2:
            return "there must be at least 2 tenants"
        if self.nodes < self.tenants:
            return "there must be at least one node a tenant"
        if self.pods < TENANT_PODS + self.tenants:
            return f"there must be at least {TENANT_PODS + self.tenants} pods"
        return ""

    def tenant_pods(self, tenant: int) -> int:
        """Number of a tenant's pods."""
        if tenant == 0:
            return TENANT_PODS
        share, rest = divmod(self.pods - TENANT_PODS, self.tenants - 1)
        return share + (tenant <= rest)

    def tenant_nodes(self, tenant: int) -> range:
        """Numbers of a tenant's nodes; one node in twenty is the provider's."""
        share = max(1, (self.nodes - self.nodes // 20) // self.tenants)
        return range(tenant * share, (tenant + 1) * share)

    def owner(self, node: int) -> int | None:
        """Number of the tenant that owns a node, None for the provider's."""
        tenant = node // len(self.tenant_nodes(0))
        return tenant if tenant < self.tenants else None


def email(tenant: int) -> str:
    """A tenant's e-mail address."""
    return f"tenant-{tenant:04}@example.org"


def account(address: str) -> str:
    """Name of the User and its namespace."""
    return "user-" + hashlib.sha256(address.lower().encode()).hexdigest()[:20]


def namespace(tenant: int) -> str:
    """Name of a tenant's namespace, User and pool, and its label value."""
    return account(email(tenant))
