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


TROUBLES: Final = 5
"""States told of each kind: pods can have as many as kubelets invent."""


class Trouble(msgspec.Struct, frozen=True, gc=False):
    """So many rows are in a state that is not healthy; ``status`` finds them in the kind's list."""

    status: str
    num: int


class KindStatus(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """One kind's numbers, spelled as in the contract."""

    kind: str
    total_num: int
    healthy_num: int
    troubles: list[Trouble] = []
    """What those are that are not healthy, the most frequent first."""


def cluster_status(
    totals: Mapping[str, Sequence[int]], troubles: Mapping[str, Mapping[str, int]] = {}
) -> list[KindStatus]:
    """All of `KINDS`, in order, from (total, healthy) of each; a kind without totals has none.

    ``troubles``: of each kind how many rows are in which state that is not healthy.
    """
    found = {kind: totals.get(kind) or (0, 0) for kind in KINDS}
    return [
        KindStatus(kind, numbers[0], numbers[1], _worst(troubles.get(kind, {})))
        for kind, numbers in found.items()
    ]


def _worst(states: Mapping[str, int]) -> list[Trouble]:
    ordered = sorted(states.items(), key=lambda state: (-state[1], state[0]))
    return [Trouble(status, num) for status, num in ordered[:TROUBLES]]
