"""Node semantics: health, role, state, autonomy, pool and size.

Source: docs/reference/openyurt.md; the console's own decisions are in
docs/decisions/0027-the-contract-decided.md. All functions accept any node, also one without labels,
conditions, addresses or capacity.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from apimachinery import durations
from apimachinery.quantities import bytes_text, cpu_text
from apimachinery.times import rfc3339
from yurt_console.rows import Condition, Node
from yurt_console.yurt import well_known_labels

READY, NOT_READY, OFFLINE, AUTONOMOUS = "Ready", "NotReady", "Offline", "Autonomous"
STATES = (READY, NOT_READY, OFFLINE, AUTONOMOUS)
"""All states of a node, for filters."""
SCHEDULING_DISABLED = "SchedulingDisabled"

_PRESSURES = frozenset({"MemoryPressure", "DiskPressure", "PIDPressure", "NetworkUnavailable"})
_NO_CONDITION = Condition("", "")


@dataclass(frozen=True, slots=True)
class Autonomy:
    """The pods of a node stay while it is offline: for ``seconds``, or without limit if None."""

    seconds: float | None


def healthy(node: Node) -> bool:
    """Whether the condition Ready is True, as a pool counts ready nodes."""
    return node.ready == "True"


def role(node: Node) -> str:
    """ "control-plane", "cloud", "edge", or "node" for a node without a role in OpenYurt."""
    labels = node.labels
    if any(key in labels for key in well_known_labels.CONTROL_PLANE_LABELS):
        return "control-plane"
    if labels.get(well_known_labels.GENERIC_ROLE_LABEL) in ("control-plane", "master"):
        return "control-plane"
    edge = _first(node, well_known_labels.EDGE_WORKER_LABELS)
    return {"true": "edge", "false": "cloud"}.get(edge, "node")


def autonomy_of(node: Node) -> Autonomy | None:
    """The autonomy of a node; None without. Applies OpenYurt's order of precedence.

    Only edge nodes have autonomy. The binding and the older annotations come first and set no limit. Next
    comes the duration: 0 or less sets no limit, and an unparsable text means no autonomy.
    """
    if _first(node, well_known_labels.EDGE_WORKER_LABELS) != "true":
        return None
    annotations = node.annotations
    for key in (well_known_labels.BINDING_ANNOTATION, *well_known_labels.AUTONOMY_ANNOTATIONS):
        if annotations.get(key) == "true":
            return Autonomy(None)
    text = annotations.get(well_known_labels.AUTONOMY_DURATION_ANNOTATION)
    if text is None:
        return None
    try:
        nanoseconds = durations.parse(text)
    except durations.DurationError:
        return None
    return Autonomy(nanoseconds / 10**9 if nanoseconds > 0 else None)


def autonomy_ends(node: Node) -> str:
    """When the autonomy of an offline node ends (RFC 3339, UTC); "" when it does not."""
    autonomy = autonomy_of(node)
    if node.ready != "Unknown" or autonomy is None or autonomy.seconds is None:
        return ""
    try:
        since = datetime.fromisoformat(_condition(node, "Ready").since)
        return rfc3339(since + timedelta(seconds=autonomy.seconds))
    except (ValueError, OverflowError):
        return ""


def state(node: Node, now: str = "") -> str:
    """One of `STATES`. Offline: the kubelet is silent. Autonomous: offline, and the pods stay.

    With ``now`` (RFC 3339, UTC), a node with an expired autonomy is Offline.
    """
    if node.ready == "True":
        return READY
    if node.ready != "Unknown":
        return NOT_READY
    if autonomy_of(node) is None:
        return OFFLINE
    ends = autonomy_ends(node)
    return OFFLINE if now and ends and ends <= now else AUTONOMOUS


def status(node: Node, now: str = "") -> str:
    """The contract's ``status``: the state, with ",SchedulingDisabled" for a cordoned node, as in kubectl."""
    return f"{state(node, now)},{SCHEDULING_DISABLED}" if node.unschedulable else state(node, now)


def details(node: Node) -> tuple[str, ...]:
    """Further conditions to show beside the status: "Delegated", "Converting", "DiskPressure" ..."""
    found = []
    if healthy(node) and any(taint.key == well_known_labels.DELEGATED_TAINT for taint in node.taints):
        found.append("Delegated")
    conversion = _condition(node, well_known_labels.CONVERSION_CONDITION)
    if conversion.status == "True":
        found.append(conversion.reason if conversion.reason.endswith("Failed") else "ConvertFailed")
    elif conversion.reason in ("Converting", "Reverting"):
        found.append(conversion.reason)
    found += [item.type for item in node.conditions if item.type in _PRESSURES and item.status == "True"]
    return tuple(found)


def pool(node: Node, pool_label: str = well_known_labels.NODE_POOL_LABEL) -> str:
    """The node's pool, else its desired pool (OpenYurt up to 1.3), else ""."""
    return node.labels.get(pool_label) or node.labels.get(well_known_labels.DESIRED_NODE_POOL_LABEL) or ""


def internal_ip(node: Node) -> str:
    """The first InternalIP, else the first ExternalIP, else ""."""
    for wanted in ("InternalIP", "ExternalIP"):
        for kind, address in node.addresses:
            if kind == wanted:
                return address
    return ""


def configuration(node: Node) -> str:
    """The node's size: "4 CPU, 8 GiB, 100 GiB" (CPU, memory, ephemeral storage), without unknown parts."""
    parts = []
    if node.capacity_cpu:
        parts.append(f"{cpu_text(node.capacity_cpu)} CPU")
    parts += [bytes_text(size) for size in (node.capacity_memory, node.capacity_storage) if size]
    return ", ".join(parts)


def system(node: Node) -> str:
    """Operating system and architecture: "linux/arm64"; one of them, or "", when the rest is unknown."""
    operating_system = node.operating_system or _first(node, well_known_labels.OS_LABELS)
    architecture = node.architecture or _first(node, well_known_labels.ARCHITECTURE_LABELS)
    return "/".join(part for part in (operating_system, architecture) if part)


def resource_text(requests: int, limits: int, usage: int | None, text: Callable[[int], str]) -> str:
    """The contract's ``nodeStatus.cpu`` and ``memory``: "requests 250m, limits 1, usage 310m".

    ``text`` is `cpu_text` or `bytes_text`. A usage of None, not measured, is shown as "-".
    """
    used = "-" if usage is None else text(usage)
    return f"requests {text(requests)}, limits {text(limits)}, usage {used}"


def _condition(node: Node, kind: str) -> Condition:
    return next((item for item in node.conditions if item.type == kind), _NO_CONDITION)


def _first(node: Node, keys: tuple[str, ...]) -> str:
    return next((node.labels[key] for key in keys if key in node.labels), "")
