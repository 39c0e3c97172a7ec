"""Registry of kinds: all records, and what derives from them. A new kind is one more record in `KINDS`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from apimachinery.resources import Resource
from yurt_console.cache.decoding import Decoder
from yurt_console.inventory.inventory import Inventory
from yurt_console.kinds.config_maps import CONFIG_MAPS
from yurt_console.kinds.events import EVENTS
from yurt_console.kinds.jobs import CRON_JOBS, JOBS
from yurt_console.kinds.join_requests import CERTIFICATE_REQUESTS
from yurt_console.kinds.kind_spec import KindSpec
from yurt_console.kinds.node_pools import NODE_POOLS
from yurt_console.kinds.nodes import NODE_METRICS, NODES
from yurt_console.kinds.pods import PODS
from yurt_console.kinds.quotas import RESOURCE_QUOTAS
from yurt_console.kinds.services import NAMESPACES, SERVICES
from yurt_console.kinds.users import USERS
from yurt_console.kinds.workloads import DAEMON_SETS, DEPLOYMENTS, REPLICA_SETS, STATEFUL_SETS
from yurt_console.settings import Settings

KINDS: Final[tuple[KindSpec[Any], ...]] = (
    NODES,
    NODE_POOLS,
    PODS,
    DEPLOYMENTS,
    STATEFUL_SETS,
    DAEMON_SETS,
    REPLICA_SETS,
    JOBS,
    CRON_JOBS,
    SERVICES,
    CONFIG_MAPS,
    NAMESPACES,
    RESOURCE_QUOTAS,
    EVENTS,
    USERS,
    CERTIFICATE_REQUESTS,
    NODE_METRICS,
)
"""All kinds, in the order of overview and documents."""

LISTED: Final = tuple(kind for kind in KINDS if kind.list)
"""The kinds with a list."""
ON_OVERVIEW: Final = tuple(kind.plural for kind in KINDS if kind.on_overview)
"""The plurals that ``/clusterOverview`` counts."""
OBJECT_PAGES: Final[Mapping[str, KindSpec[Any]]] = {kind.plural: kind for kind in KINDS if kind.object_page}
"""The kinds with an object page."""
POLLED: Final = frozenset(kind.plural for kind in KINDS if kind.table and kind.table.polled)
"""Tables that may be absent or old without any list being stale."""
DECODERS: Final[Mapping[Resource, Decoder[Any]]] = {
    kind.resource: kind.table.decoder for kind in KINDS if kind.table
}
"""The decoder of each cached kind."""


def inventory(settings: Settings) -> Inventory:
    """An empty inventory with a table for every cached kind."""
    return Inventory(settings, [kind.table for kind in KINDS if kind.table])
