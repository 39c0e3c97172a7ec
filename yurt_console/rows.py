"""Rows: flat, frozen structs with the facts of Kubernetes objects that the console caches.

A row holds facts as the API server states them (https://kubernetes.io/docs/reference/kubernetes-api/),
trimmed to the needs of pages and decisions. ``cache.decoding`` makes rows from the wire; ``yurt``
interprets them. Conventions, equal for all kinds:

- times are RFC 3339 text in UTC as the server sent them, ``""`` when absent; they sort as text;
- CPU is whole millicores, memory and storage are whole bytes; 0 when absent;
- ``namespace`` is ``""`` for cluster-scoped kinds; missing text is ``""``, missing collections are empty;
- no field changes with a heartbeat, so a heartbeat leaves a row equal to itself;
- rows share label and annotation mappings, which must never be changed.

``gc=False`` is safe because no row refers to another row.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypeAlias

import msgspec

Key: TypeAlias = tuple[str, str]
"""(namespace, name); the namespace is "" for cluster-scoped kinds."""

Labels: TypeAlias = Mapping[str, str]


class Condition(msgspec.Struct, frozen=True, gc=False):
    """An entry of ``status.conditions``, without its heartbeat."""

    type: str
    status: str
    reason: str = ""
    message: str = ""
    since: str = ""


class Taint(msgspec.Struct, frozen=True, gc=False):
    """A taint of a node or a pool."""

    key: str
    value: str
    effect: str


class Row(msgspec.Struct, frozen=True, gc=False):
    """The fields of all kinds: identity, labels and creation time."""

    namespace: str
    name: str
    uid: str
    created: str
    labels: Labels

    @property
    def key(self) -> Key:
        """The row's key in its table."""
        return (self.namespace, self.name)


class Namespace(Row, frozen=True, gc=False):
    """core/v1 Namespace."""

    phase: str


class Node(Row, frozen=True, gc=False):
    """core/v1 Node. ``ready`` is the Ready condition's status: "True", "False", "Unknown" or ""."""

    annotations: Labels
    """Reduced to those of autonomy, `yurt.well_known_labels.NODE_ANNOTATIONS`."""
    addresses: tuple[tuple[str, str], ...]
    unschedulable: bool
    taints: tuple[Taint, ...]
    ready: str
    conditions: tuple[Condition, ...]
    kernel_version: str
    container_runtime_version: str
    os_image: str
    operating_system: str
    kubelet_version: str
    kube_proxy_version: str
    architecture: str
    capacity_cpu: int
    capacity_memory: int
    capacity_storage: int
    capacity_pods: int
    allocatable_cpu: int
    allocatable_memory: int
    allocatable_storage: int
    allocatable_pods: int


class NodePool(Row, frozen=True, gc=False):
    """apps.openyurt.io NodePool in any served version; the counts are those of its ``status``."""

    annotations: Labels
    type: str
    host_network: bool
    taints: tuple[Taint, ...]
    ready_nodes: int
    unready_nodes: int


class Pod(Row, frozen=True, gc=False):
    """core/v1 Pod."""

    phase: str
    reason: str
    """kubectl's STATUS: CrashLoopBackOff, ContainerCreating, Terminating, Completed ..."""
    message: str
    ready: bool
    ready_containers: int
    containers: int
    restarts: int
    node: str
    ip: str
    images: tuple[str, ...]
    cpu_request: int
    cpu_limit: int
    memory_request: int
    memory_limit: int
    owner_kind: str
    owner_name: str


class Workload(Row, frozen=True, gc=False):
    """apps/v1 Deployment, StatefulSet or DaemonSet: their common fields."""

    images: tuple[str, ...]
    wanted: int
    replicas: int
    ready: int
    updated: int
    available: int
    generation: int
    observed_generation: int
    selector: Labels
    """``spec.selector.matchLabels``."""
    conditions: tuple[Condition, ...]
    owner_kind: str
    owner_name: str


class Job(Row, frozen=True, gc=False):
    """batch/v1 Job."""

    images: tuple[str, ...]
    completions: int
    parallelism: int
    active: int
    succeeded: int
    failed: int
    suspended: bool
    start_time: str
    completion_time: str
    conditions: tuple[Condition, ...]
    owner_kind: str
    owner_name: str


class CronJob(Row, frozen=True, gc=False):
    """batch CronJob in any served version."""

    images: tuple[str, ...]
    schedule: str
    suspended: bool
    active: int
    last_schedule_time: str


class Service(Row, frozen=True, gc=False):
    """core/v1 Service. ``ports`` has the form of kubectl's column: "80:30080/TCP"."""

    type: str
    cluster_ip: str
    external_addresses: tuple[str, ...]
    ports: tuple[str, ...]
    selector: Labels


class Event(Row, frozen=True, gc=False):
    """core/v1 Event about ``kind`` ``about_namespace/about_name``."""

    type: str
    reason: str
    message: str
    kind: str
    about_namespace: str
    about_name: str
    count: int
    first: str
    last: str
    source: str


class ResourceQuota(Row, frozen=True, gc=False):
    """core/v1 ResourceQuota.

    Each limit: the resource, hard limit and use as the API server writes them, and both as millicores (CPU),
    bytes or a count.
    """

    limits: tuple[tuple[str, str, str, int, int], ...]


class Usage(Row, frozen=True, gc=False):
    """metrics.k8s.io NodeMetrics: the current usage of a node."""

    cpu: int
    memory: int


DEFAULT_PODS: Final = 500
"""Pods allowed for an account that sets no quota of pods."""


class User(Row, frozen=True, gc=False):
    """user.openyurt.io/v1alpha1 User: an account. Holds credentials: keep it out of responses and logs."""

    email: str
    phone: str
    organization: str
    role: str
    approved: bool
    suspended: bool
    valid_period: int
    """Days from ``effective_time``; 0 means no end."""
    max_node_num: int
    tenant_namespace: str
    """``spec.namespace``, set by the operator."""
    token: str
    """``<id>:<salt>:<sha256>``, never the token itself."""
    token_generation: int
    kube_config: str
    node_add_script: str
    node_num: int
    effective_time: str
    expired: bool
    status_message: str
    conditions: tuple[Condition, ...]
    deleting: bool
    nodes: tuple[str, ...] = ()
    """``status.nodes``: the names of the account's nodes, sorted."""
    suspension_reason: str = ""
    """The reason that an administrator gave for a suspension; the owner sees it, too."""
    quota_cpu: str = ""
    """``spec.quota``: the sum that its pods may request; "" means no bound, as in ``quota_memory``."""
    quota_memory: str = ""
    quota_pods: int = DEFAULT_PODS

    def __repr__(self) -> str:
        return f"User({self.name!r})"


class CertificateRequest(Row, frozen=True, gc=False):
    """certificates.k8s.io CertificateSigningRequest. The API server sets the requestor, not the client."""

    signer: str
    username: str
    groups: tuple[str, ...]
    usages: tuple[str, ...]
    request: str
    """PEM; "" when it is not text."""
    conditions: tuple[Condition, ...]
    """Approved, Denied and Failed, which never revert."""
    issued: bool
