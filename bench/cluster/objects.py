"""Nodes, node pools, namespaces, services and events of the cluster (pure).

Sizes follow objects of real clusters: a node is about 5 kB with the managed fields that the API server adds.
Every object is a function of its number, so two runs produce the same cluster.
"""

from __future__ import annotations

import random
from typing import Any

from bench.cluster.scale import Scale, namespace

Object = dict[str, Any]

CREATED = "2026-01-15T08:00:00Z"
TENANT_LABEL = "openyurt/tenant"
NODE_TENANT_LABEL = "node-restriction.kubernetes.io/tenant"
POOL_LABEL = "apps.openyurt.io/nodepool"
CLOUD_POOL = "cloud"

_IMAGES = (
    ("registry.example.org/openyurt/yurthub:v1.6.1", 64_112_874),
    ("registry.example.org/openyurt/raven-agent:v0.4.1", 51_220_941),
    ("registry.example.org/coredns/coredns:1.9.3", 48_803_212),
    ("registry.example.org/kube-proxy:v1.20.15", 118_321_007),
    ("registry.example.org/edge/camera-gateway:2.14.0", 211_730_118),
    ("registry.example.org/edge/inference:1.8.3", 943_811_460),
)
_CONDITIONS = (
    ("MemoryPressure", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
    ("DiskPressure", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
    ("PIDPressure", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
)


def tenant_namespace(tenant: int) -> Object:
    """A tenant's namespace."""
    name = namespace(tenant)
    return {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {"name": name, "labels": {TENANT_LABEL: name}},
    }


def node_name(number: int) -> str:
    """Name of a node."""
    return f"edge-{number:05}"


def node(scale: Scale, number: int) -> Object:
    """A node; one in twenty-five is not ready, one in fifty is cordoned."""
    chance = random.Random(number)
    tenant = scale.owner(number)
    name = node_name(number)
    ready = chance.random() >= 0.04
    arch = "arm64" if number % 3 == 0 else "amd64"
    resources = {"cpu": "4", "memory": "8145184Ki", "ephemeral-storage": "102350Mi", "pods": "110"}
    labels = {
        "beta.kubernetes.io/arch": arch,
        "beta.kubernetes.io/os": "linux",
        "kubernetes.io/arch": arch,
        "kubernetes.io/hostname": name,
        "kubernetes.io/os": "linux",
        "openyurt.io/is-edge-worker": "false" if tenant is None else "true",
        "topology.kubernetes.io/zone": f"zone-{number % 7}",
        POOL_LABEL: CLOUD_POOL if tenant is None else namespace(tenant),
    }
    if tenant is not None:
        labels[NODE_TENANT_LABEL] = namespace(tenant)
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": name,
            "labels": labels,
            "annotations": {
                "kubeadm.alpha.kubernetes.io/cri-socket": "/run/containerd/containerd.sock",
                "node.alpha.kubernetes.io/ttl": "0",
                "node.beta.openyurt.io/autonomy": "true" if number % 4 else "false",
                "volumes.kubernetes.io/controller-managed-attach-detach": "true",
            },
        },
        "spec": {
            "podCIDR": f"10.{64 + number // 256 % 128}.{number % 256}.0/24",
            **({"unschedulable": True} if number % 50 == 7 else {}),
        },
        "status": {
            "addresses": [
                {"type": "InternalIP", "address": f"192.168.{number // 250}.{number % 250 + 1}"},
                {"type": "Hostname", "address": name},
            ],
            "capacity": resources,
            "allocatable": {**resources, "cpu": "3900m", "memory": "7633184Ki"},
            "conditions": [*_pressures(), _ready(ready)],
            "daemonEndpoints": {"kubeletEndpoint": {"Port": 10250}},
            "images": [
                {"names": [image, image.rsplit(":", 1)[0] + f"@sha256:{index:064x}"], "sizeBytes": size}
                for index, (image, size) in enumerate(_IMAGES)
            ],
            "nodeInfo": {
                "architecture": arch,
                "bootID": f"{number:08x}-5d4c-4f0e-9c1b-0a1b2c3d4e5f",
                "containerRuntimeVersion": "containerd://1.6.8",
                "kernelVersion": "5.10.0-28-" + arch,
                "kubeProxyVersion": "v1.20.15",
                "kubeletVersion": "v1.20.15",
                "machineID": f"{number:032x}",
                "operatingSystem": "linux",
                "osImage": "Debian GNU/Linux 11 (bullseye)" if number % 2 else "Ubuntu 22.04.3 LTS",
                "systemUUID": f"{number:08x}-0000-4000-8000-0a1b2c3d4e5f",
            },
        },
    }


def pools(scale: Scale) -> list[Object]:
    """An Edge pool for each tenant and a Cloud pool for the provider's nodes."""
    edge = [
        _pool(namespace(tenant), "Edge", {TENANT_LABEL: namespace(tenant)}) for tenant in range(scale.tenants)
    ]
    return [*edge, _pool(CLOUD_POOL, "Cloud", {})]


def service(tenant: int, app: str) -> Object:
    """A ClusterIP service of a deployment."""
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"namespace": namespace(tenant), "name": app, "labels": {"app": app}},
        "spec": {"selector": {"app": app}, "ports": [{"name": "http", "port": 80, "targetPort": 8080}]},
    }


def event(tenant: int, number: int, pod: str) -> Object:
    """An event about a pod, one in five a warning."""
    warning = number % 5 == 0
    return {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"namespace": namespace(tenant), "name": f"{pod}.{number:016x}"},
        "involvedObject": {"kind": "Pod", "namespace": namespace(tenant), "name": pod, "apiVersion": "v1"},
        "type": "Warning" if warning else "Normal",
        "reason": "BackOff" if warning else "Pulled",
        "message": "Back-off restarting failed container" if warning else "Container image already present",
        "source": {"component": "kubelet", "host": "edge"},
        "firstTimestamp": CREATED,
        "lastTimestamp": f"2026-01-15T{8 + number % 12:02}:{number % 60:02}:00Z",
        "count": 1 + number % 9,
    }


def _pressures() -> list[Object]:
    return [
        {
            "type": kind,
            "status": "False",
            "lastHeartbeatTime": CREATED,
            "lastTransitionTime": CREATED,
            "reason": reason,
            "message": message,
        }
        for kind, reason, message in _CONDITIONS
    ]


def _ready(ready: bool) -> Object:
    return {
        "type": "Ready",
        "status": "True" if ready else "Unknown",
        "lastHeartbeatTime": CREATED,
        "lastTransitionTime": CREATED,
        "reason": "KubeletReady" if ready else "NodeStatusUnknown",
        "message": "kubelet is posting ready status" if ready else "Kubelet stopped posting node status.",
    }


def _pool(name: str, kind: str, labels: dict[str, str]) -> Object:
    return {
        "apiVersion": "apps.openyurt.io/v1beta2",
        "kind": "NodePool",
        "metadata": {"name": name, "labels": labels},
        "spec": {"type": kind, "hostNetwork": False},
    }
