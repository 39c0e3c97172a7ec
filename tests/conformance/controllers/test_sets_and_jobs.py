"""StatefulSets, DaemonSets and Jobs: the same on both API servers."""

from __future__ import annotations

from tests.conformance.golden import Golden, stable
from tests.conformance.servers.asking import wait_for
from tests.conformance.servers.place import Json, Place, shown

SETS = "apps/v1/statefulsets"


def test_a_stateful_set_counts_its_pods(place: Place, golden: Golden) -> None:
    place.create(SETS, "db", place.workload(2, serviceName="db"))
    wait_for(lambda: place.ready() == 2)
    found = place.until(SETS, "db", lambda one: one["status"].get("readyReplicas") == 2)
    revision = found["status"]["updateRevision"]
    status = {
        "collisionCount": 0,
        "currentReplicas": 2,
        "currentRevision": "...",
        "observedGeneration": 1,
        "readyReplicas": 2,
        "replicas": 2,
        "updateRevision": "...",
        "updatedReplicas": 2,
    }
    golden.says(stable(found["status"], revision), status)
    pods = {pod["metadata"]["name"]: pod for pod in place.pods()}
    assert [*pods] == ["db-0", "db-1"]
    labels = {
        "app": "web",
        "controller-revision-hash": "...",
        "statefulset.kubernetes.io/pod-name": "db-1",
    }
    golden.says(stable(pods["db-1"]["metadata"]["labels"], revision), labels)
    assert (pods["db-1"]["spec"]["hostname"], pods["db-1"]["spec"]["subdomain"]) == ("db-1", "db")
    (kept,) = place.listed("apps/v1/controllerrevisions")
    assert kept["metadata"]["name"] == revision
    assert kept["revision"] == 1
    assert kept["data"]["spec"]["template"]["$patch"] == "replace"
    created = {
        ("SuccessfulCreate", f"create Pod db-{number} in StatefulSet db successful") for number in (0, 1)
    }
    assert place.events("StatefulSet", lambda events: len(events) == 2) == created


def test_a_stateful_set_goes_from_the_end(place: Place) -> None:
    place.create(SETS, "db", place.workload(3, serviceName="db"))
    wait_for(lambda: place.ready() == 3)
    place.patch(SETS, "db", {"spec": {"replicas": 1}})
    wait_for(lambda: [pod["metadata"]["name"] for pod in place.listed("v1/pods")] == ["db-0"])
    deleted = {
        ("SuccessfulDelete", f"delete Pod db-{number} in StatefulSet db successful") for number in (1, 2)
    }
    place.events("StatefulSet", lambda events: events >= deleted)


def test_a_stateful_set_may_mount_the_claims_of_its_pods(place: Place) -> None:
    container = {"name": "c", "image": "nginx", "volumeMounts": [{"name": "data", "mountPath": "/data"}]}
    claim = {
        "metadata": {"name": "data"},
        "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}},
    }
    spec = place.workload(1, serviceName="db", volumeClaimTemplates=[claim])
    spec["template"]["spec"]["containers"] = [container]
    place.create(SETS, "db", spec)
    found = "v1/persistentvolumeclaims"
    wait_for(lambda: place.find(found, "data-db-0") is not None)
    assert place.get(found, "data-db-0")["metadata"]["labels"] == {"app": "web"}


