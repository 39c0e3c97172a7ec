"""The seeds: settled from the start, the same each time, and loaded once."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from apimachinery.resources import DEPLOYMENTS, EVENTS, JOBS, LEASES, NAMESPACES, NODES, PODS, STATEFUL_SETS
from kubesim.cluster import seeding
from kubesim.cluster.components import Components
from kubesim.control_plane.assembly import new_server
from kubesim.openyurt.well_known_labels import NODE_POOL_LABEL, NODE_POOLS
from kubesim.registry.server import Server
from kubesim.runtime.clock import ManualClock
from kubesim.seeds import files
from kubesim.seeds.tenants import SeedTenant
from tests.kubesim.controllers.cluster import condition

_TENANTS = tuple(
    SeedTenant(
        name, namespace_labels={"owner": name}, pool_labels={"pool-of": name}, node_labels={"node-of": name}
    )
    for name in ("shops", "wind", "port")
)
_NOON = datetime(2026, 1, 1, 12, 10, tzinfo=UTC)


def loaded(name: str, nodes: int = 0) -> Server:
    server = new_server(clock=ManualClock(_NOON))
    seeding.load_seed(server, name, nodes=nodes, tenants=_TENANTS)
    return server


def age(server: Server, moment: str) -> timedelta:
    return server.clock.now() - datetime.fromisoformat(moment)


def words(server: Server) -> Counter[str]:
    """Why containers wait or ended."""
    return Counter(
        next(iter(status["state"].values())).get("reason", "Running")
        for pod in server.list(PODS)
        for status in pod["status"].get("containerStatuses", ())
    )


async def test_the_small_world_has_something_of_everything() -> None:
    server = loaded("small")
    ready = Counter(condition(node, "Ready") for node in server.list(NODES))
    assert ready == {"True": 8, "Unknown": 2}
    assert {node["status"]["nodeInfo"]["architecture"] for node in server.list(NODES)} == {"amd64", "arm64"}
    assert words(server)["CrashLoopBackOff"] == 1
    pending = [pod for pod in server.list(PODS) if pod["status"]["phase"] == "Pending"]
    assert [pod["status"]["conditions"][0]["reason"] for pod in pending] == ["Unschedulable"]
    names = {one["metadata"]["name"] for one in server.list(NAMESPACES)}
    assert {tenant.name for tenant in _TENANTS} <= names
    assert server.get(NODE_POOLS, "", "shops")["status"]["readyNodeNum"] == 3
    assert Counter(job["status"]["conditions"][0]["type"] for job in server.list(JOBS))["Failed"] == 1
    assert {pod["metadata"]["creationTimestamp"] for pod in server.list(PODS)} != {server.clock.now()}


async def test_what_tenants_own_has_their_names_and_labels_and_nothing_else_has() -> None:
    server = loaded("small")
    for number, tenant in enumerate(_TENANTS):
        namespace, pool = server.get(NAMESPACES, "", tenant.name), server.get(NODE_POOLS, "", tenant.name)
        assert namespace["metadata"]["labels"] == tenant.namespace_labels
        assert tenant.pool_labels.items() <= pool["metadata"]["labels"].items()
        pods = server.list(PODS, tenant.name)
        assert pods
        assert all(pod["spec"]["nodeSelector"] == tenant.node_labels for pod in pods)
        labels = [one["metadata"]["labels"] for one in server.list(NODES, label_selector="node-of")]
        pools = [one[NODE_POOL_LABEL] for one in labels if tenant.node_labels.items() <= one.items()]
        assert pools == [tenant.name] * (3, 2, 2)[number]
    others = server.list(PODS, "kube-system")
    assert not any("node-of" in pod["spec"].get("nodeSelector", {}) for pod in others)
    assert "labels" not in server.get(NAMESPACES, "", "kube-system")["metadata"]


async def test_a_seed_without_tenants_numbers_them_and_labels_nothing() -> None:
    server = new_server(clock=ManualClock(_NOON))
    seeding.load_seed(server, "small")
    (pod, *_) = server.list(PODS, "tenant-2")
    assert "nodeSelector" not in pod["spec"]
    assert server.get(NODE_POOLS, "", "tenant-3")["status"]["readyNodeNum"] == 1


async def test_only_the_last_hour_has_events_and_everything_else_is_old() -> None:
    server = loaded("small")
    times = [one.get("lastTimestamp") or one["eventTime"] for one in server.list(EVENTS)]
    assert times
    assert all(age(server, moment) <= timedelta(hours=1) for moment in times)
    deployments = [age(server, one["metadata"]["creationTimestamp"]) for one in server.list(DEPLOYMENTS)]
    assert max(deployments) > timedelta(days=10)
    rolled = server.get(DEPLOYMENTS, "shops", "point-of-sale")
    assert rolled["metadata"]["annotations"]["deployment.kubernetes.io/revision"] == "2"
    assert all(one["status"]["readyReplicas"] for one in server.list(STATEFUL_SETS))


async def test_a_seed_is_settled_from_the_start() -> None:
    server = loaded("small")
    assert isinstance(server.clock, ManualClock)
    before = {pod["metadata"]["uid"]: pod["spec"].get("nodeName") for pod in server.list(PODS)}
    running = asyncio.create_task(Components(server).run())
    await server.clock.advance(60)
    after = {pod["metadata"]["uid"]: pod["spec"].get("nodeName") for pod in server.list(PODS)}
    assert after == before
    ready = Counter(condition(node, "Ready") for node in server.list(NODES))
    assert ready == {"True": 8, "Unknown": 2}
    renewed = server.get(LEASES, "kube-node-lease", "cloud-1")["spec"]["renewTime"]
    assert age(server, renewed) < timedelta(seconds=15)
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running


async def test_a_seed_is_the_same_each_time() -> None:
    first, second = (
        [
            (pod["metadata"]["namespace"], pod["metadata"]["name"], pod["spec"].get("nodeName"))
            for pod in loaded("small").list(PODS)
        ]
        for _ in range(2)
    )
    assert first == second


async def test_a_seed_is_loaded_once() -> None:
    server = loaded("small")
    server.delete(NODES, "", "cloud-1")
    seeding.load_seed(server, "small")
    assert server.find(NODES, "", "cloud-1") is None


async def test_the_empty_world_has_a_control_plane_and_as_many_nodes_as_wanted() -> None:
    server = loaded("empty", nodes=3)
    assert [node["metadata"]["name"] for node in server.list(NODES)] == [
        "control-plane-1",
        "edge-1",
        "edge-2",
        "edge-3",
    ]
    assert not server.list(PODS)


async def test_an_unknown_seed_is_refused() -> None:
    with pytest.raises(ValueError, match="no seed 'moon'"):
        files.read("moon")
