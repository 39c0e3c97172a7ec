"""Pods: kubectl's STATUS, READY and RESTARTS, and the sums the scheduler counts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest

from apimachinery.resources import PODS
from yurt_console.kinds.registry import DECODERS
from yurt_console.rows import Pod

MIB = 2**20


def pod(status: dict[str, Any] | None = None, spec: dict[str, Any] | None = None, **metadata: Any) -> Pod:
    body = {
        "metadata": {"name": "p", "namespace": "a", **metadata},
        "spec": spec or {},
        "status": status or {},
    }
    row = DECODERS[PODS].row(json.dumps(body).encode())
    assert isinstance(row, Pod)
    return row


def running(name: str = "c", *, ready: bool = True, restarts: int = 0) -> dict[str, Any]:
    return {"name": name, "ready": ready, "restartCount": restarts, "state": {"running": {"startedAt": "t"}}}


def waiting(reason: str, name: str = "c", **fields: Any) -> dict[str, Any]:
    return {"name": name, "state": {"waiting": {"reason": reason, **fields}}}


def ended(code: int = 0, name: str = "c", **fields: Any) -> dict[str, Any]:
    return {"name": name, "state": {"terminated": {"exitCode": code, **fields}}}


def condition(kind: str, status: str = "True", **fields: Any) -> dict[str, Any]:
    return {"type": kind, "status": status, **fields}


ONE = {"containers": [{"name": "c"}]}
INITS = {"containers": [{"name": "c"}], "initContainers": [{"name": "i"}, {"name": "j"}]}
SIDECAR = {"containers": [{"name": "c"}], "initContainers": [{"name": "i", "restartPolicy": "Always"}]}
READY = [condition("Ready")]


def said(
    phase: str = "", *, main: Sequence[Any] = (), init: Sequence[Any] = (), **fields: Any
) -> dict[str, Any]:
    return {"phase": phase, "containerStatuses": main, "initContainerStatuses": init, **fields}


GATED = [condition("PodScheduled", "False", reason="SchedulingGated")]
DONE = ended(name="d", reason="Completed")


@pytest.mark.parametrize(
    ("words", "status", "spec"),
    [
        ("", {}, ONE),
        ("Pending", said("Pending"), ONE),
        ("Evicted", said("Failed", reason="Evicted"), ONE),
        ("Running", said("Running", main=[running()]), ONE),
        ("ContainerCreating", said(main=[waiting("ContainerCreating")]), ONE),
        ("CrashLoopBackOff", said("Running", main=[waiting("CrashLoopBackOff")]), ONE),
        ("Running", said("Running", main=[waiting("")]), ONE),
        ("Completed", said("Succeeded", main=[DONE]), ONE),
        ("Error", said("Failed", main=[ended(1, reason="Error")]), ONE),
        ("ExitCode:3", said("Failed", main=[ended(3)]), ONE),
        ("Signal:9", said("Failed", main=[ended(137, signal=9)]), ONE),
        ("Running", said("Running", main=[running(), DONE], conditions=READY), ONE),
        ("NotReady", said("Running", main=[running(), DONE]), ONE),
        ("Error", said("Running", main=[ended(1, reason="Error"), running("d")]), ONE),
        ("Init:0/2", said("Pending", init=[running("i"), waiting("PodInitializing", "j")]), INITS),
        ("Init:1/2", said("Pending", init=[ended(name="i"), waiting("PodInitializing", "j")]), INITS),
        ("Init:Error", said(init=[ended(1, "i", reason="Error")]), INITS),
        ("Init:ExitCode:2", said(init=[ended(2, "i")]), INITS),
        ("Init:Signal:15", said(init=[ended(143, "i", signal=15)]), INITS),
        ("Init:ErrImagePull", said(init=[waiting("ErrImagePull", "i")]), INITS),
        ("Running", said("Running", init=[ended(name="i"), ended(name="j")], main=[running()]), INITS),
        ("Running", said("Running", init=[{**running("i"), "started": True}], main=[running()]), SIDECAR),
        ("Init:0/1", said("Pending", init=[{**running("i"), "started": False}]), SIDECAR),
        ("SchedulingGated", said("Pending", conditions=GATED), ONE),
    ],
)
def test_status_reads_as_kubectl_prints_it(words: str, status: dict[str, Any], spec: dict[str, Any]) -> None:
    assert pod(status, spec).reason == words


def test_a_pod_that_is_being_deleted_is_terminating_and_unknown_on_a_lost_node() -> None:
    status = {"phase": "Running", "containerStatuses": [running()]}
    assert pod(status, deletionTimestamp="2024-01-01T00:00:00Z").reason == "Terminating"
    lost = {**status, "reason": "NodeLost"}
    assert pod(lost, deletionTimestamp="2024-01-01T00:00:00Z").reason == "Unknown"


def test_ready_counts_running_containers_and_started_sidecars() -> None:
    row = pod(
        {
            "conditions": READY,
            "initContainerStatuses": [{**running("i", restarts=2), "started": True}],
            "containerStatuses": [running("c", restarts=3), running("d", ready=False, restarts=4)],
        },
        {"containers": [{"name": "c"}, {"name": "d"}], "initContainers": SIDECAR["initContainers"]},
    )
    assert (row.ready, row.ready_containers, row.containers, row.restarts) == (True, 2, 3, 9)


def test_restarts_of_init_containers_count_while_they_run_and_not_afterwards() -> None:
    failing = {"initContainerStatuses": [{**waiting("CrashLoopBackOff", "i"), "restartCount": 5}]}
    assert pod(failing, INITS).restarts == 5
    through = {"initContainerStatuses": [{**ended(name="i"), "restartCount": 5}]}
    assert pod({**through, "containerStatuses": [running(restarts=1)]}, INITS).restarts == 1


def test_the_message_says_why_a_pod_does_not_run() -> None:
    unscheduled = {"conditions": [condition("PodScheduled", "False", message="0/3 nodes are available")]}
    assert pod(unscheduled).message == "0/3 nodes are available"
    assert pod({"containerStatuses": [waiting("ErrImagePull", message="not found")]}).message == "not found"
    assert pod({"reason": "Evicted", "message": "low on memory"}).message == "low on memory"


def container(cpu: str = "", memory: str = "", *, limit_cpu: str = "", **fields: Any) -> dict[str, Any]:
    requests = {name: amount for name, amount in (("cpu", cpu), ("memory", memory)) if amount}
    return {"resources": {"requests": requests, "limits": {"cpu": limit_cpu} if limit_cpu else {}}, **fields}


def test_requests_and_limits_are_summed_over_containers() -> None:
    row = pod(spec={"containers": [container("100m", "64Mi", limit_cpu="1"), container("0.2", "1Mi"), {}]})
    assert (row.cpu_request, row.memory_request) == (300, 65 * MIB)
    assert (row.cpu_limit, row.memory_limit) == (1000, 0)


def test_the_hungriest_init_container_counts_when_it_needs_more_than_the_rest_together() -> None:
    containers = [container("100m", "10Mi"), container("100m", "10Mi")]
    inits = [container("150m", "50Mi"), container("300m", "5Mi")]
    row = pod(spec={"containers": containers, "initContainers": inits})
    assert (row.cpu_request, row.memory_request) == (300, 50 * MIB)


def test_a_sidecar_counts_beside_the_containers_and_beside_later_init_containers() -> None:
    inits = [container("50m", restartPolicy="Always"), container("400m")]
    assert pod(spec={"containers": [container("100m")], "initContainers": inits}).cpu_request == 450
    assert pod(spec={"containers": [container("500m")], "initContainers": inits}).cpu_request == 550


def test_overhead_adds_to_requests_and_to_limits_that_are_set() -> None:
    spec = {"containers": [container("100m", limit_cpu="1")], "overhead": {"cpu": "250m", "memory": "120Mi"}}
    row = pod(spec=spec)
    assert (row.cpu_request, row.memory_request) == (350, 120 * MIB)
    assert (row.cpu_limit, row.memory_limit) == (1250, 0)
