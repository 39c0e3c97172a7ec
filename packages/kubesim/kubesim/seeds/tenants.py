"""Tenants of a seed: names and labels that the embedding product hands in.

A seed refers to its tenants by number. How a tenant is named and which labels mark what it owns are the
product's rules, so a seed has none of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class SeedTenant:
    """One tenant: ``name`` is that of its namespace and of its node pool."""

    name: str
    namespace_labels: Mapping[str, str] = field(default_factory=dict)
    pool_labels: Mapping[str, str] = field(default_factory=dict)
    node_labels: Mapping[str, str] = field(default_factory=dict)
    """On the tenant's nodes; the nodeSelector of its pods, too."""


def tenant(number: int | None, tenants: Sequence[SeedTenant]) -> SeedTenant | None:
    """The tenant of that number, None for none; ``tenant-N`` without labels where none is handed in."""
    if number is None:
        return None
    return tenants[number] if number < len(tenants) else SeedTenant(f"tenant-{number + 1}")
