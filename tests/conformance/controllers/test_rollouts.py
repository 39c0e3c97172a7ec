"""Deployments, their rollouts and the scheduler: the same on both API servers."""

from __future__ import annotations

from tests.conformance.golden import Golden, stable
from tests.conformance.servers.asking import wait_for
from tests.conformance.servers.place import DEPLOYMENTS, REPLICA_SETS, Place, shown


def test_a_deployment_says_what_it_has_done(place: Place, golden: Golden) -> None:
    place.create(DEPLOYMENTS, "web", place.workload(2))
    place.until(DEPLOYMENTS, "web", lambda one: one["status"].get("availableReplicas") == 2)
    deployment = place.until(
        DEPLOYMENTS,
        "web",
        lambda one: "NewReplicaSetAvailable" in [each["reason"] for each in one["status"]["conditions"]],
    )
    (replica_set,) = place.listed(REPLICA_SETS)
    name = replica_set["metadata"]["name"]
    status = {key: value for key, value in deployment["status"].items() if key != "conditions"}
    assert status == {
        "observedGeneration": 1,
        "replicas": 2,
        "updatedReplicas": 2,
        "readyReplicas": 2,
        "availableReplicas": 2,
    }
    assert set(shown(deployment["status"]["conditions"])) == {
        ("Available", "True", "MinimumReplicasAvailable", "Deployment has minimum availability."),
        (
            "Progressing",
            "True",
            "NewReplicaSetAvailable",
            f'ReplicaSet "{name}" has successfully progressed.',
        ),
    }
    assert deployment["metadata"]["annotations"] == {"deployment.kubernetes.io/revision": "1"}
    assert replica_set["metadata"]["annotations"] == {
        "deployment.kubernetes.io/desired-replicas": "2",
        "deployment.kubernetes.io/max-replicas": "3",
        "deployment.kubernetes.io/revision": "1",
    }
    hashed = replica_set["metadata"]["labels"]["pod-template-hash"]
    assert name == f"web-{hashed}"
    assert replica_set["spec"]["selector"] == {"matchLabels": {"app": "web", "pod-template-hash": hashed}}
    assert replica_set["status"] == {
        "availableReplicas": 2,
        "fullyLabeledReplicas": 2,
        "observedGeneration": 1,
        "readyReplicas": 2,
        "replicas": 2,
    }
    golden.says(
        stable(sorted(place.events("Deployment", bool)), name),
        [["ScalingReplicaSet", "Scaled up replica set ... to 2"]],
    )
    names = [pod["metadata"]["name"] for pod in place.pods()]
    created = {("SuccessfulCreate", f"Created pod: {one}") for one in names}
    assert place.events("ReplicaSet", lambda events: len(events) == 2) == created
    place.events("Pod", lambda events: {reason for reason, _ in events} >= {"Scheduled", "Started"})
    pod = place.pods()[0]
    assert pod["metadata"]["generateName"] == f"{name}-"
    (owner,) = pod["metadata"]["ownerReferences"]
    assert (owner["kind"], owner["name"], owner["controller"], owner["blockOwnerDeletion"]) == (
        "ReplicaSet",
        name,
        True,
        True,
    )


def test_a_rollout_and_its_undoing_number_the_revisions(place: Place) -> None:
    place.create(DEPLOYMENTS, "web", place.workload(2))
    wait_for(lambda: place.ready() == 2)

    def roll(image: str) -> None:
        place.patch(DEPLOYMENTS, "web", {"spec": {"template": place.template(image)}})
        wait_for(lambda: {pod["spec"]["containers"][0]["image"] for pod in place.pods()} == {image})
        place.until(
            DEPLOYMENTS,
            "web",
            lambda one: (
                one["status"].get("availableReplicas") == one["status"].get("replicas") == 2
                and one["status"]["observedGeneration"] == one["metadata"]["generation"]
            ),
        )

    roll("nginx:1.26")
    roll("nginx:1.25")
    wait_for(lambda: all(one["spec"]["replicas"] in (0, 2) for one in place.listed(REPLICA_SETS)))
    found = {
        one["spec"]["template"]["spec"]["containers"][0]["image"]: (
            one["spec"]["replicas"],
            one["metadata"]["annotations"]["deployment.kubernetes.io/revision"],
            one["metadata"]["annotations"].get("deployment.kubernetes.io/revision-history"),
        )
        for one in place.listed(REPLICA_SETS)
    }
    assert found == {"nginx:1.25": (2, "3", "1"), "nginx:1.26": (0, "2", None)}
    deployment = place.get(DEPLOYMENTS, "web")
    assert deployment["metadata"]["annotations"]["deployment.kubernetes.io/revision"] == "3"


def test_a_paused_deployment_says_so_and_waits(place: Place) -> None:
    place.create(DEPLOYMENTS, "web", place.workload(1))
    wait_for(lambda: place.ready() == 1)
    place.patch(DEPLOYMENTS, "web", {"spec": {"paused": True, "template": place.template("nginx:1.26")}})
    paused = place.until(
        DEPLOYMENTS,
        "web",
        lambda one: one["status"]["observedGeneration"] == one["metadata"]["generation"] == 2,
    )
    said = ("Progressing", "Unknown", "DeploymentPaused", "Deployment is paused")
    assert said in shown(paused["status"]["conditions"])
    place.patch(DEPLOYMENTS, "web", {"spec": {"replicas": 3}})
    wait_for(lambda: place.ready() == 3)
    assert {pod["spec"]["containers"][0]["image"] for pod in place.pods()} == {"nginx:1.25"}
    assert "updatedReplicas" not in paused["status"]
    place.patch(DEPLOYMENTS, "web", {"spec": {"paused": False}})
    wait_for(lambda: {pod["spec"]["containers"][0]["image"] for pod in place.pods()} == {"nginx:1.26"})


def test_a_pod_that_fits_nowhere_says_why(place: Place) -> None:
    spec = {"containers": [{"name": "c", "image": "nginx"}], "nodeSelector": {"zone": "nowhere"}}
    place.create("v1/pods", "lost", spec)
    pod = place.until("v1/pods", "lost", lambda one: bool(one["status"].get("conditions")))
    nodes = place.ask("GET", "/api/v1/nodes")["items"]
    (condition,) = pod["status"]["conditions"]
    assert (condition["type"], condition["status"], condition["reason"]) == (
        "PodScheduled",
        "False",
        "Unschedulable",
    )
    assert condition["message"].startswith(f"0/{len(nodes)} nodes are available: ")
    assert "node(s) didn't match Pod's node affinity" in condition["message"]
    place.events("Pod", lambda events: ("FailedScheduling", condition["message"]) in events)
    assert pod["status"]["phase"] == "Pending"


def test_a_pod_too_big_for_its_node_says_so(place: Place) -> None:
    big = {"requests": {"cpu": "500", "memory": "5000Gi"}}
    spec = place.template()["spec"] | {"containers": [{"name": "c", "image": "nginx", "resources": big}]}
    place.create("v1/pods", "big", spec)
    pod = place.until("v1/pods", "big", lambda one: bool(one["status"].get("conditions")))
    message = pod["status"]["conditions"][0]["message"]
    assert "1 Insufficient cpu, 1 Insufficient memory" in message
