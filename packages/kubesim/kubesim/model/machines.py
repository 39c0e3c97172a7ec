"""Simulated machines as Node objects. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from kubesim.runtime import seeded
from kubesim.storage.log import Object

KUBELET_ANNOTATION = "simulator.yurt-console.io/kubelet"
"""On Nodes that are simulated inside the server: RUNNING, or STOPPED for a kubelet without heartbeats."""
RUNNING, STOPPED = "running", "stopped"
KUBELET_VERSION = "v1.20.11"

PRESSURES = (
    ("MemoryPressure", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
    ("DiskPressure", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
    ("PIDPressure", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
)


@dataclass(frozen=True, slots=True)
class Machine:
    """The hardware, address and labels of a machine."""

    name: str
    cpu: int = 4
    memory_gib: int = 8
    storage_gib: int = 100
    architecture: str = "amd64"
    edge: bool = True
    ip: str = "10.0.0.1"
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    taints: tuple[Mapping[str, str], ...] = ()
    pod_cidr: str = ""
    os_image: str = "Ubuntu 22.04.4 LTS"
    kernel: str = "5.15.0-105-generic"


def labels(machine: Machine) -> dict[str, str]:
    """The labels that a kubelet sets on its own Node."""
    return {
        "beta.kubernetes.io/arch": machine.architecture,
        "beta.kubernetes.io/os": "linux",
        "kubernetes.io/arch": machine.architecture,
        "kubernetes.io/hostname": machine.name,
        "kubernetes.io/os": "linux",
        "openyurt.io/is-edge-worker": "true" if machine.edge else "false",
        **machine.labels,
    }


def node(machine: Machine, now: str, *, inside: bool = True) -> Object:
    """The Node of a machine as its kubelet registers it; ``inside``: its kubelet is part of the server."""
    kept_back = min(machine.memory_gib * 1024 // 16, 1024)
    capacity = {
        "cpu": str(machine.cpu),
        "memory": f"{machine.memory_gib * 1024 * 1024}Ki",
        "ephemeral-storage": f"{machine.storage_gib * 1024 * 1024}Ki",
        "pods": "110",
    }
    memory = f"{(machine.memory_gib * 1024 - kept_back) * 1024}Ki"
    storage = f"{machine.storage_gib * 1024 * 1024 * 9 // 10}Ki"
    metadata: Object = {
        "name": machine.name,
        "labels": labels(machine),
        "annotations": {
            "node.alpha.kubernetes.io/ttl": "0",
            "volumes.kubernetes.io/controller-managed-attach-detach": "true",
            **({KUBELET_ANNOTATION: RUNNING} if inside else {}),
            **machine.annotations,
        },
    }
    spec: Object = {}
    if machine.pod_cidr:
        spec = {"podCIDR": machine.pod_cidr, "podCIDRs": [machine.pod_cidr]}
    if machine.taints:
        spec["taints"] = [dict(taint) for taint in machine.taints]
    return {
        "kind": "Node",
        "apiVersion": "v1",
        "metadata": metadata,
        "spec": spec,
        "status": {
            "capacity": capacity,
            "allocatable": {**capacity, "memory": memory, "ephemeral-storage": storage},
            "conditions": ready_conditions([], now),
            "addresses": [
                {"type": "InternalIP", "address": machine.ip},
                {"type": "Hostname", "address": machine.name},
            ],
            "daemonEndpoints": {"kubeletEndpoint": {"Port": 10250}},
            "nodeInfo": {
                "machineID": _identity(machine.name, "machine"),
                "systemUUID": _identity(machine.name, "system"),
                "bootID": _identity(machine.name, "boot"),
                "kernelVersion": machine.kernel,
                "osImage": machine.os_image,
                "containerRuntimeVersion": "containerd://1.6.28",
                "kubeletVersion": KUBELET_VERSION,
                "kubeProxyVersion": KUBELET_VERSION,
                "operatingSystem": "linux",
                "architecture": machine.architecture,
            },
        },
    }


def _identity(*words: str) -> str:
    return f"{seeded.number(*words, 1):016x}{seeded.number(*words, 2):016x}"


def ready_conditions(before: list[Object], now: str) -> list[Object]:
    """The conditions of a healthy node."""
    wanted = [
        *((kind, "False", reason, message) for kind, reason, message in PRESSURES),
        ("Ready", "True", "KubeletReady", "kubelet is posting ready status. AppArmor enabled"),
    ]
    others = [one for one in before if one["type"] not in {kind for kind, *_ in wanted}]
    return [*(_condition(before, now, *one) for one in wanted), *others]


def unknown_conditions(before: list[Object], now: str) -> list[Object]:
    """The conditions of a node after the grace period without a heartbeat."""
    silent = ("Unknown", "NodeStatusUnknown", "Kubelet stopped posting node status.")
    kinds = {"Ready", *(kind for kind, *_ in PRESSURES)}
    found = []
    for one in before:
        if one["type"] not in kinds:
            found.append(one)
            continue
        status, reason, message = silent
        moment = one["lastTransitionTime"] if one["status"] == status else now
        found.append(
            {**one, "status": status, "reason": reason, "message": message, "lastTransitionTime": moment}
        )
    return found


def _condition(before: list[Object], now: str, *values: str) -> Object:
    kind, status, reason, message = values
    old = next((one for one in before if one["type"] == kind), None)
    moment = old["lastTransitionTime"] if old and old["status"] == status else now
    return {
        "type": kind,
        "status": status,
        "lastHeartbeatTime": now,
        "lastTransitionTime": moment,
        "reason": reason,
        "message": message,
    }


def is_ready(node_: Object) -> str:
    """The status of the Ready condition; "Unknown" without one."""
    conditions = node_.get("status", {}).get("conditions") or ()
    return str(next((one["status"] for one in conditions if one["type"] == "Ready"), "Unknown"))


def kubelet(node_: Object) -> str:
    """RUNNING or STOPPED for a node that is simulated inside the server, "" for others."""
    return str((node_["metadata"].get("annotations") or {}).get(KUBELET_ANNOTATION, ""))


def internal_ip(node_: Object) -> str:
    """The InternalIP of a node."""
    addresses = node_.get("status", {}).get("addresses") or ()
    return str(next((one["address"] for one in addresses if one["type"] == "InternalIP"), ""))
