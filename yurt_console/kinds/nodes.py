"""``GET /nodes``: nodes with status, capacity and usage, and joining machines."""

from __future__ import annotations

from operator import attrgetter
from typing import Any, Final, NamedTuple

import msgspec
from msgspec import field

from apimachinery import resources
from apimachinery.quantities import bytes_text, cpu_text
from yurt_console.cache.wire import nodes as wire
from yurt_console.inventory.dependencies import AllRows, Clock, ScopeRows, Totals
from yurt_console.inventory.inventory import Demand, Inventory
from yurt_console.inventory.table_spec import Health, TableSpec, node_scope, own_name
from yurt_console.kinds import join_requests
from yurt_console.kinds.join_requests import Join
from yurt_console.kinds.kind_spec import KindSpec
from yurt_console.kinds.list_spec import ListInfo, ListSpec, RenderContext, RowView
from yurt_console.rows import Condition, Node, Taint, Usage
from yurt_console.yurt import nodes
from yurt_console.yurt.well_known_labels import TENANT_NODE_LABEL
from yurt_console.yurt.workloads import labels_text


class NodeInfo(msgspec.Struct, frozen=True, rename="camel"):
    """``status.nodeInfo`` of the node; ``atchitecture`` is the contract's spelling."""

    kernel_version: str
    container_runtime_version: str
    os_image: str
    operating_system: str
    kubelet_version: str
    kube_proxy_version: str
    atchitecture: str
    architecture: str


class NodeStatus(msgspec.Struct, frozen=True):
    """Requests, limits and usage as text."""

    cpu: str
    memory: str


class Amounts(msgspec.Struct, frozen=True, omit_defaults=True):
    """`NodeStatus` as numbers: millicores or bytes. ``usage`` is missing when it is not measured."""

    allocatable: int
    requests: int
    limits: int
    usage: int | None = None


class Details(msgspec.Struct, frozen=True):
    """Fields of ``detail=true`` only: they take half of a row, and 1,000 rows must stay a small response."""

    cpu: Amounts
    memory: Amounts
    labels: str
    taints: tuple[Taint, ...]
    conditions: tuple[Condition, ...]
    addresses: tuple[str, ...]


class NodeRow(msgspec.Struct, frozen=True, omit_defaults=True, rename="camel"):
    """One node: the contract's fields, then further ones."""

    name: str
    uid: str
    ip: str
    node_pool: str
    role: str
    status: str
    node_info: NodeInfo
    node_status: NodeStatus
    configuration: str
    container_group: str
    create_time: str
    namespace: str
    """The tenant of the node; "" for none."""
    pods: int
    reason: str = ""
    """Problems of the node: reason of NotReady, DiskPressure, Converting ...; missing without any."""
    autonomy: str = ""
    """Autonomy: "unlimited" or a duration such as "3600s"; missing without."""
    autonomy_ends: str = ""
    details: Details | None = None


class NodeList(msgspec.Struct, frozen=True, rename="camel"):
    """A page of nodes."""

    all_nodes: list[NodeRow]
    create_time: str
    """Time of the last change of a row."""
    total: int
    joins: list[Join]
    """Unfinished joins of the whole scope, newest first, on every page."""
    stale_since: str | None = field(default=None)


class _Joined(NamedTuple):
    """Data of other tables in the row of a node."""

    demand: Demand
    usage: Usage | None
    status: str
    pool: str


def _view(context: RenderContext) -> RowView[Node]:
    inventory = context.inventory

    def status(node: Node) -> str:
        return nodes.status(node, context.now)

    def joined(node: Node) -> _Joined:
        usage = inventory.usage.get(("", node.name))
        return _Joined(inventory.demand(node.name), usage, status(node), inventory.pool_of(node))

    return RowView(
        row=_detailed_row if context.detail else _row,
        status=status,
        keys={
            "name": attrgetter("name"),
            "createTime": attrgetter("created"),
            "status": status,
            "role": nodes.role,
            "nodePool": inventory.pool_of,
            "ip": nodes.internal_ip,
            "namespace": node_scope,
            "pods": lambda node: inventory.demand(node.name).pods,
            "cpu": lambda node: inventory.demand(node.name).cpu_request,
            "memory": lambda node: inventory.demand(node.name).memory_request,
            "kubeletVersion": attrgetter("kubelet_version"),
        },
        joined=joined,
    )


