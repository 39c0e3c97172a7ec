"""Builders of rows: one function per kind, valid defaults, every field by keyword.

The defaults are complete and healthy; a test sets the fields that matter to it. `bare` builds the other
extreme: an object without any optional part.
"""

from __future__ import annotations

import hashlib
from typing import Any, TypeVar

import msgspec

from yurt_console.kinds.config_maps import ConfigMap
from yurt_console.rows import (
    Condition,
    CronJob,
    Event,
    Job,
    Namespace,
    Node,
    NodePool,
    Pod,
    ResourceQuota,
    Row,
    Service,
    Taint,
    Usage,
    User,
    Workload,
)

CREATED = "2024-03-01T08:00:00Z"
GIB = 1024**3

R = TypeVar("R", bound=Row)


def uid(*parts: str) -> str:
    """A uid derived from ``parts``."""
    digest = hashlib.sha256("/".join(parts).encode()).hexdigest()
    return f"{digest[:8]}-{digest[8:12]}-{digest[12:16]}-{digest[16:20]}-{digest[20:32]}"


def condition(kind: str, status: str = "True", **fields: Any) -> Condition:
    return Condition(kind, status, **fields)


def taint(key: str, value: str = "", effect: str = "NoSchedule") -> Taint:
    return Taint(key, value, effect)


def namespace(name: str = "tenant-a", **fields: Any) -> Namespace:
    return _row(Namespace, "", name, {"phase": "Active"}, fields)


def node(name: str = "edge-1", **fields: Any) -> Node:
    """A ready edge node with 4 CPUs, 8 GiB and 100 GiB; ``conditions`` are added."""
    defaults = {
        "labels": {"openyurt.io/is-edge-worker": "true", "kubernetes.io/hostname": name},
        "annotations": {},
        "addresses": (("InternalIP", "10.0.0.1"), ("Hostname", name)),
        "unschedulable": False,
        "taints": (),
        "ready": "True",
        "conditions": (Condition("Ready", fields.get("ready", "True"), since=CREATED),),
        "kernel_version": "6.1.0-18-amd64",
        "container_runtime_version": "containerd://1.6.20",
        "os_image": "Debian GNU/Linux 12 (bookworm)",
        "operating_system": "linux",
        "kubelet_version": "v1.20.2",
        "kube_proxy_version": "v1.20.2",
        "architecture": "amd64",
        "capacity_cpu": 4000,
        "capacity_memory": 8 * GIB,
        "capacity_storage": 100 * GIB,
        "capacity_pods": 110,
        "allocatable_cpu": 3800,
        "allocatable_memory": 7 * GIB,
        "allocatable_storage": 90 * GIB,
        "allocatable_pods": 110,
    }
    return _row(Node, "", name, defaults, fields)


def node_pool(name: str = "hangzhou", **fields: Any) -> NodePool:
    defaults = {
        "annotations": {},
        "type": "Edge",
        "host_network": False,
        "taints": (),
        "ready_nodes": 0,
        "unready_nodes": 0,
    }
    return _row(NodePool, "", name, defaults, fields)


def pod(name: str = "web-1", namespace: str = "tenant-a", **fields: Any) -> Pod:
    defaults = {
        "phase": "Running",
        "reason": "Running",
        "message": "",
        "ready": True,
        "ready_containers": 1,
        "containers": 1,
        "restarts": 0,
        "node": "edge-1",
        "ip": "10.244.0.2",
        "images": ("nginx:1.25",),
        "cpu_request": 100,
        "cpu_limit": 200,
        "memory_request": 64 * 1024**2,
        "memory_limit": 128 * 1024**2,
        "owner_kind": "",
        "owner_name": "",
    }
    return _row(Pod, namespace, name, defaults, fields)


def workload(name: str = "web", namespace: str = "tenant-a", **fields: Any) -> Workload:
    """A Deployment, StatefulSet or DaemonSet with one replica, ready."""
    defaults = {
        "labels": {"app": name},
        "images": ("nginx:1.25",),
        "wanted": 1,
        "replicas": 1,
        "ready": 1,
        "updated": 1,
        "available": 1,
        "generation": 1,
        "observed_generation": 1,
        "selector": {"app": name},
        "conditions": (),
        "owner_kind": "",
        "owner_name": "",
    }
    return _row(Workload, namespace, name, defaults, fields)


