"""``GET /deployments``, ``/statefulsets`` and ``/daemonsets``: what keeps pods running."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import Any, Final, TypeVar

import msgspec

from apimachinery import resources
from apimachinery.resources import Resource
from yurt_console.cache.decoding import Decoder
from yurt_console.cache.wire import workloads as wire
from yurt_console.inventory.table_spec import Health, TableSpec, namespace
from yurt_console.kinds.cells import Image, images
from yurt_console.kinds.kind_spec import KindSpec
from yurt_console.kinds.list_spec import ListSpec, RowView
from yurt_console.rows import Workload
from yurt_console.yurt.workloads import labels_text, workload_healthy, workload_state

W = TypeVar("W")


class ReplicaStatus(msgspec.Struct, frozen=True, rename="camel"):
    """Pods that there are and pods that are ready."""

    replicas: int
    ready_replicas: int


class _Row(msgspec.Struct, frozen=True, rename="camel"):
    """Fields of Deployments, StatefulSets and DaemonSets: the contract's, then the console's."""

    name: str
    labels: str
    create_time: str
    status: ReplicaStatus
    namespace: str
    uid: str
    state: str
    reason: str
    wanted: int
    updated: int
    available: int
    owner_kind: str
    owner_name: str


class DeploymentRow(_Row, frozen=True):
    """One Deployment."""

    image: list[Image]


class WorkloadRow(_Row, frozen=True):
    """One StatefulSet or DaemonSet."""

    images: list[Image]


class DeploymentList(msgspec.Struct, frozen=True, rename="camel"):
    """A page of Deployments."""

    items: list[DeploymentRow]
    total: int
    stale_since: str | None


class WorkloadList(msgspec.Struct, frozen=True, rename="camel"):
    """A page of StatefulSets or DaemonSets."""

    items: list[WorkloadRow]
    total: int
    stale_since: str | None


def _reason(workload: Workload) -> str:
    for condition in workload.conditions:
        failed = condition.type == "ReplicaFailure" and condition.status == "True"
        stuck = condition.type in ("Progressing", "Available") and condition.status == "False"
        if failed or stuck:
            return condition.message or condition.reason
    return ""


def _row(make: Callable[..., W], field: str) -> Callable[[Workload], W]:
    def row(workload: Workload) -> W:
        return make(
            name=workload.name,
            labels=labels_text(workload.labels),
            create_time=workload.created,
            status=ReplicaStatus(workload.replicas, workload.ready),
            namespace=workload.namespace,
            uid=workload.uid,
            state=workload_state(workload),
            reason=_reason(workload),
            wanted=workload.wanted,
            updated=workload.updated,
            available=workload.available,
            owner_kind=workload.owner_kind,
            owner_name=workload.owner_name,
            **{field: images(workload)},
        )

    return row


_KEYS: Final[Mapping[str, Callable[[Workload], Any]]] = {
    "name": attrgetter("name"),
    "namespace": attrgetter("namespace"),
    "createTime": attrgetter("created"),
    "state": workload_state,
    "replicas": attrgetter("replicas"),
    "readyReplicas": attrgetter("ready"),
}


def _kind(
    resource: Resource,
    decoder: Decoder[Workload],
    summary: str,
    row: Callable[[Workload], Any],
    reply: Any,
) -> KindSpec[Workload]:
    view = RowView(row=row, status=workload_state, keys=_KEYS)
    return KindSpec(
        resource=resource,
        table=TableSpec(resource, decoder, scope=namespace, health=_HEALTH),
        list=ListSpec(
            summary=summary,
            view=lambda _context: view,
            sorts=tuple(_KEYS),
            reply=reply,
            texts=attrgetter("images"),
        ),
        object_page=True,
        on_overview=True,
    )


_HEALTH: Final = Health(workload_healthy, workload_state)
DEPLOYMENTS: Final = _kind(
    resources.DEPLOYMENTS, wire.WORKLOADS, "Deployments", _row(DeploymentRow, "image"), DeploymentList
)
STATEFUL_SETS: Final = _kind(
    resources.STATEFUL_SETS, wire.WORKLOADS, "StatefulSets", _row(WorkloadRow, "images"), WorkloadList
)
DAEMON_SETS: Final = _kind(
    resources.DAEMON_SETS, wire.DAEMON_SETS, "DaemonSets", _row(WorkloadRow, "images"), WorkloadList
)
REPLICA_SETS: Final[KindSpec[Workload]] = KindSpec(resource=resources.REPLICA_SETS, object_page=True)
