"""The contract's ``clusterStatus``: how many there are of each kind and how many of them are healthy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

KINDS: Final = (
    "nodes",
    "nodepools",
    "pods",
    "deployments",
    "statefulsets",
    "daemonsets",
    "jobs",
    "cronjobs",
)
"""The kinds counted, in the order in which the contract shows them."""


class KindStatus(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """One kind's numbers, spelled as in the contract."""

    kind: str
    total_num: int
    healthy_num: int


def cluster_status(totals: Mapping[str, Sequence[int]]) -> list[KindStatus]:
    """All of `KINDS`, in order, from (total, healthy) of each; a kind without totals has none."""
    return [KindStatus(kind, *(totals.get(kind) or (0, 0))[:2]) for kind in KINDS]
