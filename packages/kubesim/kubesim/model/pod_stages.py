"""The pod lifecycle as stages: condition, delay and next state. Pure.

A `Stage` tells whether it applies to a pod, when it is due and what the pod is then. The next stage is the
one due first: a kubelet calls `upcoming`, waits, and calls `carry_out`. The image name decides what a
container does: ``crash`` crashes again and again, ``fail`` exits with an error, ``missing`` cannot be
pulled; others run without end, or for a limited time if restartPolicy is not Always.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NamedTuple

from apimachinery.times import rfc3339
from kubesim.model import pod_status
from kubesim.runtime import seeded
from kubesim.storage.log import Object

_LONGEST_BACK_OFF = 300.0
_LONGEST_STOP = 2.0
_NOTICED = 2.0
"""Seconds until a kubelet notices an exited container."""


@dataclass(frozen=True, slots=True)
class Host:
    """The node of a pod, as far as it affects the pod."""

    name: str
    ip: str = ""
    free_ip: str = ""
    """An address for a new pod."""
    images: frozenset[str] = field(default_factory=frozenset)
    """The images present on the node."""
    runtime: str = "containerd"


class KubeletEvent(NamedTuple):
    """An Event of the kubelet, for a container if it names one."""

    reason: str
    message: str
    warning: bool = False
    container: str = ""


class Outcome(NamedTuple):
    """The result of a stage: the pod's next state, or None for a deleted one."""

    pod: Object | None
    happenings: tuple[KubeletEvent, ...] = ()


class Step(NamedTuple):
    """A stage of a pod with its due time."""

    due: float
    stage: Stage
    position: int
    """The index of its container; 0 for the pod itself."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage: ``due`` gives its Unix time, or None where it does not apply."""

    name: str
    due: Callable[[Object, Host, int], float | None]
    then: Callable[[Object, Host, int, float], Outcome]
    per_container: bool = False


def upcoming(pod: Object, host: Host) -> Step | None:
    """The next stage of a pod on its node, or None."""
    steps = []
    for stage in POD_STAGES:
        positions = range(len(pod["status"].get("containerStatuses") or ())) if stage.per_container else (0,)
        for position in positions:
            due = stage.due(pod, host, position)
            if due is not None:
                steps.append(Step(due, stage, position))
    return min(steps, key=lambda step: step.due, default=None)


def carry_out(step: Step, pod: Object, host: Host, now: float) -> Outcome:
    """The pod after a due stage."""
    return step.stage.then(pod, host, step.position, now)


def last_word(image: str) -> str:
    """The image name without registry, tag and digest."""
    return image.partition("@")[0].rpartition("/")[2].partition(":")[0]


def run_time(pod: Object, position: int) -> float | None:
    """Seconds until a container exits by itself, or None."""
    container = pod["spec"]["containers"][position]
    name = last_word(container["image"])
    words = (_identity(pod), container["name"], "run")
    if name == "crash":
        return seeded.between(2, 6, *words)
    if name == "fail":
        return seeded.between(3, 9, *words)
    if pod["spec"].get("restartPolicy", "Always") == "Always":
        return None
    command = " ".join([*container.get("command", ()), *container.get("args", ())])
    requested = re.search(r"\bsleep (\d{1,7})\b", command)
    return float(requested[1]) if requested else seeded.between(5, 25, *words)


def exit_code(pod: Object, position: int) -> int:
    """The exit code of a container."""
    return 1 if last_word(pod["spec"]["containers"][position]["image"]) in ("crash", "fail") else 0


def back_off(restarts: int) -> float:
    """The restart backoff (CrashLoopBackOff) in seconds: 0, then 10, 20, 40, up to 300."""
    return min(10.0 * 2 ** (restarts - 1), _LONGEST_BACK_OFF) if restarts else _NOTICED


def _identity(pod: Object) -> str:
    """The random seed of a pod: not its uid, which differs between runs."""
    metadata = pod["metadata"]
    return f"{metadata['namespace']}/{metadata['name']}@{metadata['creationTimestamp']}"


def _runs(pod: Object) -> bool:
    return "deletionTimestamp" not in pod["metadata"] and not pod_status.is_over(pod)


def _seconds(moment: str) -> float:
    return datetime.fromisoformat(moment).timestamp()


def _stamp(now: float) -> str:
    return rfc3339(datetime.fromtimestamp(now, UTC))


# terminating pods -----------------------------------------------------------------------------------


def _stopped_at(pod: Object, _host: Host, _position: int) -> float | None:
    metadata = pod["metadata"]
    grace: int = metadata.get("deletionGracePeriodSeconds", 0)
    if "deletionTimestamp" not in metadata or not grace:
        # without a grace period the kubelet has no part in the deletion
        return None
    requested = _seconds(metadata["deletionTimestamp"]) - grace
    return requested + min(grace, seeded.between(0.5, _LONGEST_STOP, _identity(pod), "stop"))


