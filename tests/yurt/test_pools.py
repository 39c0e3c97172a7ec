"""What node pools mean."""

from __future__ import annotations

import pytest

from tests.rows import bare, node, node_pool
from yurt_console.rows import Node, NodePool
from yurt_console.yurt import pools


@pytest.mark.parametrize(
    ("total", "ready", "status"),
    [
        (0, 0, "Empty"),
        (1, 1, "Ready"),
        (3, 3, "Ready"),
        (3, 2, "Degraded"),
        (3, 1, "Degraded"),
        (3, 0, "NotReady"),
    ],
)
def test_statuses_follow_the_live_counts(total: int, ready: int, status: str) -> None:
    assert pools.status(total, ready) == status
    assert pools.healthy(total, ready) == (status == "Ready")
    assert status in pools.STATUSES


def test_systems_are_the_distinct_ones_of_its_nodes() -> None:
    members = [node("a"), node("b", architecture="arm64"), node("c"), bare(Node)]
    assert pools.systems(members) == "linux/amd64, linux/arm64"
    assert pools.systems([]) == ""


def test_the_host_network_is_believed_in_either_spelling() -> None:
    assert pools.host_network(node_pool(host_network=True))
    assert pools.host_network(node_pool(annotations={"nodepool.openyurt.io/hostnetwork": "true"}))
    assert not pools.host_network(bare(NodePool))
