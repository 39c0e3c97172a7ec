"""The pod lifecycle: scheduled, pulled, started, crashed, completed, deleted."""

from __future__ import annotations

import itertools

from apimachinery.resources import NODES, PODS
from kubesim.machinery.options import DeleteOptions
from kubesim.storage.log import Object
from tests.kubesim.controllers.cluster import Cluster, condition, template


def spec(image: str = "nginx:1.25", **more: object) -> Object:
    return {"containers": [{"name": "c", "image": image}], **more}


async def test_a_crashing_container_is_restarted_ever_more_slowly(cluster: Cluster) -> None:
    cluster.create(PODS, "bad", spec("registry.example/app/crash:v1"))
    seen: list[str] = []
    restarts: list[tuple[int, float]] = []
    for step in range(1200):
        await cluster.later(0.5)
        status = (cluster.get(PODS, "bad")["status"].get("containerStatuses") or [None])[0]
        if status is None:
            continue
        word = next(iter(status["state"].values())).get("reason", "Running")
        if not seen or seen[-1] != word:
            seen.append(word)
        if not restarts or restarts[-1][0] != status["restartCount"]:
            restarts.append((status["restartCount"], step / 2))
    assert seen[:5] == ["ContainerCreating", "Running", "Error", "Running", "Error"]
    assert seen[5:8] == ["CrashLoopBackOff", "Running", "Error"]
    gaps = [after - before for (_, before), (_, after) in itertools.pairwise(restarts[1:])]
    assert gaps == sorted(gaps)
    assert gaps[0] < 20
    assert gaps[-1] > 150
    last = cluster.get(PODS, "bad")["status"]["containerStatuses"][0]["lastState"]["terminated"]
    assert (last["exitCode"], last["reason"]) == (1, "Error")
    assert ("BackOff", "Back-off restarting failed container") in cluster.events_of("Pod", "bad")


async def test_a_pod_that_is_not_restarted_succeeds_or_fails(cluster: Cluster) -> None:
    cluster.create(PODS, "good", spec("busybox:1", restartPolicy="Never"))
    cluster.create(PODS, "bad", spec("registry.example/fail", restartPolicy="Never"))
    await cluster.later(60)
    good, bad = cluster.get(PODS, "good")["status"], cluster.get(PODS, "bad")["status"]
    assert (good["phase"], bad["phase"]) == ("Succeeded", "Failed")
    assert good["containerStatuses"][0]["state"]["terminated"]["reason"] == "Completed"
    assert condition(cluster.get(PODS, "good"), "Ready") == "False"


async def test_an_image_that_is_not_there_is_not_pulled(cluster: Cluster) -> None:
    cluster.create(PODS, "lost", spec("registry.example/missing:v1"))
    await cluster.later(40)
    pod = cluster.get(PODS, "lost")
    assert pod["status"]["phase"] == "Pending"
    waiting = pod["status"]["containerStatuses"][0]["state"]["waiting"]
    assert waiting["reason"] == "ImagePullBackOff"
    assert {reason for reason, _ in cluster.events_of("Pod", "lost")} >= {"Pulling", "Failed", "BackOff"}


async def test_init_containers_come_first_one_after_the_other(cluster: Cluster) -> None:
    init = [{"name": name, "image": "busybox:1"} for name in ("one", "two")]
    cluster.create(PODS, "web", spec(initContainers=init))
    await cluster.later(2)
    assert condition(cluster.get(PODS, "web"), "Initialized") == "False"
    await cluster.until(lambda: condition(cluster.get(PODS, "web"), "Ready") == "True", within=30)
    status = cluster.get(PODS, "web")["status"]
    assert all("terminated" in one["state"] for one in status["initContainerStatuses"])


async def test_a_deleted_pod_stops_within_its_grace_and_says_so(cluster: Cluster) -> None:
    cluster.create(PODS, "web", spec())
    await cluster.later(20)
    cluster.server.delete(PODS, "shop", "web")
    await cluster.later(0.2)
    assert cluster.get(PODS, "web")["metadata"]["deletionGracePeriodSeconds"] == 30
    await cluster.later(3)
    assert cluster.server.find(PODS, "shop", "web") is None
    assert ("Killing", "Stopping container c") in cluster.events_of("Pod", "web")