def _stopped(_pod: Object, _host: Host, _position: int, _now: float) -> Outcome:
    return Outcome(None)


# newly bound pods -----------------------------------------------------------------------------------


def _accepted_at(pod: Object, _host: Host, _position: int) -> float | None:
    if not _runs(pod) or pod["status"].get("startTime"):
        return None
    return pod_status.since(pod, "PodScheduled") + seeded.between(0.05, 0.4, _identity(pod), "accept")


def _accepted(pod: Object, host: Host, _position: int, now: float) -> Outcome:
    pulls = tuple(
        KubeletEvent("Pulling", f'Pulling image "{container["image"]}"', container=container["name"])
        for container in pod["spec"]["containers"]
        if _is_pulled(container, host)
    )
    return Outcome(pod_status.accepted(pod, host.ip, _stamp(now)), pulls)


def _is_pulled(container: Object, host: Host) -> bool:
    policy = container.get("imagePullPolicy", "IfNotPresent")
    return policy == "Always" or (policy == "IfNotPresent" and container["image"] not in host.images)


# init containers, in sequence -----------------------------------------------------------------------


def _initialized_at(pod: Object, _host: Host, _position: int) -> float | None:
    statuses = pod["status"].get("initContainerStatuses") or []
    waiting = [status for status in statuses if "terminated" not in status["state"]]
    if not _runs(pod) or not waiting:
        return None
    ended = [
        _seconds(status["state"]["terminated"]["finishedAt"]) for status in statuses if status not in waiting
    ]
    before = max(ended, default=_seconds(pod["status"]["startTime"]))
    return before + seeded.between(1, 4, _identity(pod), waiting[0]["name"])


def _initialized(pod: Object, host: Host, _position: int, now: float) -> Outcome:
    statuses = pod["status"]["initContainerStatuses"]
    name = next(status["name"] for status in statuses if "terminated" not in status["state"])
    image = next(one["image"] for one in pod["spec"]["initContainers"] if one["name"] == name)
    started = (
        KubeletEvent("Pulled", f'Container image "{image}" already present on machine', container=name),
        KubeletEvent("Created", f"Created container {name}", container=name),
        KubeletEvent("Started", f"Started container {name}", container=name),
    )
    return Outcome(pod_status.init_ended(pod, name, host.runtime, _stamp(now)), started)


# containers: pull, start, ready, exit, restart ------------------------------------------------------


def _waits(pod: Object, position: int) -> str:
    """The reason of a waiting container; "" for others."""
    state = pod["status"]["containerStatuses"][position]["state"]
    return str(state.get("waiting", {}).get("reason", ""))


def _pulled_at(pod: Object, host: Host, position: int) -> float | None:
    if not _runs(pod) or _waits(pod, position) != "ContainerCreating":
        return None
    if any("terminated" not in one["state"] for one in pod["status"].get("initContainerStatuses") or ()):
        return None
    began = max(_seconds(pod["status"]["startTime"]), pod_status.since(pod, "Initialized"))
    return began + _pull_seconds(pod, host, position)


def _pull_seconds(pod: Object, host: Host, position: int) -> float:
    container = pod["spec"]["containers"][position]
    words = (host.name, container["image"], _identity(pod))
    return seeded.between(1.5, 8, *words) if _is_pulled(container, host) else seeded.between(0.4, 1.2, *words)


def _pulled(pod: Object, host: Host, position: int, now: float) -> Outcome:
    container = pod["spec"]["containers"][position]
    image = container["image"]
    if last_word(image) == "missing":
        return _pull_failed(pod, host, position, now)
    if _is_pulled(container, host):
        took = _pull_seconds(pod, host, position)
        text = f'Successfully pulled image "{image}" in {took:.9g}s'
    else:
        text = f'Container image "{image}" already present on machine'
    return _start(pod, host, position, now, text)


def _start(pod: Object, host: Host, position: int, now: float, text: str) -> Outcome:
    name = pod["spec"]["containers"][position]["name"]
    happenings = (
        KubeletEvent("Pulled", text, container=name),
        KubeletEvent("Created", f"Created container {name}", container=name),
        KubeletEvent("Started", f"Started container {name}", container=name),
    )
    return Outcome(pod_status.started(pod, position, host.free_ip, host.runtime, _stamp(now)), happenings)


def _pull_failed(pod: Object, _host: Host, position: int, now: float) -> Outcome:
    container = pod["spec"]["containers"][position]
    image, name = container["image"], container["name"]
    why = (
        f'rpc error: code = NotFound desc = failed to pull and unpack image "{image}":'
        f' failed to resolve reference "{image}": {image}: not found'
    )
    happenings = (
        KubeletEvent("Failed", f'Failed to pull image "{image}": {why}', warning=True, container=name),
        KubeletEvent("Failed", "Error: ErrImagePull", warning=True, container=name),
    )
    return Outcome(pod_status.waiting(pod, position, "ErrImagePull", why, _stamp(now)), happenings)