deployment = stateful_set = daemon_set = workload


def job(name: str = "backup", namespace: str = "tenant-a", **fields: Any) -> Job:
    """A job with one active pod."""
    defaults = {
        "images": ("busybox:1.36",),
        "completions": 1,
        "parallelism": 1,
        "active": 1,
        "succeeded": 0,
        "failed": 0,
        "suspended": False,
        "start_time": CREATED,
        "completion_time": "",
        "conditions": (),
        "owner_kind": "",
        "owner_name": "",
    }
    return _row(Job, namespace, name, defaults, fields)


def cron_job(name: str = "nightly", namespace: str = "tenant-a", **fields: Any) -> CronJob:
    defaults = {
        "images": ("busybox:1.36",),
        "schedule": "0 3 * * *",
        "suspended": False,
        "active": 0,
        "last_schedule_time": "",
    }
    return _row(CronJob, namespace, name, defaults, fields)


def config_map(name: str = "web", namespace: str = "tenant-a", **fields: Any) -> ConfigMap:
    return _row(ConfigMap, namespace, name, {"keys": ("app.conf",), "size": 20}, fields)


def service(name: str = "web", namespace: str = "tenant-a", **fields: Any) -> Service:
    defaults = {
        "type": "ClusterIP",
        "cluster_ip": "10.96.0.10",
        "external_addresses": (),
        "ports": ("80/TCP",),
        "selector": {"app": name},
    }
    return _row(Service, namespace, name, defaults, fields)


def event(name: str = "web-1.17a", namespace: str = "tenant-a", **fields: Any) -> Event:
    defaults = {
        "type": "Normal",
        "reason": "Started",
        "message": "Started container web",
        "kind": "Pod",
        "about_namespace": namespace,
        "about_name": "web-1",
        "count": 1,
        "first": CREATED,
        "last": CREATED,
        "source": "kubelet",
    }
    return _row(Event, namespace, name, defaults, fields)


def quota(name: str = "quota", namespace: str = "tenant-a", **fields: Any) -> ResourceQuota:
    """A quota of 20 pods, 3 of them used, and 4 CPUs."""
    limits = (("pods", "20", "3", 20, 3), ("requests.cpu", "4", "250m", 4000, 250))
    return _row(ResourceQuota, namespace, name, {"limits": limits}, fields)


def usage(name: str = "edge-1", **fields: Any) -> Usage:
    return _row(Usage, "", name, {"cpu": 500, "memory": 2 * GIB}, fields)


def user(name: str = "user-0123456789abcdef0123", **fields: Any) -> User:
    """A tenant with an account that is ready and valid for seven days."""
    defaults = {
        "email": "ada@example.com",
        "phone": "+8613800138000",
        "organization": "Analytical Engines",
        "role": "tenant",
        "approved": True,
        "suspended": False,
        "valid_period": 7,
        "max_node_num": 3,
        "tenant_namespace": name,
        "token": "",
        "token_generation": 1,
        "kube_config": "",
        "node_add_script": "",
        "node_num": 0,
        "effective_time": CREATED,
        "expired": False,
        "status_message": "",
        "conditions": (),
        "deleting": False,
    }
    return _row(User, "", name, defaults, fields)


_EMPTY: dict[Any, Any] = {"str": "", "int": 0, "bool": False}


def bare(kind: type[R], name: str = "bare", namespace: str = "") -> R:
    """The row of an object of ``kind`` with a name and no optional part."""
    values: dict[str, Any] = {}
    for field in msgspec.structs.fields(kind):
        origin = getattr(field.type, "__origin__", None)
        values[field.name] = _EMPTY.get(getattr(field.type, "__name__", ""), () if origin is tuple else {})
    return kind(**{**values, "namespace": namespace, "name": name})


def _row(kind: type[R], namespace: str, name: str, defaults: dict[str, Any], fields: dict[str, Any]) -> R:
    identity: dict[str, Any] = {
        "namespace": namespace,
        "name": name,
        "uid": uid(kind.__name__, namespace, name),
        "created": CREATED,
        "labels": {},
    }
    return kind(**{**identity, **defaults, **fields})
