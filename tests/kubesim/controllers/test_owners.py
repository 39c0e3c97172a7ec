"""Cascading deletion: owners, namespaces, nodes."""

from __future__ import annotations

import re

import pytest

from apimachinery.errors import BadRequestError, NotFoundError
from apimachinery.resources import (
    CONFIG_MAPS,
    DEPLOYMENTS,
    LEASES,
    NAMESPACES,
    NODES,
    PODS,
    SERVICE_ACCOUNTS,
    SERVICES,
    Resource,
)
from kubesim.controllers.workloads.replicasets import REPLICA_SETS
from tests.kubesim.controllers.cluster import Cluster, condition, workload

ENDPOINTS = Resource("", "endpoints", "Endpoints", True, ("v1",))


async def test_everything_below_a_deleted_deployment_goes(cluster: Cluster) -> None:
    cluster.create(DEPLOYMENTS, "web", workload(3))
    await cluster.until(lambda: cluster.ready() == 3)
    cluster.delete(DEPLOYMENTS, "web")
    assert cluster.server.find(DEPLOYMENTS, "shop", "web") is None
    await cluster.later(5)
    assert not cluster.server.list(REPLICA_SETS)
    assert not cluster.pods()


async def test_in_the_foreground_the_owner_goes_last(cluster: Cluster) -> None:
    cluster.create(DEPLOYMENTS, "web", workload(3))
    await cluster.until(lambda: cluster.ready() == 3)
    cluster.delete(DEPLOYMENTS, "web", "Foreground")

    def done() -> bool:
        if cluster.pods():
            assert cluster.server.list(REPLICA_SETS)
            assert cluster.server.find(DEPLOYMENTS, "shop", "web") is not None
        return cluster.server.find(DEPLOYMENTS, "shop", "web") is None

    await cluster.until(done, within=15)


async def test_orphans_stay_and_are_taken_over_by_the_next_owner(cluster: Cluster) -> None:
    cluster.create(DEPLOYMENTS, "web", workload(2))
    await cluster.until(lambda: cluster.ready() == 2)
    before = {pod["metadata"]["name"] for pod in cluster.pods()}
    cluster.delete(DEPLOYMENTS, "web", "Orphan")
    await cluster.later(5)
    (replica_set,) = cluster.server.list(REPLICA_SETS)
    assert "ownerReferences" not in replica_set["metadata"]
    cluster.create(DEPLOYMENTS, "web", workload(2))
    await cluster.later(20)
    (replica_set,) = cluster.server.list(REPLICA_SETS)
    assert replica_set["metadata"]["ownerReferences"][0]["name"] == "web"
    assert {pod["metadata"]["name"] for pod in cluster.pods()} == before


async def test_a_namespace_goes_with_everything_in_it(cluster: Cluster) -> None:
    assert cluster.server.find(SERVICE_ACCOUNTS, "shop", "default") is not None
    cluster.create(DEPLOYMENTS, "web", workload(3))
    cluster.server.create(CONFIG_MAPS, "shop", {"metadata": {"name": "settings"}})
    await cluster.until(lambda: cluster.ready() == 3)
    cluster.server.delete(NAMESPACES, "", "shop")
    await cluster.later(0.3)
    namespace = cluster.server.get(NAMESPACES, "", "shop")
    assert namespace["status"]["phase"] == "Terminating"
    remaining = next(
        one for one in namespace["status"]["conditions"] if one["type"] == "NamespaceContentRemaining"
    )
    assert re.fullmatch(
        r"Some resources are remaining: pods\. has [123] resource instances", remaining["message"]
    )
    await cluster.until(lambda: cluster.server.find(NAMESPACES, "", "shop") is None, within=15)
    with pytest.raises(NotFoundError):
        cluster.server.get(CONFIG_MAPS, "shop", "settings")


async def test_a_namespace_waits_for_finalizers_inside(cluster: Cluster) -> None:
    held = cluster.server.create(
        CONFIG_MAPS, "shop", {"metadata": {"name": "held", "finalizers": ["example.com/hold"]}}
    )
    cluster.server.delete(NAMESPACES, "", "shop")
    await cluster.later(30)
    conditions = cluster.server.get(NAMESPACES, "", "shop")["status"]["conditions"]
    waiting = next(one for one in conditions if one["type"] == "NamespaceFinalizersRemaining")
    assert waiting["message"] == (
        "Some content in the namespace has finalizers remaining: example.com/hold in 1 resource instances"
    )
    held = cluster.server.get(CONFIG_MAPS, "shop", "held")
    metadata = {key: value for key, value in held["metadata"].items() if key != "finalizers"}
    cluster.server.update(CONFIG_MAPS, "shop", "held", {**held, "metadata": metadata})
    await cluster.until(lambda: cluster.server.find(NAMESPACES, "", "shop") is None, within=10)


