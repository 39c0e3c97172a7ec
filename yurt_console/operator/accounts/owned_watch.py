"""What accounts have in the cluster, watched by its label: whoever changes it makes us look at the account.

Only whether an object is the same is kept, never the object: a quota whose usage is counted anew, or a
pool whose nodes are, is the same. What accounts lose their label shows as a deletion.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import msgspec

from apimachinery.resources import (
    LIMIT_RANGES,
    NAMESPACES,
    NETWORK_POLICIES,
    RESOURCE_QUOTAS,
    ROLE_BINDINGS,
    SECRETS,
    SERVICE_ACCOUNTS,
    Resource,
)
from yurt_console.cache.decoding import Decoder
from yurt_console.cache.feed import Feed
from yurt_console.cache.probe import Probe
from yurt_console.cache.reflector import Reflector
from yurt_console.cache.store import Change, Table
from yurt_console.cache.wire.meta import ObjectMeta
from yurt_console.custom_resources import NODE_POOLS
from yurt_console.kube.client import Client
from yurt_console.rows import Row
from yurt_console.settings import Settings
from yurt_console.tenancy.provisioning.tenant_objects import BOOTSTRAP_NAMESPACE
from yurt_console.yurt.well_known_labels import TENANT_LABEL

KINDS: tuple[tuple[Resource, str], ...] = (
    (NAMESPACES, ""),
    (SERVICE_ACCOUNTS, ""),
    (ROLE_BINDINGS, ""),
    (RESOURCE_QUOTAS, ""),
    (LIMIT_RANGES, ""),
    (NETWORK_POLICIES, ""),
    (NODE_POOLS, ""),
    (SECRETS, BOOTSTRAP_NAMESPACE),
)
"""What is watched, and where ("": everywhere)."""


class Owned(Row, frozen=True, gc=False):
    """An object that belongs to an account."""

    content: int
    """Differs when anything differs that the account needs."""


class _Wire(msgspec.Struct, gc=False, rename="camel"):
    metadata: ObjectMeta
    spec: msgspec.Raw = msgspec.Raw()
    data: msgspec.Raw = msgspec.Raw()
    role_ref: msgspec.Raw = msgspec.Raw()
    subjects: msgspec.Raw = msgspec.Raw()


class _Looks(Feed):
    """Says whose objects changed, instead of telling readers that something did."""

    def __init__(self, look_at: Callable[[str], None]) -> None:
        super().__init__(0.0)
        self._look_at = look_at
        self.listening = False

    def publish(self, change: Change) -> None:
        if self.listening:
            for name in change.scopes - {""}:
                self._look_at(name)


class Watch:
    """Calls ``look_at`` with an account's name whenever something of it was made, changed or deleted."""

    def __init__(self, client: Client, settings: Settings, look_at: Callable[[str], None]) -> None:
        self._looks = _Looks(look_at)
        self._probe = Probe(client, settings)
        self._reflectors = [
            Reflector(
                client,
                resource,
                Table(resource.plural, scope=_owner),
                self._looks,
                settings,
                probe=self._probe,
                decoder=_DECODER,
                namespace=namespace,
                label_selector=TENANT_LABEL,
            )
            for resource, namespace in KINDS
        ]

    async def run(self) -> None:
        """Watch until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._probe.run())
            for each in self._reflectors:
                group.create_task(each.run())

    async def settled(self) -> None:
        """Return when every kind was listed; only what happens after that is told."""
        for each in self._reflectors:
            await each.freshness.settled.wait()
        self._looks.listening = True


def _owner(row: Row) -> str:
    return row.labels.get(TENANT_LABEL, "")


def _row(wire: _Wire) -> Owned:
    metadata = wire.metadata
    parts = (metadata.labels, metadata.annotations, wire.spec, wire.data, wire.role_ref, wire.subjects)
    content = hash((metadata.deletion_timestamp, *(bytes(part) for part in parts)))
    return Owned(*metadata.identity(), content)


_DECODER: Decoder[Owned] = Decoder(_Wire, _row)
