"""``GET /pods``."""

from __future__ import annotations

from operator import attrgetter
from typing import Final

import msgspec

from apimachinery import resources
from yurt_console.cache.wire import pods as wire
from yurt_console.inventory.table_spec import Health, TableSpec, namespace
from yurt_console.kinds.cells import Image, images, owner
from yurt_console.kinds.kind_spec import KindSpec
from yurt_console.kinds.list_spec import ListSpec, RowView
from yurt_console.rows import Pod
from yurt_console.yurt import workloads
from yurt_console.yurt.workloads import labels_text, pod_status


class PodRow(msgspec.Struct, frozen=True, rename="camel"):
    """One Pod, in the contract's style. CPU is in millicores, memory in bytes."""

    name: str
    namespace: str
    uid: str
    labels: str
    create_time: str
    status: str
    """kubectl's STATUS."""
    phase: str
    message: str
    node: str
    ip: str
    restarts: int
    ready: bool
    ready_containers: int
    containers: int
    images: list[Image]
    cpu_request: int
    cpu_limit: int
    memory_request: int
    memory_limit: int
    owner_kind: str
    owner_name: str


class PodList(msgspec.Struct, frozen=True, rename="camel"):
    """A page of Pods."""

    items: list[PodRow]
    total: int
    stale_since: str | None


def _row(pod: Pod) -> PodRow:
    return PodRow(
        name=pod.name,
        namespace=pod.namespace,
        uid=pod.uid,
        labels=labels_text(pod.labels),
        create_time=pod.created,
        status=pod_status(pod),
        phase=pod.phase,
        message=pod.message,
        node=pod.node,
        ip=pod.ip,
        restarts=pod.restarts,
        ready=pod.ready,
        ready_containers=pod.ready_containers,
        containers=pod.containers,
        images=images(pod),
        cpu_request=pod.cpu_request,
        cpu_limit=pod.cpu_limit,
        memory_request=pod.memory_request,
        memory_limit=pod.memory_limit,
        owner_kind=pod.owner_kind,
        owner_name=pod.owner_name,
    )


_VIEW: Final = RowView(
    row=_row,
    status=pod_status,
    keys={
        "name": attrgetter("name"),
        "namespace": attrgetter("namespace"),
        "createTime": attrgetter("created"),
        "status": pod_status,
        "node": attrgetter("node"),
        "ip": attrgetter("ip"),
        "owner": owner,
        "restarts": attrgetter("restarts"),
        "ready": attrgetter("ready"),
        "cpu": attrgetter("cpu_request"),
        "memory": attrgetter("memory_request"),
    },
)


PODS: Final = KindSpec(
    resource=resources.PODS,
    table=TableSpec(
        resources.PODS, wire.PODS, scope=namespace, health=Health(workloads.pod_healthy, pod_status)
    ),
    list=ListSpec(
        summary="Pods",
        view=lambda _context: _VIEW,
        sorts=tuple(_VIEW.keys),
        reply=PodList,
        exact=("name", "node", "owner"),
        texts=attrgetter("images"),
    ),
    object_page=True,
    on_overview=True,
)
