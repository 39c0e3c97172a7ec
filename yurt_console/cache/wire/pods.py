"""Pod: wire struct and row, with kubectl's STATUS and the scheduler's sums of requests and limits.

Sources: Kubernetes' pkg/printers/internalversion/printers.go (printPod) for STATUS, ready containers and
restarts; pkg/api/v1/resource (PodRequests, PodLimits) for the sums.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, TypeAlias

import msgspec

from apimachinery.quantities import millicores, whole
from yurt_console.cache.decoding import Decoder
from yurt_console.cache.wire.meta import Amounts, Container, ObjectMeta, PodSpec, WireCondition, images
from yurt_console.cache.wire.sharing import shared, text
from yurt_console.rows import Pod

_NODE_LOST = "NodeLost"
_GATED = "SchedulingGated"

_Share: TypeAlias = Callable[[Container], tuple[int, int]]


class _Waiting(msgspec.Struct, gc=False):
    reason: str = ""
    message: str = ""


class _Terminated(msgspec.Struct, gc=False, rename="camel"):
    reason: str = ""
    message: str = ""
    exit_code: int = 0
    signal: int = 0

    def words(self) -> str:
        if self.reason:
            return self.reason
        return f"Signal:{self.signal}" if self.signal else f"ExitCode:{self.exit_code}"


class _Running(msgspec.Struct, gc=False):
    pass


class _State(msgspec.Struct, gc=False):
    waiting: _Waiting | None = None
    terminated: _Terminated | None = None
    running: _Running | None = None


class _ContainerStatus(msgspec.Struct, gc=False, rename="camel"):
    name: str = ""
    ready: bool = False
    started: bool | None = None
    restart_count: int = 0
    state: _State = msgspec.field(default_factory=_State)


class _PodStatus(msgspec.Struct, gc=False, rename="camel"):
    phase: str = ""
    reason: str = ""
    message: str = ""
    pod_ip: str = msgspec.field(default="", name="podIP")
    conditions: list[WireCondition] | None = None
    container_statuses: list[_ContainerStatus] | None = None
    init_container_statuses: list[_ContainerStatus] | None = None


class WirePod(msgspec.Struct, gc=False):
    """core/v1 Pod on the wire."""

    metadata: ObjectMeta
    spec: PodSpec = msgspec.field(default_factory=PodSpec)
    status: _PodStatus = msgspec.field(default_factory=_PodStatus)


class _Printed(msgspec.Struct, gc=False):
    """kubectl's columns of a pod under construction."""

    reason: str
    message: str = ""
    ready: int = 0
    restarts: int = 0


def pod(wire: WirePod) -> Pod:
    """The row of a pod."""
    spec, status = wire.spec, wire.status
    sidecars = {each.name for each in spec.init_containers or () if each.restart_policy == "Always"}
    ready = _condition(status, "Ready")
    printed = _printed(wire, sidecars)
    cpu_request, cpu_limit, memory_request, memory_limit = _requests_and_limits(spec)
    return Pod(
        *wire.metadata.identity(),
        text(status.phase),
        text(printed.reason),
        text(status.message or printed.message),
        ready is not None and ready.status == "True",
        printed.ready,
        len(spec.containers or ()) + len(sidecars),
        printed.restarts,
        text(spec.node_name),
        status.pod_ip,
        images(spec.containers),
        cpu_request,
        cpu_limit,
        memory_request,
        memory_limit,
        *wire.metadata.owner(),
    )


def _condition(status: _PodStatus, kind: str) -> WireCondition | None:
    for condition in status.conditions or ():
        if condition.type == kind:
            return condition
    return None


def _printed(wire: WirePod, sidecars: set[str]) -> _Printed:
    status = wire.status
    printed = _Printed(status.reason or status.phase)
    scheduled = _condition(status, "PodScheduled")
    if scheduled is not None and scheduled.status == "False":
        printed.message = scheduled.message
        if scheduled.reason == _GATED:
            printed.reason = _GATED
    initialized = _condition(status, "Initialized")
    through, sidecar_restarts = _print_init(wire, sidecars, printed)
    if through or (initialized is not None and initialized.status == "True"):
        printed.restarts = sidecar_restarts
        _print_containers(wire, printed)
    if wire.metadata.deletion_timestamp:
        printed.reason = "Unknown" if status.reason == _NODE_LOST else "Terminating"
    return printed


