"""The cluster that a request is about, as one object handed in. One cluster is served today."""

from __future__ import annotations

import dataclasses

from yurt_console.cache.cluster_cache import ClusterCache
from yurt_console.cache.feed import Feed
from yurt_console.inventory.inventory import Inventory
from yurt_console.kube.client import Client
from yurt_console.tenancy.identity.impersonation import Impersonator
from yurt_console.tenancy.identity.permissions import Permissions


@dataclasses.dataclass(frozen=True, slots=True)
class ClusterContext:
    """The cluster that a request is about: its API server, and the console's copy of it."""

    name: str
    """"" for the one that the accounts are in."""
    client: Client
    """With the console's own rights."""
    inventory: Inventory
    cache: ClusterCache
    feed: Feed
    impersonator: Impersonator
    permissions: Permissions
