"""The sample tenants of `demo` and `simulate`: their accounts, and the names and labels of what they own."""

from __future__ import annotations

from dataclasses import dataclass

from kubesim.seeds.tenants import SeedTenant
from yurt_console.tenancy.accounts.user_objects import name_of
from yurt_console.yurt.well_known_labels import TENANT_LABEL, TENANT_NODE_LABEL


@dataclass(frozen=True, slots=True)
class SampleTenant:
    """A tenant that has applications in the seeds."""

    email: str
    phone: str
    organization: str

    @property
    def name(self) -> str:
        """The account's name, which is that of its namespace and node pool, too."""
        return name_of(self.email)


TENANTS = (
    SampleTenant("lin.mei@example.com", "+8613800138001", "Fresh Markets Shanghai"),
    SampleTenant("zhou.wei@example.com", "+8613800138002", "Wind Park Zhangjiakou"),
    SampleTenant("chen.yu@example.com", "+8613800138003", "Smart Port Ningbo"),
)
"""In the order of the seeds' tenant numbers, and of the demo's list."""


def seed_tenants() -> tuple[SeedTenant, ...]:
    """The tenants as a seed wants them: an account that is registered later owns its sample objects."""
    return tuple(_seed_tenant(tenant.name) for tenant in TENANTS)


def _seed_tenant(name: str) -> SeedTenant:
    owned, node = {TENANT_LABEL: name}, {TENANT_NODE_LABEL: name}
    return SeedTenant(name, namespace_labels=owned, pool_labels=owned, node_labels=node)
