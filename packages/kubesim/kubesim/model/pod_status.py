"""Pod status at each stage, as kubelet v1.20 writes it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from kubesim.runtime import seeded
from kubesim.storage.log import Object


def is_over(pod: Object) -> bool:
    """Whether a pod has finished: Succeeded or Failed."""
    return pod.get("status", {}).get("phase") in ("Succeeded", "Failed")


def condition(pod: Object, kind: str) -> Object | None:
    """One condition."""
    return next((one for one in pod["status"].get("conditions") or () if one["type"] == kind), None)


def since(pod: Object, kind: str) -> float:
    """The lastTransitionTime of a condition as Unix time; the pod's creation without it."""
    found = condition(pod, kind)
    moment = (found or {}).get("lastTransitionTime") or pod["metadata"]["creationTimestamp"]
    return datetime.fromisoformat(moment).timestamp()


def is_ready(pod: Object) -> bool:
    """Whether the Ready condition is true."""
    found = condition(pod, "Ready")
    return found is not None and found["status"] == "True"


def with_condition(conditions: Sequence[Object], kind: str, status: str, now: str, *why: str) -> list[Object]:
    """Conditions with one set, ``why`` being reason and message; its time changes with its status only."""
    old = next((one for one in conditions if one["type"] == kind), None)
    moment = old["lastTransitionTime"] if old and old["status"] == status else now
    new: Object = {"type": kind, "status": status, "lastProbeTime": None, "lastTransitionTime": moment}
    new |= {key: value for key, value in zip(("reason", "message"), why, strict=False) if value}
    if old is None:
        return [*conditions, new]
    return [new if one is old else one for one in conditions]


def accepted(pod: Object, host_ip: str, now: str) -> Object:
    """The kubelet has accepted the pod."""
    spec, status = pod["spec"], pod["status"]
    init = [_creating(one, "PodInitializing") for one in spec.get("initContainers") or ()]
    reason = "PodInitializing" if init else "ContainerCreating"
    new = {
        **status,
        "phase": "Pending",
        "hostIP": host_ip,
        "startTime": now,
        "containerStatuses": [_creating(one, reason) for one in spec["containers"]],
    }
    if init:
        new["initContainerStatuses"] = init
    return settled({**pod, "status": new}, now)


def _creating(container: Object, reason: str) -> Object:
    return {
        "name": container["name"],
        "image": container["image"],
        "imageID": "",
        "ready": False,
        "started": False,
        "restartCount": 0,
        "state": {"waiting": {"reason": reason}},
        "lastState": {},
    }


def init_ended(pod: Object, name: str, runtime: str, now: str) -> Object:
    """An init container has succeeded."""
    statuses = []
    for status in pod["status"]["initContainerStatuses"]:
        if status["name"] != name:
            statuses.append(status)
            continue
        identity = container_id(pod, name, 0, runtime)
        done = {
            "exitCode": 0,
            "reason": "Completed",
            "startedAt": now,
            "finishedAt": now,
            "containerID": identity,
        }
        statuses.append(
            {
                **status,
                "imageID": image_id(status["image"]),
                "containerID": identity,
                "ready": True,
                "state": {"terminated": done},
            }
        )
    containers = pod["status"]["containerStatuses"]
    if all("terminated" in status["state"] for status in statuses):
        containers = [
            {**status, "state": {"waiting": {"reason": "ContainerCreating"}}} for status in containers
        ]
    status = {**pod["status"], "initContainerStatuses": statuses, "containerStatuses": containers}
    return settled({**pod, "status": status}, now)


def started(pod: Object, position: int, free_ip: str, runtime: str, now: str) -> Object:
    """A container has started or restarted."""
    status = pod["status"]["containerStatuses"][position]
    ended = status["state"].get("terminated") or status["lastState"].get("terminated")
    restarts = status["restartCount"] + (1 if ended else 0)
    container = pod["spec"]["containers"][position]
    new = {
        **status,
        "imageID": image_id(status["image"]),
        "containerID": container_id(pod, status["name"], restarts, runtime),
        "restartCount": restarts,
        "started": True,
        "ready": "readinessProbe" not in container,
        "state": {"running": {"startedAt": now}},
        "lastState": {"terminated": ended} if ended else {},
    }
    addressed = pod["status"]
    if "podIP" not in addressed:
        ip = addressed.get("hostIP", "") if pod["spec"].get("hostNetwork") else free_ip
        addressed = {**addressed, "podIP": ip, "podIPs": [{"ip": ip}]} if ip else addressed
    return _with_container({**pod, "status": addressed}, position, new, now)


