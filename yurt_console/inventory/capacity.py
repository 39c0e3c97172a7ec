"""Capacity per scope: allocatable resources, requests and limits, usage.

Allocatable resources count for the tenant of the node, requests for the namespace of the pod: a tenant's pods
run on the tenant's nodes only. Usage counts for the tenant of the node with that name. All sums follow row
changes, so reading them takes constant time.
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
    """One resource in millicores or bytes; ``usage`` is None when it is not measured."""

    allocatable: int
    requests: int
    limits: int
    usage: int | None


class Capacity(msgspec.Struct, frozen=True):
    """The capacity of one scope.

    ``pods``: unfinished pods on nodes; ``allocatable_pods``: the most that fit.
    """

    cpu: Share
    memory: Share
    pods: int
    allocatable_pods: int
    measured: int
    """Number of nodes with a measured usage."""


class Capacities:
    """The `Capacity` of every scope. Callers report row changes to `node`, `pod` and `usage`."""

    def __init__(self, owner: Callable[[Node], str]) -> None:
        self._owner = owner
        self._allocatable: GroupTotals[Node] = GroupTotals(
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
        """The capacity of a scope, or of the whole cluster for None."""
        allocatable = self._allocatable.overall() if scope is None else self._allocatable.totals(scope)
        requested = self._requested.overall() if scope is None else self._requested.totals(scope)
        measured, cpu, memory = self._used.get(scope, _NOTHING)
        return Capacity(
            cpu=Share(allocatable[0], requested[1], requested[2], cpu if measured else None),
            memory=Share(allocatable[1], requested[3], requested[4], memory if measured else None),
            pods=requested[0],
            allocatable_pods=allocatable[2],
            measured=measured,
        )

    def pod(self, old: Pod | None, new: Pod | None) -> None:
        """Apply a change of a Pod row. ``old`` is None for a new row, ``new`` for a deleted one."""
        self._requested.replace(old, new)

    def node(self, old: Node | None, new: Node | None) -> None:
        """Apply a change of a Node row; the usage of the node follows its tenant."""
        self._allocatable.replace(old, new)
        for row in (old, new):
            if row is not None:
                self._count(row.name, -1)
                self._owners.pop(row.name, None)
        if new is not None:
            self._owners[new.name] = self._owner(new)
            self._count(new.name, 1)

    def usage(self, old: Usage | None, new: Usage | None) -> None:
        """Apply a change of a Usage row."""
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
