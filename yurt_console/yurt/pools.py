"""Node pool semantics, from the pool's live nodes: a pool's own status lags behind its nodes."""

from __future__ import annotations

from collections.abc import Iterable

from yurt_console.rows import Node, NodePool
from yurt_console.yurt import nodes, well_known_labels

READY, DEGRADED, NOT_READY, EMPTY = "Ready", "Degraded", "NotReady", "Empty"
STATUSES = (READY, DEGRADED, NOT_READY, EMPTY)
"""All statuses of a pool, for filters."""


def healthy(total: int, ready: int) -> bool:
    """Whether the pool has nodes and all of them are ready."""
    return 0 < total <= ready


def status(total: int, ready: int) -> str:
    """The contract's ``status`` of a pool with ``total`` nodes, ``ready`` of them ready."""
    if total <= 0:
        return EMPTY
    if healthy(total, ready):
        return READY
    return DEGRADED if ready > 0 else NOT_READY


def systems(members: Iterable[Node]) -> str:
    """The contract's ``os``: the distinct systems of the pool's nodes, "linux/amd64, linux/arm64"."""
    return ", ".join(sorted({system for node in members if (system := nodes.system(node))}))


def host_network(pool: NodePool) -> bool:
    """Whether the pool's pods use the host's network; v1alpha1 and v1beta1 have an annotation for it."""
    return pool.host_network or pool.annotations.get(well_known_labels.HOST_NETWORK_ANNOTATION) == "true"