def _pull_given_up_at(pod: Object, _host: Host, position: int) -> float | None:
    if not _runs(pod) or _waits(pod, position) != "ErrImagePull":
        return None
    return max(_seconds(pod["status"]["startTime"]), pod_status.since(pod, "ContainersReady")) + 12


def _pull_given_up(pod: Object, _host: Host, position: int, now: float) -> Outcome:
    container = pod["spec"]["containers"][position]
    text = f'Back-off pulling image "{container["image"]}"'
    happenings = (
        KubeletEvent("BackOff", text, container=container["name"]),
        KubeletEvent("Failed", "Error: ImagePullBackOff", warning=True, container=container["name"]),
    )
    return Outcome(pod_status.waiting(pod, position, "ImagePullBackOff", text, _stamp(now)), happenings)


def _ready_at(pod: Object, _host: Host, position: int) -> float | None:
    status = pod["status"]["containerStatuses"][position]
    running = status["state"].get("running")
    if not _runs(pod) or running is None or status["ready"]:
        return None
    probe = pod["spec"]["containers"][position].get("readinessProbe") or {}
    ends = run_time(pod, position)
    delay = probe.get("initialDelaySeconds", 0) + seeded.between(0.1, 1.5, _identity(pod), "ready")
    return None if ends is not None and ends <= delay else _seconds(running["startedAt"]) + delay


def _ready(pod: Object, _host: Host, position: int, now: float) -> Outcome:
    return Outcome(pod_status.ready(pod, position, _stamp(now)))


def _ended_at(pod: Object, _host: Host, position: int) -> float | None:
    running = pod["status"]["containerStatuses"][position]["state"].get("running")
    if not _runs(pod) or running is None:
        return None
    life = run_time(pod, position)
    return None if life is None else _seconds(running["startedAt"]) + life


def _ended(pod: Object, _host: Host, position: int, now: float) -> Outcome:
    return Outcome(pod_status.ended(pod, position, exit_code(pod, position), _stamp(now)))


def _is_restarted(pod: Object, position: int) -> bool:
    ended = pod["status"]["containerStatuses"][position]["state"].get("terminated")
    policy = pod["spec"].get("restartPolicy", "Always")
    return ended is not None and (policy == "Always" or (policy == "OnFailure" and ended["exitCode"] != 0))


def _backed_off_at(pod: Object, _host: Host, position: int) -> float | None:
    status = pod["status"]["containerStatuses"][position]
    if not _runs(pod) or not _is_restarted(pod, position) or not status["restartCount"]:
        return None
    return _seconds(status["state"]["terminated"]["finishedAt"]) + _NOTICED


def _backed_off(pod: Object, _host: Host, position: int, now: float) -> Outcome:
    status = pod["status"]["containerStatuses"][position]
    metadata = pod["metadata"]
    wait = _go_duration(back_off(status["restartCount"]))
    text = (
        f"back-off {wait} restarting failed container={status['name']}"
        f" pod={metadata['name']}_{metadata['namespace']}({metadata['uid']})"
    )
    event = KubeletEvent(
        "BackOff", "Back-off restarting failed container", warning=True, container=status["name"]
    )
    return Outcome(pod_status.waiting(pod, position, "CrashLoopBackOff", text, _stamp(now)), (event,))


def _go_duration(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes}m{rest}s" if minutes else f"{rest}s"


def _restarted_at(pod: Object, _host: Host, position: int) -> float | None:
    status = pod["status"]["containerStatuses"][position]
    if not _runs(pod):
        return None
    if _waits(pod, position) == "CrashLoopBackOff":
        ended = status["lastState"]["terminated"]
    elif _is_restarted(pod, position) and not status["restartCount"]:
        ended = status["state"]["terminated"]
    else:
        return None
    return _seconds(ended["finishedAt"]) + back_off(status["restartCount"])


def _restarted(pod: Object, host: Host, position: int, now: float) -> Outcome:
    container = pod["spec"]["containers"][position]
    text = f'Container image "{container["image"]}" already present on machine'
    return _start(pod, host, position, now, text)


POD_STAGES = (
    Stage("stopped", _stopped_at, _stopped),
    Stage("accepted", _accepted_at, _accepted),
    Stage("initialized", _initialized_at, _initialized),
    Stage("pulled", _pulled_at, _pulled, per_container=True),
    Stage("pull given up", _pull_given_up_at, _pull_given_up, per_container=True),
    Stage("ready", _ready_at, _ready, per_container=True),
    Stage("ended", _ended_at, _ended, per_container=True),
    Stage("backed off", _backed_off_at, _backed_off, per_container=True),
    Stage("restarted", _restarted_at, _restarted, per_container=True),
)
"""All stages."""
