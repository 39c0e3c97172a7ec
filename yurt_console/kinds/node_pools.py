"""``GET /nodepools``: node pools with counts of their live nodes."""

from __future__ import annotations

from operator import attrgetter
from typing import Any, Final

import msgspec

from yurt_console import custom_resources
from yurt_console.cache.wire import nodes as wire
from yurt_console.inventory.dependencies import ScopeRows
from yurt_console.inventory.table_spec import TableSpec, pool_scope
from yurt_console.kinds.kind_spec import KindSpec
from yurt_console.kinds.list_spec import ListInfo, ListSpec, RenderContext, RowView
from yurt_console.rows import NodePool, Taint
from yurt_console.yurt import pools
from yurt_console.yurt.well_known_labels import TENANT_LABEL
from yurt_console.yurt.workloads import labels_text

NAMES_LIMIT: Final = 100
"""Most node names in one row; ``nodeStatus.totalNum`` counts all nodes."""


class PoolNodes(msgspec.Struct, frozen=True, rename="camel"):
    """Number of nodes, and of ready ones."""

    total_num: int
    healthy_num: int


class PoolRow(msgspec.Struct, frozen=True, rename="camel"):
    """One pool: the contract's fields, then further ones."""

    name: str
    type: str
    node_status: PoolNodes
    create_time: str
    status: str
    os: str
    uid: str
    namespace: str
    """The tenant of the pool; "" for none."""
    labels: str
    taints: tuple[Taint, ...]
    host_network: bool
    nodes: list[str]


class PoolList(msgspec.Struct, frozen=True, omit_defaults=True, rename="camel"):
    """A page of pools. ``hint`` is set when the cluster does not serve node pools."""

    items: list[PoolRow]
    total: int
    stale_since: str | None
    hint: str = ""


def _view(context: RenderContext) -> RowView[NodePool]:
    cluster = context.inventory

    def status(pool: NodePool) -> str:
        return pools.status(*cluster.pool_counts(pool))

    def row(pool: NodePool) -> PoolRow:
        members = cluster.pool_nodes(pool)
        return PoolRow(
            name=pool.name,
            type=pool.type,
            node_status=PoolNodes(*cluster.pool_counts(pool)),
            create_time=pool.created,
            status=status(pool),
            os=pools.systems(members),
            uid=pool.uid,
            namespace=pool_scope(pool),
            labels=labels_text(pool.labels),
            taints=pool.taints,
            host_network=pools.host_network(pool),
            nodes=[node.name for node in members[:NAMES_LIMIT]],
        )

    return RowView(
        row=row,
        status=status,
        keys={
            "name": attrgetter("name"),
            "createTime": attrgetter("created"),
            "type": attrgetter("type"),
            "status": status,
            "namespace": pool_scope,
            "totalNum": lambda pool: cluster.pool_counts(pool)[0],
            "healthyNum": lambda pool: cluster.pool_counts(pool)[1],
        },
    )


def _envelope(rows: list[Any], info: ListInfo) -> PoolList:
    return PoolList(rows, info.total, info.stale_since, info.hint)


NODE_POOLS: Final = KindSpec(
    resource=custom_resources.NODE_POOLS,
    table=TableSpec(custom_resources.NODE_POOLS, wire.NODE_POOLS, scope=pool_scope),
    list=ListSpec(
        summary="Node pools",
        view=_view,
        sorts=("name", "createTime", "type", "status", "namespace", "totalNum", "healthyNum"),
        envelope=_envelope,
        reply=PoolList,
        depends_on=(ScopeRows("nodes"),),
        texts=lambda pool: (pool.type,),
    ),
    object_page=True,
    tenant_label=TENANT_LABEL,
    on_overview=True,
)
