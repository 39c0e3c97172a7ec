"""Node, NodePool, Namespace and NodeMetrics: wire structs and rows.

Sources: core/v1 Node; OpenYurt's NodePool. The fields read here are equal in v1alpha1, v1beta1 and v1beta2,
except ``hostNetwork``: conversion to the older two versions turns it into an annotation.
"""

from __future__ import annotations

from typing import Final

import msgspec

from apimachinery.quantities import millicores, whole
from yurt_console.cache.decoding import Decoder
from yurt_console.cache.wire.meta import Amounts, ObjectMeta, WireCondition, WireTaint, conditions, taints
from yurt_console.cache.wire.sharing import own_labels, text
from yurt_console.rows import Namespace, Node, NodePool, Usage

_BINDING = "apps.openyurt.io/binding"
_HOST_NETWORK = "nodepool.openyurt.io/hostnetwork"
_LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


class _Address(msgspec.Struct, gc=False):
    type: str = ""
    address: str = ""


class _NodeSpec(msgspec.Struct, gc=False):
    unschedulable: bool = False
    taints: list[WireTaint] | None = None


class _Capacity(msgspec.Struct, gc=False):
    cpu: str = "0"
    memory: str = "0"
    storage: str = msgspec.field(default="0", name="ephemeral-storage")
    pods: str = "0"


class _NodeInfo(msgspec.Struct, gc=False, rename="camel"):
    kernel_version: str = ""
    container_runtime_version: str = ""
    os_image: str = ""
    operating_system: str = ""
    kubelet_version: str = ""
    kube_proxy_version: str = ""
    architecture: str = ""


class _NodeStatus(msgspec.Struct, gc=False, rename="camel"):
    addresses: list[_Address] | None = None
    conditions: list[WireCondition] | None = None
    node_info: _NodeInfo = msgspec.field(default_factory=_NodeInfo)
    capacity: _Capacity | None = None
    allocatable: _Capacity | None = None


class WireNode(msgspec.Struct, gc=False):
    """core/v1 Node on the wire."""

    metadata: ObjectMeta
    spec: _NodeSpec = msgspec.field(default_factory=_NodeSpec)
    status: _NodeStatus = msgspec.field(default_factory=_NodeStatus)


def node(wire: WireNode) -> Node:
    """The row of a node."""
    status, info = wire.status, wire.status.node_info
    annotations = own_labels(wire.metadata.annotations)
    return Node(
        *wire.metadata.identity(),
        {key: value for key, value in annotations.items() if "autonomy" in key or key == _BINDING},
        tuple((text(each.type), each.address) for each in status.addresses or ()),
        wire.spec.unschedulable,
        taints(wire.spec.taints),
        next((text(each.status) for each in status.conditions or () if each.type == "Ready"), ""),
        conditions(status.conditions),
        text(info.kernel_version),
        text(info.container_runtime_version),
        text(info.os_image),
        text(info.operating_system),
        text(info.kubelet_version),
        text(info.kube_proxy_version),
        text(info.architecture),
        *_amounts(status.capacity),
        *_amounts(status.allocatable),
    )


def _amounts(found: _Capacity | None) -> tuple[int, int, int, int]:
    if found is None:
        return 0, 0, 0, 0
    return millicores(found.cpu), whole(found.memory), whole(found.storage), whole(found.pods)


class _PoolSpec(msgspec.Struct, gc=False, rename="camel"):
    type: str = ""
    host_network: bool | None = None
    taints: list[WireTaint] | None = None


class _PoolStatus(msgspec.Struct, gc=False, rename="camel"):
    ready_node_num: int | None = None
    unready_node_num: int | None = None


class WireNodePool(msgspec.Struct, gc=False):
    """apps.openyurt.io NodePool on the wire."""

    metadata: ObjectMeta
    spec: _PoolSpec | None = None
    status: _PoolStatus | None = None


def node_pool(wire: WireNodePool) -> NodePool:
    """The row of a node pool."""
    spec, status = wire.spec or _PoolSpec(), wire.status or _PoolStatus()
    annotations = own_labels(wire.metadata.annotations)
    return NodePool(
        *wire.metadata.identity(),
        {key: value for key, value in annotations.items() if key != _LAST_APPLIED},
        text(spec.type),
        bool(spec.host_network) or annotations.get(_HOST_NETWORK) == "true",
        taints(spec.taints),
        status.ready_node_num or 0,
        status.unready_node_num or 0,
    )


class _NamespaceStatus(msgspec.Struct, gc=False):
    phase: str = ""


class WireNamespace(msgspec.Struct, gc=False):
    """core/v1 Namespace on the wire."""

    metadata: ObjectMeta
    status: _NamespaceStatus = msgspec.field(default_factory=_NamespaceStatus)


def namespace(wire: WireNamespace) -> Namespace:
    """The row of a namespace."""
    return Namespace(*wire.metadata.identity(), text(wire.status.phase))


class WireNodeMetrics(msgspec.Struct, gc=False):
    """metrics.k8s.io NodeMetrics on the wire."""

    metadata: ObjectMeta
    usage: Amounts = msgspec.field(default_factory=Amounts)


def usage(wire: WireNodeMetrics) -> Usage:
    """The row of a NodeMetrics. Its timestamp is left out: the API server makes metrics on request."""
    namespace, name, uid, _, labels = wire.metadata.identity()
    return Usage(namespace, name, uid, "", labels, millicores(wire.usage.cpu), whole(wire.usage.memory))


NAMESPACES: Final = Decoder(WireNamespace, namespace)
NODES: Final = Decoder(WireNode, node)
NODE_POOLS: Final = Decoder(WireNodePool, node_pool)
NODE_METRICS: Final = Decoder(WireNodeMetrics, usage)