def _detailed_row(node: Node, joined: _Joined) -> NodeRow:
    cpu, memory = _amounts(node, joined)
    return msgspec.structs.replace(_row(node, joined), details=_details(node, cpu, memory))


def _amounts(node: Node, joined: _Joined) -> tuple[Amounts, Amounts]:
    demand, usage = joined.demand, joined.usage
    return (
        Amounts(node.allocatable_cpu, demand.cpu_request, demand.cpu_limit, usage.cpu if usage else None),
        Amounts(
            node.allocatable_memory,
            demand.memory_request,
            demand.memory_limit,
            usage.memory if usage else None,
        ),
    )


def _row(node: Node, joined: _Joined) -> NodeRow:
    cpu, memory = _amounts(node, joined)
    return NodeRow(
        name=node.name,
        uid=node.uid,
        ip=nodes.internal_ip(node),
        node_pool=joined.pool,
        role=nodes.role(node),
        status=joined.status,
        node_info=NodeInfo(
            node.kernel_version,
            node.container_runtime_version,
            node.os_image,
            node.operating_system,
            node.kubelet_version,
            node.kube_proxy_version,
            node.architecture,
            node.architecture,
        ),
        node_status=NodeStatus(
            nodes.resource_text(cpu.requests, cpu.limits, cpu.usage, cpu_text),
            nodes.resource_text(memory.requests, memory.limits, memory.usage, bytes_text),
        ),
        configuration=nodes.configuration(node),
        container_group="",
        create_time=node.created,
        namespace=node_scope(node),
        pods=joined.demand.pods,
        reason=_reason(node),
        autonomy=_autonomy(node),
        autonomy_ends=nodes.autonomy_ends(node),
    )


def _reason(node: Node) -> str:
    found = list(nodes.details(node))
    if not nodes.healthy(node):
        found += [item.message or item.reason for item in node.conditions if item.type == "Ready"]
    return ", ".join(found)


def _autonomy(node: Node) -> str:
    autonomy = nodes.autonomy_of(node)
    if autonomy is None:
        return ""
    return "unlimited" if autonomy.seconds is None else f"{autonomy.seconds:g}s"


def _details(node: Node, cpu: Amounts, memory: Amounts) -> Details:
    addresses = tuple(f"{kind}={address}" for kind, address in node.addresses)
    return Details(cpu, memory, labels_text(node.labels), node.taints, node.conditions, addresses)


def _envelope(rows: list[Any], info: ListInfo) -> NodeList:
    return NodeList(rows, info.changed, info.total, info.beside, info.stale_since)


NODES: Final = KindSpec(
    resource=resources.NODES,
    table=TableSpec(
        resources.NODES, wire.NODES, scope=node_scope, health=Health(nodes.healthy, nodes.state)
    ),
    list=ListSpec(
        summary="Nodes",
        view=_view,
        sorts=(
            "name", "createTime", "status", "role", "nodePool", "ip", "namespace", "pods", "cpu", "memory",
            "kubeletVersion",
        ),
        envelope=_envelope,
        reply=NodeList,
        exact=("name", "nodePool", "role"),
        depends_on=(
            Totals("pods", "node"),
            AllRows("usage"),  # kept by node name, so it has no version of a tenant's own
            ScopeRows(resources.CERTIFICATE_REQUESTS.plural),
            Clock(Inventory.expiring),
        ),
        beside=lambda context, scope: join_requests.in_progress(context.inventory, scope),
        texts=lambda node: (nodes.internal_ip(node), node.os_image, node.architecture, node.kubelet_version),
        detailed=True,
    ),
    object_page=True,
    tenant_label=TENANT_NODE_LABEL,
    on_overview=True,
)  # fmt: skip
NODE_METRICS: Final = KindSpec(
    resource=resources.NODE_METRICS,
    table=TableSpec(resources.NODE_METRICS, wire.NODE_METRICS, scope=own_name, plural="usage", polled=True),
)
