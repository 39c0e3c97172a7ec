"""The contract's ``clusterStatus``: how many there are of each kind and how many of them are healthy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import msgspec

TROUBLES: Final = 5
"""States listed per kind: pods can have as many as kubelets invent."""


class Trouble(msgspec.Struct, frozen=True, gc=False):
    """The number of rows in one unhealthy state; ``status`` filters the kind's list for them."""

    status: str
    num: int


class KindStatus(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """One kind's numbers, spelled as in the contract."""

    kind: str
    total_num: int
    healthy_num: int
    troubles: list[Trouble] = []
    """The states of unhealthy rows, the most frequent first."""


def cluster_status(
    kinds: Iterable[str],
    totals: Mapping[str, Sequence[int]],
    troubles: Mapping[str, Mapping[str, int]] = {},
) -> list[KindStatus]:
    """The entry of each of ``kinds`` in their order, from (total, healthy) of each, zeros when missing.

    ``troubles``: the number of unhealthy rows by state, of each kind.
    """
    found = {kind: totals.get(kind) or (0, 0) for kind in kinds}
    return [
        KindStatus(kind, numbers[0], numbers[1], _worst(troubles.get(kind, {})))
        for kind, numbers in found.items()
    ]


def _worst(states: Mapping[str, int]) -> list[Trouble]:
    ordered = sorted(states.items(), key=lambda state: (-state[1], state[0]))
    return [Trouble(status, num) for status, num in ordered[:TROUBLES]]
