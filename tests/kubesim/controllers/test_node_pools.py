"""OpenYurt's node pools: membership, attributes of nodes, webhooks."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable

import pytest

from apimachinery.errors import ForbiddenError
from apimachinery.resources import CUSTOM_RESOURCE_DEFINITIONS, NODES
from kubesim.openyurt.well_known_labels import NODE_POOLS
from kubesim.seeds.openyurt_crds import openyurt_definitions
from kubesim.storage.log import Object
from tests.kubesim.controllers.cluster import Cluster, running_cluster

LABEL = "apps.openyurt.io/nodepool"


@pytest.fixture
async def cluster() -> AsyncIterator[Cluster]:
    async with running_cluster() as cluster:
        for definition in openyurt_definitions():
            cluster.server.create(CUSTOM_RESOURCE_DEFINITIONS, "", definition)
        add_pool(cluster, "farm")
        yield cluster


def add_pool(cluster: Cluster, name: str, **spec: object) -> Object:
    return cluster.server.create(NODE_POOLS, "", {"metadata": {"name": name}, "spec": spec})


def put(cluster: Cluster, name: str, pool: str | None, key: str = LABEL) -> Object:
    """Label a node with its pool; None removes the label."""
    node = cluster.server.get(NODES, "", name)
    labels = {other: value for other, value in node["metadata"]["labels"].items() if other != key}
    labels |= {key: pool} if pool else {}
    return cluster.server.update(
        NODES, "", name, {**node, "metadata": {**node["metadata"], "labels": labels}}
    )


async def test_a_pool_counts_its_nodes_and_follows_them(cluster: Cluster) -> None:
    put(cluster, "edge-1", "farm")
    put(cluster, "edge-2", "farm")
    await cluster.later(1)
    status = cluster.server.get(NODE_POOLS, "", "farm")["status"]
    assert status == {"readyNodeNum": 2, "unreadyNodeNum": 0, "nodes": ["edge-1", "edge-2"]}
    cluster.components.stop_kubelet("edge-2")
    await cluster.later(60)
    status = cluster.server.get(NODE_POOLS, "", "farm")["status"]
    assert (status["readyNodeNum"], status["unreadyNodeNum"]) == (1, 1)
    put(cluster, "edge-1", None)
    cluster.server.delete(NODES, "", "edge-2")
    await cluster.later(1)
    status = cluster.server.get(NODE_POOLS, "", "farm")["status"]
    assert status == {"readyNodeNum": 0, "unreadyNodeNum": 0, "nodes": []}


async def test_an_unchanged_pool_is_not_written_by_heartbeats(cluster: Cluster) -> None:
    put(cluster, "edge-1", "farm")
    await cluster.later(1)
    before = cluster.server.get(NODE_POOLS, "", "farm")["metadata"]["resourceVersion"]
    await cluster.later(700)
    assert cluster.server.get(NODE_POOLS, "", "farm")["metadata"]["resourceVersion"] == before


async def test_a_node_queues_work_for_its_pool_only_when_it_matters(cluster: Cluster) -> None:
    """Thousands of nodes send heartbeats: what each of them queues is what the cluster costs."""

    def queued(change: Callable[[], object]) -> int:
        before = len(cluster.components.manager.timers)
        change()
        return len(cluster.components.manager.timers) - before

    def beat(name: str) -> None:
        node = cluster.server.get(NODES, "", name)
        conditions = [
            {**condition, "lastHeartbeatTime": "2024-03-01T08:00:00Z"}
            for condition in node["status"]["conditions"]
        ]
        cluster.server.store(NODES, {**node, "status": {**node["status"], "conditions": conditions}})

    add_pool(cluster, "barn")
    await cluster.later(1)
    unrelated = queued(lambda: put(cluster, "edge-1", "x", "example.com/label"))
    await cluster.later(1)
    assert queued(lambda: put(cluster, "edge-1", "farm")) == unrelated + 1
    await cluster.later(1)
    assert queued(lambda: beat("edge-1")) == queued(lambda: beat("edge-2"))
    await cluster.later(1)
    assert queued(lambda: put(cluster, "edge-1", None)) == unrelated + 1
    await cluster.later(1)
    put(cluster, "edge-1", "farm")
    await cluster.later(1)
    assert queued(lambda: put(cluster, "edge-1", "y", "example.com/label")) == unrelated + 1


async def test_a_new_pool_of_the_same_name_counts_its_nodes(cluster: Cluster) -> None:
    barn = add_pool(cluster, "barn")
    put(cluster, "edge-1", "barn")
    await cluster.later(1)
    put(cluster, "edge-1", None)
    cluster.server.delete(NODE_POOLS, "", "barn")
    await cluster.later(1)
    add_pool(cluster, "barn")
    put(cluster, "edge-1", "barn")
    await cluster.later(1)
    again = cluster.server.get(NODE_POOLS, "", "barn")
    assert again["metadata"]["uid"] != barn["metadata"]["uid"]
    assert again["status"] == {"readyNodeNum": 1, "unreadyNodeNum": 0, "nodes": ["edge-1"]}


async def test_a_pool_stamps_its_nodes_and_takes_back_what_it_no_longer_says(cluster: Cluster) -> None:
    taint = {"key": "farm", "value": "yes", "effect": "NoSchedule"}
    add_pool(cluster, "barn", labels={"site": "barn"}, annotations={"owner": "mei"}, taints=[taint])
    put(cluster, "edge-1", "barn")
    await cluster.later(1)
    node = cluster.server.get(NODES, "", "edge-1")
    assert node["metadata"]["labels"]["site"] == "barn"
    assert node["metadata"]["annotations"]["owner"] == "mei"
    assert node["spec"]["taints"] == [taint]
    pool = cluster.server.get(NODE_POOLS, "", "barn")
    cluster.server.update(NODE_POOLS, "", "barn", {**pool, "spec": {"type": "Edge", "labels": {"zone": "a"}}})
    await cluster.later(1)
    node = cluster.server.get(NODES, "", "edge-1")
    assert "site" not in node["metadata"]["labels"]
    assert node["metadata"]["labels"]["zone"] == "a"
    assert "owner" not in node["metadata"]["annotations"]
    assert "taints" not in node["spec"]
    previous = node["metadata"]["annotations"]["nodepool.openyurt.io/previous-attributes"]
    assert json.loads(previous) == {"labels": {"zone": "a"}}


async def test_a_pool_is_an_edge_pool_unless_it_says_otherwise(cluster: Cluster) -> None:
    pool = cluster.server.get(NODE_POOLS, "", "farm")
    assert pool["spec"]["type"] == "Edge"
    assert pool["metadata"]["labels"] == {"nodepool.openyurt.io/type": "edge"}
    with pytest.raises(ForbiddenError, match='Unsupported value: "Moon"'):
        add_pool(cluster, "moon", type="Moon")
    with pytest.raises(ForbiddenError, match="field is immutable"):
        cluster.server.update(NODE_POOLS, "", "farm", {**pool, "spec": {"type": "Cloud"}})


async def test_a_pool_with_nodes_cannot_be_deleted(cluster: Cluster) -> None:
    put(cluster, "edge-1", "farm")
    with pytest.raises(
        ForbiddenError, match="cannot remove nonempty pool, please drain the pool before deleting"
    ):
        cluster.server.delete(NODE_POOLS, "", "farm")
    put(cluster, "edge-1", None)
    cluster.server.delete(NODE_POOLS, "", "farm")


async def test_a_node_goes_into_a_pool_that_is_there_and_not_from_one_into_another(cluster: Cluster) -> None:
    add_pool(cluster, "barn")
    with pytest.raises(ForbiddenError, match='"nowhere" not found'):
        put(cluster, "edge-1", "nowhere")
    put(cluster, "edge-1", "farm")
    with pytest.raises(ForbiddenError, match="can not be changed in place"):
        put(cluster, "edge-1", "barn")


async def test_the_older_label_still_leads_into_a_pool(cluster: Cluster) -> None:
    node = put(cluster, "edge-1", "farm", "apps.openyurt.io/desired-nodepool")
    assert node["metadata"]["labels"][LABEL] == "farm"