def test_a_daemon_set_counts_its_nodes(place: Place) -> None:
    spec = {"selector": {"matchLabels": {"app": "web"}}, "template": place.template()}
    place.create("apps/v1/daemonsets", "agent", spec)
    found = place.until("apps/v1/daemonsets", "agent", lambda one: one["status"].get("numberAvailable") == 1)
    assert found["status"] == {
        "currentNumberScheduled": 1,
        "desiredNumberScheduled": 1,
        "numberAvailable": 1,
        "numberMisscheduled": 0,
        "numberReady": 1,
        "observedGeneration": 1,
        "updatedNumberScheduled": 1,
    }
    (pod,) = place.pods()
    (revision,) = place.listed("apps/v1/controllerrevisions")
    hashed = revision["metadata"]["labels"]["controller-revision-hash"]
    assert revision["metadata"]["name"] == f"agent-{hashed}"
    assert pod["metadata"]["labels"] == {
        "app": "web",
        "controller-revision-hash": hashed,
        "pod-template-generation": "1",
    }
    terms = pod["spec"]["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
    assert terms == {
        "nodeSelectorTerms": [
            {"matchFields": [{"key": "metadata.name", "operator": "In", "values": [place.node]}]}
        ]
    }
    assert {
        (one["key"].removeprefix("node.kubernetes.io/"), one["effect"]) for one in pod["spec"]["tolerations"]
    } == {
        ("not-ready", "NoExecute"),
        ("unreachable", "NoExecute"),
        ("disk-pressure", "NoSchedule"),
        ("memory-pressure", "NoSchedule"),
        ("pid-pressure", "NoSchedule"),
        ("unschedulable", "NoSchedule"),
    }


def test_a_daemon_set_rolls_to_a_new_template(place: Place) -> None:
    spec = {"selector": {"matchLabels": {"app": "web"}}, "template": place.template()}
    place.create("apps/v1/daemonsets", "agent", spec)
    wait_for(lambda: place.ready() == 1)
    place.patch("apps/v1/daemonsets", "agent", {"spec": {"template": place.template("nginx:1.26")}})
    wait_for(lambda: [pod["spec"]["containers"][0]["image"] for pod in place.pods()] == ["nginx:1.26"])
    place.until(
        "apps/v1/daemonsets",
        "agent",
        lambda one: (
            one["status"].get("numberAvailable") == 1 and one["status"].get("updatedNumberScheduled") == 1
        ),
    )
    assert [
        one["revision"]
        for one in sorted(place.listed("apps/v1/controllerrevisions"), key=lambda one: one["revision"])
    ] == [1, 2]
    assert place.pods()[0]["metadata"]["labels"]["pod-template-generation"] == "2"
    found = place.get("apps/v1/daemonsets", "agent")
    assert found["metadata"]["annotations"]["deprecated.daemonset.template.generation"] == "2"


def job(place: Place, image: str = "busybox:1", **spec: Json) -> Json:
    template = place.template(image, restartPolicy="Never")
    template["spec"]["containers"][0]["args"] = ["sleep 1"]
    return {"template": {"spec": template["spec"]}, **spec}


def test_a_job_completes(place: Place, golden: Golden) -> None:
    place.create("batch/v1/jobs", "once", job(place, completions=2))
    found = place.until("batch/v1/jobs", "once", lambda one: bool(one["status"].get("completionTime")))
    status = found["status"]
    assert (status["succeeded"], status.get("active"), status.get("failed")) == (2, None, None)
    conditions = [
        {key: value for key, value in one.items() if not key.startswith("last")}
        for one in status["conditions"]
    ]
    golden.says(conditions, [{"type": "Complete", "status": "True"}])
    names = [pod["metadata"]["name"] for pod in place.listed("v1/pods")]
    assert place.events("Job", lambda events: len(events) == 3) == {
        ("Completed", "Job completed"),
        *(("SuccessfulCreate", f"Created pod: {name}") for name in names),
    }
    assert {pod["status"]["phase"] for pod in place.listed("v1/pods")} == {"Succeeded"}


def test_a_job_that_fails_says_so(place: Place, golden: Golden) -> None:
    place.create("batch/v1/jobs", "once", job(place, "registry.example/fail", backoffLimit=0))
    found = place.until(
        "batch/v1/jobs",
        "once",
        lambda one: "Failed" in [each["type"] for each in one["status"].get("conditions", ())],
    )
    assert found["status"]["failed"] == 1
    golden.says(
        shown(found["status"]["conditions"]),
        [("Failed", "True", "BackoffLimitExceeded", "Job has reached the specified backoff limit")],
    )
    event = ("BackoffLimitExceeded", "Job has reached the specified backoff limit")
    place.events("Job", lambda events: event in events)
