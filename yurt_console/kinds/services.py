"""``GET /services`` and ``/namespaces``."""

from __future__ import annotations

from operator import attrgetter
from typing import Final

import msgspec

from apimachinery import resources
from yurt_console.cache.wire import nodes as node_wire
from yurt_console.cache.wire import workloads as wire
from yurt_console.inventory.table_spec import TableSpec, namespace, own_name
from yurt_console.kinds.kind_spec import KindSpec
from yurt_console.kinds.list_spec import ListSpec, RowView
from yurt_console.rows import Namespace, Service
from yurt_console.yurt.workloads import labels_text


class ServiceRow(msgspec.Struct, frozen=True, rename="camel"):
    """One Service, in the contract's style; ``ports`` has the form of kubectl's column."""

    name: str
    namespace: str
    uid: str
    labels: str
    create_time: str
    type: str
    cluster_ip: str
    external_addresses: tuple[str, ...]
    ports: tuple[str, ...]
    selector: str


class ServiceList(msgspec.Struct, frozen=True, rename="camel"):
    """A page of Services."""

    items: list[ServiceRow]
    total: int
    stale_since: str | None


class NamespaceRow(msgspec.Struct, frozen=True, rename="camel"):
    """One Namespace that the caller may see."""

    name: str
    uid: str
    labels: str
    create_time: str
    status: str


class NamespaceList(msgspec.Struct, frozen=True, rename="camel"):
    """A page of Namespaces."""

    items: list[NamespaceRow]
    total: int
    stale_since: str | None


def _service(row: Service) -> ServiceRow:
    return ServiceRow(
        name=row.name,
        namespace=row.namespace,
        uid=row.uid,
        labels=labels_text(row.labels),
        create_time=row.created,
        type=row.type,
        cluster_ip=row.cluster_ip,
        external_addresses=row.external_addresses,
        ports=row.ports,
        selector=labels_text(row.selector),
    )


def _namespace_row(row: Namespace) -> NamespaceRow:
    return NamespaceRow(row.name, row.uid, labels_text(row.labels), row.created, row.phase)


_SERVICE_VIEW: Final = RowView(
    row=_service,
    status=attrgetter("type"),
    keys={
        "name": attrgetter("name"),
        "namespace": attrgetter("namespace"),
        "createTime": attrgetter("created"),
        "type": attrgetter("type"),
    },
)
_NAMESPACE_VIEW: Final = RowView(
    row=_namespace_row,
    status=attrgetter("phase"),
    keys={"name": attrgetter("name"), "createTime": attrgetter("created"), "status": attrgetter("phase")},
)


SERVICES: Final = KindSpec(
    resource=resources.SERVICES,
    table=TableSpec(resources.SERVICES, wire.SERVICES, scope=namespace),
    list=ListSpec(
        summary="Services",
        view=lambda _context: _SERVICE_VIEW,
        sorts=tuple(_SERVICE_VIEW.keys),
        reply=ServiceList,
        texts=lambda row: (row.type, row.cluster_ip, *row.ports),
    ),
    object_page=True,
)
NAMESPACES: Final = KindSpec(
    resource=resources.NAMESPACES,
    table=TableSpec(resources.NAMESPACES, node_wire.NAMESPACES, scope=own_name),
    list=ListSpec(
        summary="Namespaces that the caller may look into",
        view=lambda _context: _NAMESPACE_VIEW,
        sorts=tuple(_NAMESPACE_VIEW.keys),
        reply=NamespaceList,
    ),
)
