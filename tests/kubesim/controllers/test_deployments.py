"""Deployments: creation, rollout, scaling, pause, rollback."""

from __future__ import annotations

from apimachinery.resources import DEPLOYMENTS
from kubesim.controllers.workloads.replicasets import REPLICA_SETS
from tests.kubesim.controllers.cluster import Cluster, condition, template, workload


async def test_a_deployment_comes_up_on_its_nodes(cluster: Cluster) -> None:
    cluster.create(DEPLOYMENTS, "web", workload(3))
    await cluster.until(lambda: cluster.ready() == 3, within=15)
    deployment = cluster.get(DEPLOYMENTS, "web")
    assert deployment["status"]["availableReplicas"] == 3
    assert deployment["status"]["observedGeneration"] == 1
    assert [one["reason"] for one in deployment["status"]["conditions"]] == [
        "NewReplicaSetAvailable",
        "MinimumReplicasAvailable",
    ]
    assert {pod["spec"]["nodeName"] for pod in cluster.pods()} == {"edge-1", "edge-2", "edge-3"}
    pod = cluster.pods()[0]
    assert pod["status"]["phase"] == "Running"
    assert pod["status"]["podIP"].startswith("10.244.")
    name = pod["metadata"]["name"]
    reasons = [reason for reason, _ in cluster.events_of("Pod", name)]
    assert reasons == ["Scheduled", "Pulling", "Pulled", "Created", "Started"]
    assert cluster.events_of("Deployment") == [
        ("ScalingReplicaSet", f"Scaled up replica set {name.rpartition('-')[0]} to 3")
    ]


async def test_a_rolling_update_keeps_to_its_bounds(cluster: Cluster) -> None:
    cluster.create(DEPLOYMENTS, "web", workload(4))
    await cluster.until(lambda: cluster.ready() == 4)
    cluster.change(DEPLOYMENTS, "web", {"template": template("nginx:1.26")})
    least, most = 4, 4

    def done() -> bool:
        nonlocal least, most
        least = min(least, cluster.ready())
        alive = [pod for pod in cluster.pods() if "deletionTimestamp" not in pod["metadata"]]
        most = max(most, len(alive))
        images = {pod["spec"]["containers"][0]["image"] for pod in cluster.pods()}
        return images == {"nginx:1.26"} and cluster.ready() == 4

    await cluster.until(done)
    assert least >= 3
    assert most <= 5
    assert cluster.get(DEPLOYMENTS, "web")["metadata"]["annotations"] == {
        "deployment.kubernetes.io/revision": "2"
    }
    await cluster.later(5)
    sizes = {
        one["metadata"]["annotations"]["deployment.kubernetes.io/revision"]: one["spec"]["replicas"]
        for one in cluster.server.list(REPLICA_SETS)
    }
    assert sizes == {"1": 0, "2": 4}


async def test_going_back_to_an_old_template_takes_its_replica_set_again(cluster: Cluster) -> None:
    cluster.create(DEPLOYMENTS, "web", workload(2))
    await cluster.until(lambda: cluster.ready() == 2)
    cluster.change(DEPLOYMENTS, "web", {"template": template("nginx:1.26")})
    await cluster.later(40)
    cluster.change(DEPLOYMENTS, "web", {"template": template("nginx:1.25")})
    await cluster.later(40)
    found = cluster.server.list(REPLICA_SETS)
    revisions = {
        one["metadata"]["annotations"]["deployment.kubernetes.io/revision"]: one["spec"]["replicas"]
        for one in found
    }
    assert revisions == {"2": 0, "3": 2}
    history = [
        one["metadata"]["annotations"].get("deployment.kubernetes.io/revision-history") for one in found
    ]
    assert sorted(map(str, history)) == ["1", "None"]


async def test_a_scaled_deployment_has_as_many_pods(cluster: Cluster) -> None:
    cluster.create(DEPLOYMENTS, "web", workload(2))
    await cluster.later(20)
    for wanted in (5, 1, 0):
        cluster.change(DEPLOYMENTS, "web", {"replicas": wanted})
        await cluster.until(lambda wanted=wanted: len(cluster.pods()) == wanted == cluster.ready())  # type: ignore[misc]
        await cluster.later(1)
        deployment = cluster.get(DEPLOYMENTS, "web")
        assert deployment["status"].get("replicas", 0) == wanted
        assert condition(deployment, "Available") == "True"


async def test_a_paused_deployment_scales_and_does_not_roll_out(cluster: Cluster) -> None:
    cluster.create(DEPLOYMENTS, "web", workload(2))
    await cluster.later(20)
    cluster.change(DEPLOYMENTS, "web", {"paused": True, "template": template("nginx:1.26"), "replicas": 3})
    await cluster.later(20)
    assert {pod["spec"]["containers"][0]["image"] for pod in cluster.pods()} == {"nginx:1.25"}
    assert cluster.ready() == 3
    cluster.change(DEPLOYMENTS, "web", {"paused": False})
    await cluster.later(60)
    assert {pod["spec"]["containers"][0]["image"] for pod in cluster.pods()} == {"nginx:1.26"}
    assert cluster.get(DEPLOYMENTS, "web")["status"]["conditions"][0]["reason"] == "NewReplicaSetAvailable"


async def test_a_rollout_that_cannot_succeed_keeps_the_old_pods_and_times_out(cluster: Cluster) -> None:
    cluster.create(DEPLOYMENTS, "web", workload(4, progressDeadlineSeconds=60))
    await cluster.until(lambda: cluster.ready() == 4)
    cluster.change(DEPLOYMENTS, "web", {"template": template("registry.example/missing")})
    await cluster.later(120)
    assert cluster.ready() == 3
    deployment = cluster.get(DEPLOYMENTS, "web")
    reasons = {one["type"]: one["reason"] for one in deployment["status"]["conditions"]}
    assert reasons["Progressing"] == "ProgressDeadlineExceeded"
    assert deployment["status"]["updatedReplicas"] == 2


async def test_recreate_lets_the_old_pods_leave_first(cluster: Cluster) -> None:
    cluster.create(DEPLOYMENTS, "web", workload(2, strategy={"type": "Recreate"}))
    await cluster.until(lambda: cluster.ready() == 2)
    cluster.change(DEPLOYMENTS, "web", {"template": template("nginx:1.26")})

    def done() -> bool:
        images = {pod["spec"]["containers"][0]["image"] for pod in cluster.pods()}
        assert len(images) <= 1
        return images == {"nginx:1.26"} and cluster.ready() == 2

    await cluster.until(done)


async def test_only_so_many_old_replica_sets_are_kept(cluster: Cluster) -> None:
    cluster.create(DEPLOYMENTS, "web", workload(1, revisionHistoryLimit=2))
    for minor in range(5):
        cluster.change(DEPLOYMENTS, "web", {"template": template(f"nginx:1.{minor}")})
        await cluster.later(30)
    await cluster.later(30)
    assert len(cluster.server.list(REPLICA_SETS)) == 3
