"""What controllers, scheduler and garbage collector do must look the same on both API servers.

Both have one more machine, pretended and joined over HTTP, on which the pods of these tests run.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.conformance.asking import Asker, Cluster, wait_for
from tests.conformance.test_joining import decide, invitation
from yurt_console.simulator import joined_node, joining
from yurt_console.simulator.machines import Machine

Json = Any
MERGE = "application/merge-patch+json"


class Place:
    """A namespace of one test, and the machine where its pods run."""

    def __init__(self, admin: Asker, node: str) -> None:
        self.admin, self.node, self.namespace = admin, node, f"c-{secrets.token_hex(5)}"
        self.ask("POST", "/api/v1/namespaces", {"metadata": {"name": self.namespace}})
        wait_for(lambda: self.find("v1/serviceaccounts", "default") is not None)
        wait_for(lambda: bool(self.find("v1/serviceaccounts", "default").get("secrets")))

    def ask(self, method: str, path: str, body: Json = ..., media_type: str = "application/json") -> Json:
        code, found = self.admin.ask(method, path, body, media_type)
        assert code < 400, found
        return found

    def path(self, kind: str, name: str = "") -> str:
        """An address from "apps/v1/deployments"."""
        version, _, plural = kind.rpartition("/")
        root = "/apis/" if "/" in version else "/api/"
        return f"{root}{version}/namespaces/{self.namespace}/{plural}" + (f"/{name}" if name else "")

    def create(self, kind: str, name: str, spec: Json, **metadata: Json) -> Json:
        return self.ask("POST", self.path(kind), {"metadata": {"name": name, **metadata}, "spec": spec})

    def get(self, kind: str, name: str) -> Json:
        return self.ask("GET", self.path(kind, name))

    def find(self, kind: str, name: str) -> Json:
        code, found = self.admin.ask("GET", self.path(kind, name))
        return found if code == 200 else None

    def listed(self, kind: str) -> list[Json]:
        items: list[Json] = self.ask("GET", self.path(kind))["items"]
        return items

    def patch(self, kind: str, name: str, patch: Json) -> Json:
        return self.ask("PATCH", self.path(kind, name), patch, MERGE)

    def delete(self, kind: str, name: str, propagation: str = "Background") -> None:
        self.ask("DELETE", self.path(kind, name), {"propagationPolicy": propagation})

    def until(self, kind: str, name: str, holds: Callable[[Json], bool]) -> Json:
        found: list[Json] = []

        def check() -> bool:
            found[:] = [self.get(kind, name)]
            return holds(found[0])

        wait_for(check)
        return found[0]

    def pods(self) -> list[Json]:
        return [pod for pod in self.listed("v1/pods") if "deletionTimestamp" not in pod["metadata"]]

    def ready(self) -> int:
        return sum(
            any(
                one["type"] == "Ready" and one["status"] == "True"
                for one in pod["status"].get("conditions", ())
            )
            for pod in self.pods()
        )

    def told(self, kind: str) -> set[tuple[str, str]]:
        return {
            (event["reason"], event["message"])
            for event in self.listed("v1/events")
            if event["involvedObject"]["kind"] == kind
        }

    def template(self, image: str = "nginx:1.25", **spec: Json) -> Json:
        return {
            "metadata": {"labels": {"app": "web"}},
            "spec": {
                "containers": [{"name": "c", "image": image}],
                "nodeSelector": {"kubernetes.io/hostname": self.node},
                "terminationGracePeriodSeconds": 1,
                **spec,
            },
        }

    def workload(self, replicas: int, **spec: Json) -> Json:
        return {
            "replicas": replicas,
            "selector": {"matchLabels": {"app": "web"}},
            "template": self.template(),
            **spec,
        }


@pytest.fixture(scope="module")
def machine(cluster: Cluster) -> Iterator[str]:
    """One more machine of the cluster, by its name."""
    name = f"field-{secrets.token_hex(4)}"
    loop = asyncio.new_event_loop()
    registered = asyncio.Event()

    async def live() -> None:
        joined = asyncio.create_task(joining.join(await invitation(cluster), name))
        await decide(cluster, name)
        await joined_node.run(await joined, Machine(name, cpu=16, memory_gib=64), registered=registered)

    def run() -> None:
        with contextlib.suppress(asyncio.CancelledError):
            loop.run_until_complete(task)
        # aiohttp closes its TLS connections a moment after its session
        loop.run_until_complete(asyncio.sleep(0.1))
        loop.close()

    task = loop.create_task(live())
    thread = threading.Thread(target=run, name="pretended machine")
    thread.start()
    try:
        wait_for(registered.is_set)
        yield name
    finally:
        loop.call_soon_threadsafe(task.cancel)
        thread.join(30)
        cluster.admin().ask("DELETE", f"/api/v1/nodes/{name}")


@pytest.fixture
def place(cluster: Cluster, machine: str) -> Iterator[Place]:
    place = Place(cluster.admin(), machine)
    yield place
    place.admin.ask("DELETE", f"/api/v1/namespaces/{place.namespace}")


def shown(conditions: list[Json]) -> list[tuple[str, str, str, str]]:
    return [(one["type"], one["status"], one.get("reason", ""), one.get("message", "")) for one in conditions]


DEPLOYMENTS, REPLICA_SETS = "apps/v1/deployments", "apps/v1/replicasets"


def test_a_deployment_says_what_it_has_done(place: Place) -> None:
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
    assert place.told("Deployment") == {("ScalingReplicaSet", f"Scaled up replica set {name} to 2")}
    names = [pod["metadata"]["name"] for pod in place.pods()]
    assert place.told("ReplicaSet") == {("SuccessfulCreate", f"Created pod: {one}") for one in names}
    assert {reason for reason, _ in place.told("Pod")} >= {"Scheduled", "Started"}
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
    wait_for(lambda: ("FailedScheduling", condition["message"]) in place.told("Pod"))
    assert pod["status"]["phase"] == "Pending"


def test_a_pod_too_big_for_its_node_says_so(place: Place) -> None:
    big = {"requests": {"cpu": "500", "memory": "5000Gi"}}
    spec = place.template()["spec"] | {"containers": [{"name": "c", "image": "nginx", "resources": big}]}
    place.create("v1/pods", "big", spec)
    pod = place.until("v1/pods", "big", lambda one: bool(one["status"].get("conditions")))
    message = pod["status"]["conditions"][0]["message"]
    assert "1 Insufficient cpu, 1 Insufficient memory" in message


SETS = "apps/v1/statefulsets"


def test_a_stateful_set_counts_its_pods(place: Place) -> None:
    place.create(SETS, "db", place.workload(2, serviceName="db"))
    wait_for(lambda: place.ready() == 2)
    found = place.until(SETS, "db", lambda one: one["status"].get("readyReplicas") == 2)
    revision = found["status"]["updateRevision"]
    assert found["status"] == {
        "collisionCount": 0,
        "currentReplicas": 2,
        "currentRevision": revision,
        "observedGeneration": 1,
        "readyReplicas": 2,
        "replicas": 2,
        "updateRevision": revision,
        "updatedReplicas": 2,
    }
    pods = {pod["metadata"]["name"]: pod for pod in place.pods()}
    assert [*pods] == ["db-0", "db-1"]
    assert pods["db-1"]["metadata"]["labels"] == {
        "app": "web",
        "controller-revision-hash": revision,
        "statefulset.kubernetes.io/pod-name": "db-1",
    }
    assert (pods["db-1"]["spec"]["hostname"], pods["db-1"]["spec"]["subdomain"]) == ("db-1", "db")
    (kept,) = place.listed("apps/v1/controllerrevisions")
    assert kept["metadata"]["name"] == revision
    assert kept["revision"] == 1
    assert kept["data"]["spec"]["template"]["$patch"] == "replace"
    assert place.told("StatefulSet") == {
        ("SuccessfulCreate", f"create Pod db-{number} in StatefulSet db successful") for number in (0, 1)
    }


def test_a_stateful_set_goes_from_the_end(place: Place) -> None:
    place.create(SETS, "db", place.workload(3, serviceName="db"))
    wait_for(lambda: place.ready() == 3)
    place.patch(SETS, "db", {"spec": {"replicas": 1}})
    wait_for(lambda: [pod["metadata"]["name"] for pod in place.listed("v1/pods")] == ["db-0"])
    assert place.told("StatefulSet") >= {
        ("SuccessfulDelete", f"delete Pod db-{number} in StatefulSet db successful") for number in (1, 2)
    }


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


def test_a_job_completes(place: Place) -> None:
    place.create("batch/v1/jobs", "once", job(place, completions=2))
    found = place.until("batch/v1/jobs", "once", lambda one: bool(one["status"].get("completionTime")))
    status = found["status"]
    assert (status["succeeded"], status.get("active"), status.get("failed")) == (2, None, None)
    (condition,) = status["conditions"]
    assert {key: condition[key] for key in condition if not key.startswith("last")} == {
        "type": "Complete",
        "status": "True",
    }
    names = [pod["metadata"]["name"] for pod in place.listed("v1/pods")]
    assert place.told("Job") == {
        ("Completed", "Job completed"),
        *(("SuccessfulCreate", f"Created pod: {name}") for name in names),
    }
    assert {pod["status"]["phase"] for pod in place.listed("v1/pods")} == {"Succeeded"}


def test_a_job_that_fails_says_so(place: Place) -> None:
    place.create("batch/v1/jobs", "once", job(place, "registry.example/fail", backoffLimit=0))
    found = place.until("batch/v1/jobs", "once", lambda one: bool(one["status"].get("conditions")))
    assert found["status"]["failed"] == 1
    assert shown(found["status"]["conditions"]) == [
        ("Failed", "True", "BackoffLimitExceeded", "Job has reached the specified backoff limit")
    ]
    assert ("BackoffLimitExceeded", "Job has reached the specified backoff limit") in place.told("Job")


def test_everything_below_a_deleted_deployment_goes(place: Place) -> None:
    place.create(DEPLOYMENTS, "web", place.workload(2))
    wait_for(lambda: place.ready() == 2)
    place.delete(DEPLOYMENTS, "web")
    assert place.find(DEPLOYMENTS, "web") is None
    wait_for(lambda: not place.listed(REPLICA_SETS) and not place.listed("v1/pods"))


def test_in_the_foreground_the_owner_waits_for_what_it_owns(place: Place) -> None:
    place.create(DEPLOYMENTS, "web", place.workload(2))
    wait_for(lambda: place.ready() == 2)
    place.delete(DEPLOYMENTS, "web", "Foreground")
    found = place.find(DEPLOYMENTS, "web")
    assert found is None or found["metadata"]["finalizers"] == ["foregroundDeletion"]
    wait_for(lambda: place.find(DEPLOYMENTS, "web") is None)
    assert not place.listed(REPLICA_SETS)
    assert not place.listed("v1/pods")


def test_orphans_stay_without_an_owner(place: Place) -> None:
    place.create(DEPLOYMENTS, "web", place.workload(1))
    wait_for(lambda: place.ready() == 1)
    place.delete(DEPLOYMENTS, "web", "Orphan")
    wait_for(lambda: place.find(DEPLOYMENTS, "web") is None)
    (replica_set,) = place.listed(REPLICA_SETS)
    assert "ownerReferences" not in replica_set["metadata"]
    assert place.ready() == 1


def test_what_belongs_to_nobody_that_is_there_is_collected(place: Place) -> None:
    owner = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "name": "gone",
        "uid": "1b4e28ba-2fa1-11d2-883f-0016d3cca427",
    }
    body = {"metadata": {"name": "lost", "ownerReferences": [owner]}}
    place.ask("POST", place.path("v1/configmaps"), body)
    wait_for(lambda: place.find("v1/configmaps", "lost") is None)


def test_a_namespace_ends_with_everything_in_it(place: Place) -> None:
    place.create(DEPLOYMENTS, "web", place.workload(1))
    wait_for(lambda: place.ready() == 1)
    path = f"/api/v1/namespaces/{place.namespace}"
    deleted = place.ask("DELETE", path)
    assert (deleted["kind"], deleted["status"]["phase"]) == ("Namespace", "Terminating")
    code, refused = place.admin.ask("POST", place.path("v1/configmaps"), {"metadata": {"name": "late"}})
    if code != 404:
        # the namespace may be gone by now
        assert (code, refused["message"]) == (
            403,
            f'configmaps "late" is forbidden: unable to create new content in namespace {place.namespace}'
            " because it is being terminated",
        )
    wait_for(lambda: place.admin.ask("GET", path)[0] == 404)


def test_a_namespace_waits_for_a_finalizer_inside_and_says_so(place: Place) -> None:
    body = {"metadata": {"name": "held", "finalizers": ["example.com/hold"]}}
    place.ask("POST", place.path("v1/configmaps"), body)
    path = f"/api/v1/namespaces/{place.namespace}"
    place.ask("DELETE", path)

    def conditions() -> dict[str, Json]:
        found = place.ask("GET", path)
        return {one["type"]: one for one in found["status"].get("conditions", ())}

    wait_for(lambda: conditions().get("NamespaceFinalizersRemaining", {}).get("status") == "True")
    found = conditions()
    place.patch("v1/configmaps", "held", {"metadata": {"finalizers": None}})
    assert {kind: (one["status"], one["reason"], one["message"]) for kind, one in found.items()} == {
        "NamespaceDeletionDiscoveryFailure": (
            "False",
            "ResourcesDiscovered",
            "All resources successfully discovered",
        ),
        "NamespaceDeletionGroupVersionParsingFailure": (
            "False",
            "ParsedGroupVersions",
            "All legacy kube types successfully parsed",
        ),
        "NamespaceDeletionContentFailure": (
            "False",
            "ContentDeleted",
            "All content successfully deleted, may be waiting on finalization",
        ),
        "NamespaceContentRemaining": (
            "True",
            "SomeResourcesRemain",
            "Some resources are remaining: configmaps. has 1 resource instances",
        ),
        "NamespaceFinalizersRemaining": (
            "True",
            "SomeFinalizersRemain",
            "Some content in the namespace has finalizers remaining:"
            " example.com/hold in 1 resource instances",
        ),
    }


def test_a_new_namespace_has_what_every_namespace_has(place: Place) -> None:
    found = place.ask("GET", f"/api/v1/namespaces/{place.namespace}")
    assert (found["spec"], found["status"]) == ({"finalizers": ["kubernetes"]}, {"phase": "Active"})
    account = place.get("v1/serviceaccounts", "default")
    (secret,) = account["secrets"]
    assert secret["name"].startswith("default-token-")
    assert "BEGIN CERTIFICATE" in place.get("v1/configmaps", "kube-root-ca.crt")["data"]["ca.crt"]


def test_a_service_leads_to_the_ready_pods(place: Place) -> None:
    port = {"name": "http", "port": 80, "targetPort": 8080}
    place.create("v1/services", "web", {"selector": {"app": "web"}, "ports": [port]})
    place.create(DEPLOYMENTS, "web", place.workload(1))
    wait_for(lambda: place.ready() == 1)
    wait_for(lambda: bool((place.find("v1/endpoints", "web") or {}).get("subsets")))
    place.until("v1/endpoints", "web", lambda one: "addresses" in one["subsets"][0])
    (subset,) = place.get("v1/endpoints", "web")["subsets"]
    (pod,) = place.pods()
    (address,) = subset["addresses"]
    target = {key: value for key, value in address["targetRef"].items() if key != "resourceVersion"}
    assert (address["ip"], address["nodeName"]) == (pod["status"]["podIP"], place.node)
    assert target == {
        "kind": "Pod",
        "name": pod["metadata"]["name"],
        "namespace": place.namespace,
        "uid": pod["metadata"]["uid"],
    }
    assert subset["ports"] == [{"name": "http", "port": 8080, "protocol": "TCP"}]
    place.delete(DEPLOYMENTS, "web")
    wait_for(lambda: "subsets" not in place.get("v1/endpoints", "web"))


def test_a_cordoned_node_is_tainted_until_it_is_uncordoned(place: Place) -> None:
    path = f"/api/v1/nodes/{place.node}"
    place.ask("PATCH", path, {"spec": {"unschedulable": True}}, MERGE)

    def taints() -> list[tuple[str, str]]:
        found = place.ask("GET", path)["spec"].get("taints", ())
        return [(one["key"], one["effect"]) for one in found]

    wait_for(lambda: taints() == [("node.kubernetes.io/unschedulable", "NoSchedule")])
    place.ask("PATCH", path, {"spec": {"unschedulable": None}}, MERGE)
    wait_for(lambda: not taints())
