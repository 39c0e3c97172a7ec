"""How large the cluster is that a run fills, and whose is what in it (pure).

Tenant number 0 has exactly `TENANT_PODS` pods, whatever the size, because one promise is about such a
tenant; the other tenants share the remaining pods evenly.
"""

from __future__ import annotations

import hashlib

import msgspec

TENANT_PODS = 200
PODS_A_DEPLOYMENT = 10


class Scale(msgspec.Struct, frozen=True):
    """The sizes of one run; everything else in the cluster follows from them."""

    nodes: int = 1000
    pods: int = 10_000
    tenants: int = 50

    def problem(self) -> str:
        """Why no such cluster can be made, "" when it can."""
        if self.tenants < 2:
            return "there must be at least 2 tenants"
        if self.nodes < self.tenants:
            return "there must be at least one node a tenant"
        if self.pods < TENANT_PODS + self.tenants:
            return f"there must be at least {TENANT_PODS + self.tenants} pods"
        return ""

    def tenant_pods(self, tenant: int) -> int:
        """How many pods a tenant has."""
        if tenant == 0:
            return TENANT_PODS
        share, rest = divmod(self.pods - TENANT_PODS, self.tenants - 1)
        return share + (tenant <= rest)

    def tenant_nodes(self, tenant: int) -> range:
        """The numbers of a tenant's nodes; one node in twenty is the provider's own."""
        share = max(1, (self.nodes - self.nodes // 20) // self.tenants)
        return range(tenant * share, (tenant + 1) * share)

    def owner(self, node: int) -> int | None:
        """The tenant whose node this is, None for the provider's own."""
        tenant = node // len(self.tenant_nodes(0))
        return tenant if tenant < self.tenants else None


def email(tenant: int) -> str:
    """A tenant's e-mail address."""
    return f"tenant-{tenant:04}@example.org"


def account(address: str) -> str:
    """The User's name, which is the namespace's name too (design section 3)."""
    return "user-" + hashlib.sha256(address.lower().encode()).hexdigest()[:20]


def namespace(tenant: int) -> str:
    """The name of a tenant's namespace, User, pool and label value."""
    return account(email(tenant))
