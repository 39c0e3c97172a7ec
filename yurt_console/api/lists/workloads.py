"""``GET /deployments``, ``/statefulsets`` and ``/daemonsets``: what keeps pods running."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import Any, Final, TypeVar

import msgspec

from yurt_console.api.lists.list_endpoint import ListEndpoint, RowView
from yurt_console.rows import Workload
from yurt_console.yurt.workloads import labels_text, workload_state

W = TypeVar("W")


class Image(msgspec.Struct, frozen=True):
    """An entry of the contract's arrays of images."""

    image: str


class ReplicaStatus(msgspec.Struct, frozen=True, rename="camel"):
    """Pods that there are and pods that are ready."""

    replicas: int
    ready_replicas: int


class DeploymentRow(msgspec.Struct, frozen=True, rename="camel"):
    """One Deployment: the contract's fields, then what is there beside them."""

    name: str
    labels: str
    create_time: str
    image: list[Image]
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


class WorkloadRow(msgspec.Struct, frozen=True, rename="camel"):
    """One StatefulSet or DaemonSet: the contract's fields, then what is there beside them."""

    name: str
    labels: str
    create_time: str
    images: list[Image]
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


def images(row: Any) -> list[Image]:
    """A row's images as the contract has them."""
    return [Image(image) for image in row.images]


def owner(row: Any) -> str:
    """What keeps a row's object, as ``Kind/name``; "" for nothing."""
    return f"{row.owner_kind}/{row.owner_name}" if row.owner_name else ""


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


def _endpoint(
    plural: str, summary: str, row: Callable[[Workload], Any], reply: Any
) -> ListEndpoint[Workload]:
    view = RowView(row=row, status=workload_state, keys=_KEYS)

    return ListEndpoint(
        plural=plural,
        path=f"/{plural}",
        summary=summary,
        view=lambda _context: view,
        sorts=tuple(_KEYS),
        reply=reply,
        texts=attrgetter("images"),
    )


DEPLOYMENTS: Final = _endpoint("deployments", "Deployments", _row(DeploymentRow, "image"), DeploymentList)
STATEFUL_SETS: Final = _endpoint("statefulsets", "StatefulSets", _row(WorkloadRow, "images"), WorkloadList)
DAEMON_SETS: Final = _endpoint("daemonsets", "DaemonSets", _row(WorkloadRow, "images"), WorkloadList)