def ready(pod: Object, position: int, now: str) -> Object:
    """A container's readiness probe succeeds."""
    status = {**pod["status"]["containerStatuses"][position], "ready": True}
    return _with_container(pod, position, status, now)


def ended(pod: Object, position: int, exit_code: int, now: str) -> Object:
    """A container has exited."""
    status = pod["status"]["containerStatuses"][position]
    terminated = {
        "exitCode": exit_code,
        "reason": "Error" if exit_code else "Completed",
        "startedAt": status["state"]["running"]["startedAt"],
        "finishedAt": now,
        "containerID": status["containerID"],
    }
    new = {**status, "ready": False, "started": False, "state": {"terminated": terminated}}
    return _with_container(pod, position, new, now)


def waiting(pod: Object, position: int, reason: str, message: str, now: str) -> Object:
    """A container waits for a reason."""
    status = pod["status"]["containerStatuses"][position]
    last = status["state"].get("terminated")
    new = {
        **status,
        "ready": False,
        "started": False,
        "state": {"waiting": {"reason": reason, "message": message}},
        "lastState": {"terminated": last} if last else status["lastState"],
    }
    return _with_container(pod, position, new, now)


def container_id(pod: Object, container: str, restarts: int, runtime: str) -> str:
    """A hash of its name, so that it is deterministic."""
    words = (pod["metadata"]["uid"], container, restarts)
    return f"{runtime}://" + "".join(f"{seeded.number(*words, part):016x}" for part in range(4))


def image_id(image: str) -> str:
    """The digest of an image."""
    name = image.partition("@")[0]
    base, colon, tag = name.rpartition(":")
    repository = base if colon and "/" not in tag else name
    digest = "".join(f"{seeded.number(name, part):016x}" for part in range(4))
    return f"{repository}@sha256:{digest}"


def _with_container(pod: Object, position: int, status: Object, now: str) -> Object:
    statuses = list(pod["status"]["containerStatuses"])
    statuses[position] = status
    return settled({**pod, "status": {**pod["status"], "containerStatuses": statuses}}, now)


def settled(pod: Object, now: str) -> Object:
    """Phase and conditions derived from the container statuses."""
    spec, status = pod["spec"], pod["status"]
    statuses, init = status["containerStatuses"], status.get("initContainerStatuses") or []
    phase = _phase(spec.get("restartPolicy", "Always"), statuses)
    incomplete = [one["name"] for one in init if "terminated" not in one["state"]]
    unready = [one["name"] for one in statuses if not one["ready"]]
    conditions: list[Object] = list(status.get("conditions") or ())
    over = "PodCompleted" if phase == "Succeeded" else ""
    if incomplete:
        text = f"containers with incomplete status: [{' '.join(incomplete)}]"
        conditions = with_condition(conditions, "Initialized", "False", now, "ContainersNotInitialized", text)
    else:
        conditions = with_condition(conditions, "Initialized", "True", now, over)
    for kind in ("Ready", "ContainersReady"):
        if over:
            conditions = with_condition(conditions, kind, "False", now, over)
        elif unready:
            text = f"containers with unready status: [{' '.join(unready)}]"
            conditions = with_condition(conditions, kind, "False", now, "ContainersNotReady", text)
        else:
            conditions = with_condition(conditions, kind, "True", now)
    return {**pod, "status": {**status, "phase": phase, "conditions": _ordered(conditions)}}


_ORDER = ("Initialized", "Ready", "ContainersReady", "PodScheduled")


def _ordered(conditions: list[Object]) -> list[Object]:
    return sorted(conditions, key=lambda one: _ORDER.index(one["type"]) if one["type"] in _ORDER else 9)


def _phase(policy: str, statuses: list[Object]) -> str:
    states: list[dict[str, Any]] = [one["state"] for one in statuses]
    if policy != "Always" and all("terminated" in state for state in states):
        codes = [state["terminated"]["exitCode"] for state in states]
        if not any(codes):
            return "Succeeded"
        if policy == "Never":
            return "Failed"
    never_ran = any("waiting" in one["state"] and not one["lastState"] for one in statuses)
    return "Pending" if never_ran else "Running"
