"""``GET /nodes``: machines, what they are, how they do and how full they are."""

from __future__ import annotations

from operator import attrgetter
from typing import Any, Final

import msgspec
from msgspec import field

from apimachinery.quantities import bytes_text, cpu_text
from apimachinery.resources import CERTIFICATE_REQUESTS
from yurt_console.api.lists import joins
from yurt_console.api.lists.joins import Join
from yurt_console.api.lists.list_endpoint import ListEndpoint, Page, RenderContext, RowView
from yurt_console.inventory.inventory import Demand, node_scope
from yurt_console.rows import Condition, Node, Taint
from yurt_console.yurt import nodes
from yurt_console.yurt.workloads import labels_text


class NodeInfo(msgspec.Struct, frozen=True, rename="camel"):
    """What a node's kubelet says of its machine; ``atchitecture`` is the contract's spelling."""

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
    """`NodeStatus` as numbers: millicores or bytes. ``usage`` is missing when nothing measures it."""

    allocatable: int
    requests: int
    limits: int
    usage: int | None = None


class Details(msgspec.Struct, frozen=True):
    """What takes half of a row's size, so only with ``detail=true``: 1,000 rows must stay a small reply."""

    cpu: Amounts
    memory: Amounts
    labels: str
    taints: tuple[Taint, ...]
    conditions: tuple[Condition, ...]
    addresses: tuple[str, ...]


class NodeRow(msgspec.Struct, frozen=True, omit_defaults=True, rename="camel"):
    """One node: the contract's fields, then what is there beside them."""

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
    """The tenant whose node it is, "" for nobody's."""
    pods: int
    reason: str = ""
    """What is the matter, missing when nothing is: why it is not ready, DiskPressure, Converting ..."""
    autonomy: str = ""
    """For how long the node's pods are kept while it is offline ("unlimited", "3600s"); missing without."""
    autonomy_ends: str = ""
    details: Details | None = None


class NodeList(msgspec.Struct, frozen=True, rename="camel"):
    """A page of nodes."""

    all_nodes: list[NodeRow]
    create_time: str
    """When the list last changed."""
    total: int
    joins: list[Join]
    """Machines on their way in, newest first, of the whole scope whatever the page."""
    stale_since: str | None = field(default=None)


def _view(context: RenderContext) -> RowView[Node]:
    cluster = context.cluster

    def demand(node: Node) -> Demand:
        return cluster.demand(node.name)

    def status(node: Node) -> str:
        return nodes.status(node, context.now)

    def joined(node: Node) -> tuple[object, ...]:
        by_the_clock = context.now if node.ready == "Unknown" else ""
        return (demand(node), cluster.usage.get(("", node.name)), by_the_clock)

    return RowView(
        row=lambda node: _row(context, node),
        status=status,
        keys={
            "name": attrgetter("name"),
            "createTime": attrgetter("created"),
            "status": status,
            "role": nodes.role,
            "nodePool": cluster.pool_of,
            "ip": nodes.internal_ip,
            "namespace": node_scope,
            "pods": lambda node: demand(node).pods,
            "cpu": lambda node: demand(node).cpu_request,
            "memory": lambda node: demand(node).memory_request,
            "kubeletVersion": attrgetter("kubelet_version"),
        },
        joined=joined,
    )


def _row(context: RenderContext, node: Node) -> NodeRow:
    cluster = context.cluster
    demand = cluster.demand(node.name)
    usage = cluster.usage.get(("", node.name))
    cpu = Amounts(node.allocatable_cpu, demand.cpu_request, demand.cpu_limit, usage.cpu if usage else None)
    memory = Amounts(
        node.allocatable_memory, demand.memory_request, demand.memory_limit, usage.memory if usage else None
    )
    return NodeRow(
        name=node.name,
        uid=node.uid,
        ip=nodes.internal_ip(node),
        node_pool=cluster.pool_of(node),
        role=nodes.role(node),
        status=nodes.status(node, context.now),
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
        pods=demand.pods,
        reason=_reason(node),
        autonomy=_autonomy(node),
        autonomy_ends=nodes.autonomy_ends(node),
        details=_details(node, cpu, memory) if context.detail else None,
    )


def _reason(node: Node) -> str:
    found = list(nodes.details(node))
    if not nodes.healthy(node):
        found += [item.message or item.reason for item in node.conditions if item.type == "Ready"]
    return ", ".join(found)


def _autonomy(node: Node) -> str:
    autonomy = nodes.autonomous(node)
    if autonomy is None:
        return ""
    return "unlimited" if autonomy.seconds is None else f"{autonomy.seconds:g}s"


def _details(node: Node, cpu: Amounts, memory: Amounts) -> Details:
    addresses = tuple(f"{kind}={address}" for kind, address in node.addresses)
    return Details(cpu, memory, labels_text(node.labels), node.taints, node.conditions, addresses)


def _envelope(rows: list[Any], page: Page) -> NodeList:
    return NodeList(rows, page.changed, page.total, page.beside, page.stale_since)


def _versions(context: RenderContext, scope: str | None) -> tuple[object, ...]:
    cluster = context.cluster
    minute = context.now[:16] if cluster.expiring(scope) else ""
    requests = cluster.version(CERTIFICATE_REQUESTS.plural, scope)
    return (cluster.pods.totals["node"].version, cluster.usage.version, minute, requests)


NODES: Final = ListEndpoint(
    plural="nodes",
    path="/nodes",
    summary="Nodes",
    view=_view,
    sorts=(
        "name", "createTime", "status", "role", "nodePool", "ip", "namespace", "pods", "cpu", "memory",
        "kubeletVersion",
    ),
    envelope=_envelope,
    reply=NodeList,
    exact=("name", "nodePool", "role"),
    joins=("pods", CERTIFICATE_REQUESTS.plural),
    versions=_versions,
    beside=lambda context, scope: joins.under_way(context.cluster, scope),
    texts=lambda node: (nodes.internal_ip(node), node.os_image, node.architecture, node.kubelet_version),
    detailed=True,
)  # fmt: skip