def _print_init(wire: WirePod, sidecars: set[str], printed: _Printed) -> tuple[bool, int]:
    """Whether all init containers have finished, and how often the sidecars restarted."""
    sidecar_restarts = 0
    for done, container in enumerate(wire.status.init_container_statuses or ()):
        printed.restarts += container.restart_count
        is_sidecar = container.name in sidecars
        if is_sidecar:
            sidecar_restarts += container.restart_count
        waiting, terminated = container.state.waiting, container.state.terminated
        if terminated is not None and terminated.exit_code == 0:
            continue
        if is_sidecar and container.started:
            printed.ready += container.ready
            continue
        if terminated is not None:
            printed.reason, printed.message = f"Init:{terminated.words()}", terminated.message
        elif waiting is not None and waiting.reason not in ("", "PodInitializing"):
            printed.reason, printed.message = f"Init:{waiting.reason}", waiting.message
        else:
            printed.reason = f"Init:{done}/{len(wire.spec.init_containers or ())}"
        return False, sidecar_restarts
    return True, sidecar_restarts


def _print_containers(wire: WirePod, printed: _Printed) -> None:
    running = False
    for container in reversed(wire.status.container_statuses or ()):
        printed.restarts += container.restart_count
        waiting, terminated = container.state.waiting, container.state.terminated
        if waiting is not None and waiting.reason:
            printed.reason, printed.message = waiting.reason, waiting.message
        elif terminated is not None:
            printed.reason, printed.message = terminated.words(), terminated.message
        elif container.ready and container.state.running is not None:
            running = True
            printed.ready += 1
    if printed.reason == "Completed" and running:
        ready = _condition(wire.status, "Ready")
        printed.reason = "Running" if ready is not None and ready.status == "True" else "NotReady"


def _requests_and_limits(spec: PodSpec) -> tuple[int, int, int, int]:
    """CPU request and limit in millicores, memory request and limit in bytes."""
    requests = _total(spec, _requests)
    limits = _total(spec, _limits)
    over_cpu, over_memory = _measure(spec.overhead)
    return (
        shared(requests[0] + over_cpu),
        shared(limits[0] + over_cpu if limits[0] else 0),
        shared(requests[1] + over_memory),
        shared(limits[1] + over_memory if limits[1] else 0),
    )


def _total(spec: PodSpec, share: _Share) -> tuple[int, int]:
    """The sum over all containers, or the peak during initialization, whichever is more."""
    cpu, memory = _sum(spec.containers or (), share)
    peak_cpu = peak_memory = beside_cpu = beside_memory = 0
    for container in spec.init_containers or ():
        own_cpu, own_memory = share(container)
        peak_cpu = max(peak_cpu, beside_cpu + own_cpu)
        peak_memory = max(peak_memory, beside_memory + own_memory)
        if container.restart_policy == "Always":  # a sidecar keeps running beside the containers after it
            beside_cpu += own_cpu
            beside_memory += own_memory
    return max(cpu + beside_cpu, peak_cpu), max(memory + beside_memory, peak_memory)


def _sum(containers: Sequence[Container], share: _Share) -> tuple[int, int]:
    cpu = memory = 0
    for container in containers:
        own_cpu, own_memory = share(container)
        cpu += own_cpu
        memory += own_memory
    return cpu, memory


def _requests(container: Container) -> tuple[int, int]:
    return _measure(None if container.resources is None else container.resources.requests)


def _limits(container: Container) -> tuple[int, int]:
    return _measure(None if container.resources is None else container.resources.limits)


def _measure(amounts: Amounts | None) -> tuple[int, int]:
    return (0, 0) if amounts is None else (millicores(amounts.cpu), whole(amounts.memory))


PODS: Final = Decoder(WirePod, pod)
