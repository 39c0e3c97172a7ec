"""What a tenant's nodes have together, what their pods ask for, and what their nodes use.

Room belongs to the nodes' owner, requests to the pods' namespace: a tenant's pods run on the tenant's
nodes alone. Usage is measured by the node's name and joined to its owner here. All of it follows the
tables row by row, so that asking costs the same however many rows there are.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import add
from typing import Final

import msgspec

from yurt_console.cache.group_totals import GroupTotals
from yurt_console.rows import Node, Pod, Usage
from yurt_console.yurt import workloads

_NOTHING: Final = (0, 0, 0)


class Share(msgspec.Struct, frozen=True):
    """One resource: millicores or bytes; ``usage`` is None where nothing measures it."""

    allocatable: int
    requests: int
    limits: int
    usage: int | None


class Capacity(msgspec.Struct, frozen=True):
    """What there is of everything; ``pods`` are those that take room, ``pod_room`` how many fit."""

    cpu: Share
    memory: Share
    pods: int
    pod_room: int
    measured: int
    """How many nodes tell what they use."""


class Capacities:
    """The `Capacity` of every scope; `node`, `pod` and `usage` follow those tables."""

    def __init__(self, owner: Callable[[Node], str]) -> None:
        self._owner = owner
        self._room: GroupTotals[Node] = GroupTotals(
            owner, lambda node: (node.allocatable_cpu, node.allocatable_memory, node.allocatable_pods), 3
        )
        self._requested: GroupTotals[Pod] = GroupTotals(
            lambda pod: pod.namespace if workloads.occupies(pod) else None,
            lambda pod: (1, pod.cpu_request, pod.cpu_limit, pod.memory_request, pod.memory_limit),
            5,
        )
        self._owners: dict[str, str] = {}
        self._usages: dict[str, Usage] = {}
        self._used: dict[str | None, tuple[int, ...]] = {}

    def of(self, scope: str | None) -> Capacity:
        """What a scope has, or all have together."""
        room = self._room.overall() if scope is None else self._room.totals(scope)
        requested = self._requested.overall() if scope is None else self._requested.totals(scope)
        measured, cpu, memory = self._used.get(scope, _NOTHING)
        return Capacity(
            cpu=Share(room[0], requested[1], requested[2], cpu if measured else None),
            memory=Share(room[1], requested[3], requested[4], memory if measured else None),
            pods=requested[0],
            pod_room=room[2],
            measured=measured,
        )

    def pod(self, old: Pod | None, new: Pod | None) -> None:
        """Count ``new`` instead of ``old``; either may be None, as in all of these."""
        self._requested.replace(old, new)

    def node(self, old: Node | None, new: Node | None) -> None:
        """A node came, changed or went, and with it to whom its usage belongs."""
        self._room.replace(old, new)
        for row in (old, new):
            if row is not None:
                self._count(row.name, -1)
                self._owners.pop(row.name, None)
        if new is not None:
            self._owners[new.name] = self._owner(new)
            self._count(new.name, 1)

    def usage(self, old: Usage | None, new: Usage | None) -> None:
        """A node was measured, or is no longer."""
        for row in (old, new):
            if row is not None:
                self._count(row.name, -1)
                self._usages.pop(row.name, None)
        if new is not None:
            self._usages[new.name] = new
            self._count(new.name, 1)

    def _count(self, name: str, step: int) -> None:
        owner, usage = self._owners.get(name), self._usages.get(name)
        if owner is None or usage is None:
            return
        amounts = (step, step * usage.cpu, step * usage.memory)
        for scope in (owner, None):
            total = tuple(map(add, self._used.get(scope, _NOTHING), amounts))
            if total[0]:
                self._used[scope] = total
            else:
                self._used.pop(scope, None)
