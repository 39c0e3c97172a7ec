"""Overview: the contract's ``clusterStatus``, total and healthy objects of each kind."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import msgspec

TROUBLES: Final = 5
"""States listed per kind. Pods have no fixed set: kubelets define reasons of their own."""


class Trouble(msgspec.Struct, frozen=True, gc=False):
    """The number of rows in one unhealthy state; ``status`` filters the kind's list for them."""

    status: str
    num: int


class KindStatus(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """The numbers of one kind, with the contract's field names."""

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
    """One entry for each of ``kinds``, in their order.

    ``totals``: (total, healthy) by kind, zeros when missing. ``troubles``: unhealthy rows by kind and state.
    """
    found = {kind: totals.get(kind) or (0, 0) for kind in kinds}
    return [
        KindStatus(kind, numbers[0], numbers[1], _worst(troubles.get(kind, {})))
        for kind, numbers in found.items()
    ]


def _worst(states: Mapping[str, int]) -> list[Trouble]:
    ordered = sorted(states.items(), key=lambda state: (-state[1], state[0]))
    return [Trouble(status, num) for status, num in ordered[:TROUBLES]]
