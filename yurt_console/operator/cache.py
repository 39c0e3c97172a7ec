"""The leader's live copy of the cluster: Users, their objects, Nodes and certificate requests.

One cache for all controllers, as client-go's shared informers are. Its handlers only say that something
changed, and about which account; what a controller decides on it asks the API server for.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from apimachinery.resources import CERTIFICATE_REQUESTS, NODES
from yurt_console.cache.backoff import Backoff
from yurt_console.cache.cluster_cache import CachedResource, ClusterCache
from yurt_console.cache.feed import Feed
from yurt_console.cache.store import Table
from yurt_console.cache.wire import certificates, nodes
from yurt_console.custom_resources import USERS
from yurt_console.inventory.table_spec import node_scope
from yurt_console.kube.client import Client
from yurt_console.operator import watched_objects
from yurt_console.rows import CertificateRequest, Node, Row, User
from yurt_console.settings import Settings
from yurt_console.tenancy import naming
from yurt_console.yurt.well_known_labels import TENANT_LABEL

_ABSENT_SECONDS: Final = 3.0
"""How often a kind that is not served is looked for: a starting API server serves custom kinds late."""


class OperatorCache:
    """Follows the kinds that the controllers need while `run` runs. Register handlers before that.

    A handler is called, in the event loop, for every row that is added, changed or removed, also for those
    of the first list and for what changed while the API server was away.
    """

    def __init__(self, client: Client, settings: Settings) -> None:
        self._account_handlers: list[Callable[[str], None]] = []
        self._node_handlers: list[Callable[[], None]] = []
        self.users: Table[User] = Table(
            USERS.plural,
            scope=lambda user: user.name,
            followers=(self._user_changed, self._node_input_changed),
        )
        self.nodes: Table[Node] = Table(NODES.plural, scope=node_scope, followers=(self._node_input_changed,))
        self.requests: Table[CertificateRequest] = Table(
            CERTIFICATE_REQUESTS.plural, scope=naming.account_of, followers=(self._node_input_changed,)
        )
        resources = [
            CachedResource(USERS, self.users, watched_objects.USER_DECODER),
            CachedResource(NODES, self.nodes, nodes.NODES),
            CachedResource(CERTIFICATE_REQUESTS, self.requests, certificates.CERTIFICATE_REQUESTS),
        ]
        for resource, namespace in watched_objects.KINDS:
            table = Table(resource.plural, scope=watched_objects.tenant_of, followers=(self._object_changed,))
            resources.append(
                CachedResource(resource, table, watched_objects.OBJECT_DECODER, namespace, TENANT_LABEL)
            )
        self._cache = ClusterCache(
            client, settings, Feed(0.0), resources, backoff=Backoff(absent=_ABSENT_SECONDS)
        )

    def on_account_change(self, handler: Callable[[str], None]) -> None:
        """Call ``handler`` with the name of each account that has changed: its User or an object of it."""
        self._account_handlers.append(handler)

    def on_node_change(self, handler: Callable[[], None]) -> None:
        """Call ``handler`` when a Node, a certificate request or a User has changed."""
        self._node_handlers.append(handler)

    async def accounts_listed(self) -> None:
        """Return once Users and their objects are listed, or known to be absent or forbidden."""
        await self._cache.synced(USERS.plural, *(resource.plural for resource, _ in watched_objects.KINDS))

    async def nodes_listed(self) -> None:
        """Return once Users, Nodes and certificate requests are."""
        await self._cache.synced(USERS.plural, NODES.plural, CERTIFICATE_REQUESTS.plural)

    async def run(self) -> None:
        """Follow the cluster until cancelled."""
        await self._cache.start()
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            await self._cache.stop()

    def _user_changed(self, old: User | None, new: User | None) -> None:
        self._notify_accounts({row.name for row in (old, new) if row is not None})

    def _object_changed(self, old: Row | None, new: Row | None) -> None:
        # both: the label may have moved the object from one account to another
        self._notify_accounts({watched_objects.tenant_of(row) for row in (old, new) if row is not None})

    def _notify_accounts(self, names: set[str]) -> None:
        for name in names - {""}:
            for handler in self._account_handlers:
                handler(name)

    def _node_input_changed(self, _old: Row | None, _new: Row | None) -> None:
        for handler in self._node_handlers:
            handler()