async def test_an_image_is_pulled_once_per_node(cluster: Cluster) -> None:
    for name in ("first", "second"):
        cluster.create(PODS, name, spec(nodeSelector={"kubernetes.io/hostname": "edge-1"}))
        await cluster.later(20)
    assert "Pulling" in {reason for reason, _ in cluster.events_of("Pod", "first")}
    assert ("Pulled", 'Container image "nginx:1.25" already present on machine') in cluster.events_of(
        "Pod", "second"
    )


async def test_a_pod_that_fits_nowhere_says_why_for_each_node(cluster: Cluster) -> None:
    node = cluster.server.get(NODES, "", "edge-2")
    taint = {"key": "dedicated", "value": "x", "effect": "NoSchedule"}
    cluster.server.update(NODES, "", "edge-2", {**node, "spec": {**node["spec"], "taints": [taint]}})
    big = {"resources": {"requests": {"cpu": "500", "memory": "5000Gi"}}}
    cluster.create(PODS, "big", {"containers": [{"name": "c", "image": "nginx", **big}]})
    cluster.create(PODS, "picky", spec(nodeSelector={"zone": "q"}))
    await cluster.later(1)
    message = (
        "0/3 nodes are available: 1 node(s) had taint {dedicated: x}, that the pod didn't tolerate,"
        " 2 Insufficient cpu, 2 Insufficient memory."
    )
    pod = cluster.get(PODS, "big")
    assert pod["status"]["phase"] == "Pending"
    scheduled = pod["status"]["conditions"][0]
    assert (scheduled["reason"], scheduled["message"]) == ("Unschedulable", message)
    assert cluster.events_of("Pod", "big") == [("FailedScheduling", message)]
    assert cluster.events_of("Pod", "picky") == [
        (
            "FailedScheduling",
            "0/3 nodes are available: 1 node(s) had taint {dedicated: x}, that the pod didn't tolerate,"
            " 2 node(s) didn't match Pod's node affinity.",
        )
    ]


async def test_a_waiting_pod_takes_the_room_that_another_frees(cluster: Cluster) -> None:
    need = {"resources": {"requests": {"cpu": "3"}}}
    for number in range(4):
        cluster.create(PODS, f"web-{number}", {"containers": [{"name": "c", "image": "nginx", **need}]})
    await cluster.later(20)
    waiting = [pod for pod in cluster.pods() if not pod["spec"].get("nodeName")]
    assert len(waiting) == 1
    other = next(pod for pod in cluster.pods() if pod["spec"].get("nodeName"))["metadata"]["name"]
    cluster.server.delete(PODS, "shop", other)
    await cluster.later(20)
    assert condition(cluster.get(PODS, waiting[0]["metadata"]["name"]), "Ready") == "True"


async def test_a_cordoned_node_gets_nothing_new(cluster: Cluster) -> None:
    for name in ("edge-1", "edge-2", "edge-3"):
        node = cluster.server.get(NODES, "", name)
        cluster.server.update(NODES, "", name, {**node, "spec": {**node["spec"], "unschedulable": True}})
    await cluster.later(1)
    cluster.create(PODS, "web", spec())
    await cluster.later(1)
    why = "0/3 nodes are available: 3 node(s) were unschedulable."
    assert cluster.events_of("Pod", "web") == [("FailedScheduling", why)]
    taints = cluster.server.get(NODES, "", "edge-1")["spec"]["taints"]
    assert [taint["key"] for taint in taints] == ["node.kubernetes.io/unschedulable"]


async def test_a_forced_deletion_is_over_at_once(cluster: Cluster) -> None:
    cluster.create(PODS, "web", template()["spec"])
    await cluster.later(20)
    cluster.server.delete(PODS, "shop", "web", DeleteOptions(grace_period_seconds=0))
    assert cluster.server.find(PODS, "shop", "web") is None
    await cluster.later(10)
