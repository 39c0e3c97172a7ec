"""Table columns of pods and workloads, as API server v1.20 prints them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from kubesim.apis.printing.cells import AGE, NAME, NONE, at, column, integer, joined, labels, selector, text
from kubesim.apis.printing.durations import age, span
from kubesim.machinery.kinds import Column
from kubesim.storage.log import Object

_TEMPLATE = "spec.template"


def _containers(path: str) -> tuple[Column, Column]:
    def each(obj: Object, key: str) -> str:
        return ",".join(one.get(key, "") for one in at(obj, f"{path}.spec.containers", []))

    return (
        column("Containers", lambda obj: each(obj, "name"), wide=True),
        column("Images", lambda obj: each(obj, "image"), wide=True),
    )


_SELECTOR = column("Selector", lambda obj: selector(at(obj, "spec.selector", None)), wide=True)


def _pod_status(obj: Object) -> str:
    status, metadata = obj.get("status", {}), obj["metadata"]
    reason: str = status.get("reason") or status.get("phase", "")
    initial = _initializing(obj)
    if initial:
        reason = initial
    else:
        running = False
        for container in reversed(status.get("containerStatuses", ())):
            reason, running = _container_reason(container, reason, running=running)
        if reason == "Completed" and running:
            reason = "Running" if _is_ready(obj) else "NotReady"
    if "deletionTimestamp" in metadata:
        return "Unknown" if status.get("reason") == "NodeLost" else "Terminating"
    return reason


def _container_reason(container: Object, reason: str, *, running: bool) -> tuple[str, bool]:
    state = container.get("state", {})
    waiting, ended = state.get("waiting", {}), state.get("terminated", {})
    if waiting.get("reason"):
        return waiting["reason"], running
    if ended.get("reason"):
        return ended["reason"], running
    if ended:
        return _ended(ended), running
    return reason, running or bool(container.get("ready") and "running" in state)


def _initializing(obj: Object) -> str:
    total = len(obj["spec"].get("initContainers", ()))
    for position, container in enumerate(obj.get("status", {}).get("initContainerStatuses", ())):
        state = container.get("state", {})
        ended, waiting = state.get("terminated"), state.get("waiting", {})
        if ended is not None and ended.get("exitCode", 0) == 0:
            continue
        if ended is not None:
            return f"Init:{ended['reason']}" if ended.get("reason") else f"Init:{_ended(ended)}"
        if waiting.get("reason") not in (None, "", "PodInitializing"):
            return f"Init:{waiting['reason']}"
        return f"Init:{position}/{total}"
    return ""


def _ended(ended: Object) -> str:
    return f"Signal:{ended['signal']}" if ended.get("signal") else f"ExitCode:{ended.get('exitCode', 0)}"


def _is_ready(obj: Object) -> bool:
    conditions = obj.get("status", {}).get("conditions", ())
    return any(each["type"] == "Ready" and each["status"] == "True" for each in conditions)


def _pod_ready(obj: Object) -> str:
    ready = sum(
        bool(each.get("ready") and "running" in each.get("state", {}))
        for each in obj.get("status", {}).get("containerStatuses", ())
    )
    return f"{ready}/{len(obj['spec'].get('containers', ()))}"


def _restarts(obj: Object) -> int:
    status = obj.get("status", {})
    part = "initContainerStatuses" if _initializing(obj) else "containerStatuses"
    return sum(each.get("restartCount", 0) for each in status.get(part, ()))


def _gates(obj: Object) -> str:
    gates = obj["spec"].get("readinessGates")
    if not gates:
        return NONE
    met = {each["type"] for each in at(obj, "status.conditions", []) if each["status"] == "True"}
    return f"{sum(gate['conditionType'] in met for gate in gates)}/{len(gates)}"


_POD = (
    NAME,
    column("Ready", _pod_ready),
    column("Status", _pod_status),
    column("Restarts", _restarts, "integer"),
    AGE,
    text("IP", "status.podIP", NONE, wide=True),
    text("Node", "spec.nodeName", NONE, wide=True),
    text("Nominated Node", "status.nominatedNodeName", NONE, wide=True),
    column("Readiness Gates", _gates, wide=True),
)


def _of_wanted(obj: Object) -> str:
    return f"{at(obj, 'status.readyReplicas', 0)}/{at(obj, 'spec.replicas', 0)}"


_DEPLOYMENT = (
    NAME,
    column("Ready", _of_wanted),
    column("Up-to-date", lambda obj: at(obj, "status.updatedReplicas", 0)),
    column("Available", lambda obj: at(obj, "status.availableReplicas", 0)),
    AGE,
    *_containers(_TEMPLATE),
    _SELECTOR,
)

_REPLICAS = (
    NAME,
    integer("Desired", "spec.replicas"),
    integer("Current", "status.replicas"),
    integer("Ready", "status.readyReplicas"),
    AGE,
    *_containers(_TEMPLATE),
)

_STATEFUL_SET = (NAME, column("Ready", _of_wanted), AGE, *_containers(_TEMPLATE))

_DAEMON_SET = (
    NAME,
    integer("Desired", "status.desiredNumberScheduled"),
    integer("Current", "status.currentNumberScheduled"),
    integer("Ready", "status.numberReady"),
    integer("Up-to-date", "status.updatedNumberScheduled"),
    integer("Available", "status.numberAvailable"),
    column("Node Selector", lambda obj: labels(at(obj, "spec.template.spec.nodeSelector", None))),
    AGE,
    *_containers(_TEMPLATE),
    _SELECTOR,
)


def _completions(obj: Object) -> str:
    spec, done = obj["spec"], at(obj, "status.succeeded", 0)
    if spec.get("completions") is not None:
        return f"{done}/{spec['completions']}"
    parallelism = spec.get("parallelism", 0)
    return f"{done}/1 of {parallelism}" if parallelism > 1 else f"{done}/1"


def _duration(obj: Object, now: datetime) -> str:
    start, end = at(obj, "status.startTime", None), at(obj, "status.completionTime", None)
    if start is None:
        return ""
    if end is None:
        return age(start, now)
    return span(int((datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds()))


_JOB = (
    NAME,
    column("Completions", _completions),
    Column("Duration", _duration),
    AGE,
    *_containers(_TEMPLATE),
    _SELECTOR,
)


def _last_schedule(obj: Object, now: datetime) -> str:
    last = at(obj, "status.lastScheduleTime", None)
    return age(last, now) if last else NONE


_CRON_JOB = (
    NAME,
    text("Schedule", "spec.schedule"),
    column("Suspend", lambda obj: str(bool(at(obj, "spec.suspend", False))), "boolean"),
    column("Active", lambda obj: len(at(obj, "status.active", [])), "integer"),
    Column("Last Schedule", _last_schedule),
    AGE,
    *_containers("spec.jobTemplate.spec.template"),
    column("Selector", lambda obj: selector(at(obj, "spec.jobTemplate.spec.selector", {})), wide=True),
)

_POD_TEMPLATE = (
    NAME,
    column("Containers", lambda obj: joined(one["name"] for one in at(obj, "template.spec.containers", []))),
    column(
        "Images", lambda obj: joined(one.get("image", "") for one in at(obj, "template.spec.containers", []))
    ),
    column("Pod Labels", lambda obj: labels(at(obj, "template.metadata.labels", None))),
)


def _controller(obj: Object) -> str:
    owners: list[dict[str, Any]] = obj["metadata"].get("ownerReferences", [])
    owner = next((owner for owner in owners if owner.get("controller")), None)
    if owner is None:
        return NONE
    group = owner["apiVersion"].rpartition("/")[0]
    return f"{owner['kind'].lower()}{'.' + group if group else ''}/{owner['name']}"


_REVISION = (
    NAME,
    column("Controller", _controller),
    column("Revision", lambda obj: at(obj, "revision", 0)),
    AGE,
)

WORKLOADS: Mapping[tuple[str, str], tuple[Column, ...]] = {
    ("", "Pod"): _POD,
    ("", "PodTemplate"): _POD_TEMPLATE,
    ("", "ReplicationController"): (
        *_REPLICAS,
        column("Selector", lambda obj: labels(at(obj, "spec.selector", None)), wide=True),
    ),
    ("apps", "ControllerRevision"): _REVISION,
    ("apps", "DaemonSet"): _DAEMON_SET,
    ("apps", "Deployment"): _DEPLOYMENT,
    ("apps", "ReplicaSet"): (*_REPLICAS, _SELECTOR),
    ("apps", "StatefulSet"): _STATEFUL_SET,
    ("batch", "CronJob"): _CRON_JOB,
    ("batch", "Job"): _JOB,
}
"""By group and kind."""