async def test_a_service_leads_to_the_ready_pods(cluster: Cluster) -> None:
    cluster.create(SERVICES, "web", {"selector": {"app": "web"}, "ports": [{"port": 80, "targetPort": 8080}]})
    cluster.create(DEPLOYMENTS, "web", workload(2))
    await cluster.until(lambda: cluster.ready() == 2)
    await cluster.later(1)
    subset = cluster.get(ENDPOINTS, "web")["subsets"][0]
    assert {one["ip"] for one in subset["addresses"]} == {pod["status"]["podIP"] for pod in cluster.pods()}
    assert subset["ports"] == [{"port": 8080, "protocol": "TCP"}]
    cluster.change(DEPLOYMENTS, "web", {"replicas": 0})
    await cluster.later(10)
    assert "subsets" not in cluster.get(ENDPOINTS, "web")


async def test_a_node_heartbeats_by_its_lease_and_rarely_by_its_status(cluster: Cluster) -> None:
    before = cluster.server.get(NODES, "", "edge-1")["metadata"]["resourceVersion"]
    renewals = set()
    for _ in range(60):
        await cluster.later(1)
        renewals.add(cluster.server.get(LEASES, "kube-node-lease", "edge-1")["spec"]["renewTime"])
    assert 5 <= len(renewals) <= 7
    assert cluster.server.get(NODES, "", "edge-1")["metadata"]["resourceVersion"] == before
    await cluster.later(300)
    assert cluster.server.get(NODES, "", "edge-1")["metadata"]["resourceVersion"] != before


async def test_a_silent_node_is_unknown_and_its_pods_move_after_five_minutes(cluster: Cluster) -> None:
    cluster.create(DEPLOYMENTS, "web", workload(3))
    await cluster.until(lambda: cluster.ready() == 3)
    cluster.components.stop_kubelet("edge-1")
    await cluster.later(35)
    assert condition(cluster.server.get(NODES, "", "edge-1"), "Ready") == "True"
    await cluster.later(20)
    node = cluster.server.get(NODES, "", "edge-1")
    assert condition(node, "Ready") == "Unknown"
    assert [(one["key"], one["effect"]) for one in node["spec"]["taints"]] == [
        ("node.kubernetes.io/unreachable", "NoSchedule"),
        ("node.kubernetes.io/unreachable", "NoExecute"),
    ]
    assert ("NodeNotReady", "Node edge-1 status is now: NodeNotReady") in cluster.events_of("Node", "edge-1")
    assert cluster.ready() == 2
    await cluster.later(250)
    assert len(cluster.pods()) == 3
    await cluster.later(60)
    assert len(cluster.pods()) == 4
    assert cluster.ready() == 3
    (leaving,) = [pod for pod in cluster.pods() if "deletionTimestamp" in pod["metadata"]]
    assert leaving["spec"]["nodeName"] == "edge-1"
    cluster.components.start_kubelet("edge-1")
    await cluster.later(10)
    assert len(cluster.pods()) == 3
    node = cluster.server.get(NODES, "", "edge-1")
    assert condition(node, "Ready") == "True"
    assert "taints" not in node["spec"]


async def test_a_node_that_comes_back_in_time_keeps_its_pods(cluster: Cluster) -> None:
    cluster.create(DEPLOYMENTS, "web", workload(3))
    await cluster.until(lambda: cluster.ready() == 3)
    before = {pod["metadata"]["uid"] for pod in cluster.pods()}
    cluster.components.stop_kubelet("edge-1")
    await cluster.later(200)
    cluster.components.start_kubelet("edge-1")
    await cluster.later(400)
    assert cluster.ready() == 3
    assert {pod["metadata"]["uid"] for pod in cluster.pods()} == before


async def test_an_autonomous_node_that_falls_silent_keeps_its_pods_ready(cluster: Cluster) -> None:
    cluster.add_node("edge-4", annotations={"node.beta.openyurt.io/autonomy": "true"})
    cluster.create(PODS, "web", {"nodeName": "edge-4", "containers": [{"name": "c", "image": "nginx"}]})
    await cluster.until(lambda: cluster.ready() == 1)
    cluster.components.stop_kubelet("edge-4")
    await cluster.later(1000)
    assert condition(cluster.server.get(NODES, "", "edge-4"), "Ready") == "Unknown"
    pod = cluster.get(PODS, "web")
    assert condition(pod, "Ready") == "True"
    assert "deletionTimestamp" not in pod["metadata"]


async def test_pods_of_a_deleted_node_go_and_come_up_elsewhere(cluster: Cluster) -> None:
    cluster.create(DEPLOYMENTS, "web", workload(3))
    await cluster.until(lambda: cluster.ready() == 3)
    cluster.server.delete(NODES, "", "edge-1")
    await cluster.later(60)
    assert cluster.ready() == 3
    assert {pod["spec"]["nodeName"] for pod in cluster.pods()} == {"edge-2", "edge-3"}
    assert cluster.server.find(LEASES, "kube-node-lease", "edge-1") is None


async def test_only_simulated_machines_can_be_lost(cluster: Cluster) -> None:
    cluster.server.create(NODES, "", {"metadata": {"name": "real"}})
    with pytest.raises(BadRequestError):
        cluster.components.stop_kubelet("real")
    with pytest.raises(NotFoundError):
        cluster.components.stop_kubelet("nobody")
