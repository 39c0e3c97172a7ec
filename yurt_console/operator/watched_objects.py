"""Rows and decoders of what the account controller watches: Users, and the objects of accounts.

Objects of accounts are found by the tenant label. Of these only a hash is kept, never the object, and the
status is not part of it: a new usage of a quota, or a new count of nodes of a pool, is no change.
"""

from __future__ import annotations

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
from yurt_console.cache.wire import users
from yurt_console.cache.wire.meta import ObjectMeta
from yurt_console.custom_resources import NODE_POOLS
from yurt_console.rows import Row, User
from yurt_console.tenancy.naming import BOOTSTRAP_NAMESPACE
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
"""The kinds of objects that accounts have, and the namespace to watch ("" for all)."""


class OwnedObject(Row, frozen=True, gc=False):
    """An object with the tenant label."""

    content: int
    """Hash of the labels, annotations, spec, data, role and subjects."""


class WatchedUser(User, frozen=True, gc=False):
    """A User with its finalizers, so that the row differs whenever the plan of the account may."""

    finalizers: tuple[str, ...] = ()


class _WireObject(msgspec.Struct, gc=False, rename="camel"):
    metadata: ObjectMeta
    spec: msgspec.Raw = msgspec.Raw()
    data: msgspec.Raw = msgspec.Raw()
    role_ref: msgspec.Raw = msgspec.Raw()
    subjects: msgspec.Raw = msgspec.Raw()


class _UserMeta(ObjectMeta, gc=False, rename="camel"):
    finalizers: list[str] | None = None


class _WireUser(users.WireUser, gc=False):
    metadata: _UserMeta


def tenant_of(row: Row) -> str:
    """The tenant that the object is labelled with, "" for none."""
    return row.labels.get(TENANT_LABEL, "")


def _owned_object(wire: _WireObject) -> OwnedObject:
    metadata = wire.metadata
    parts = (metadata.labels, metadata.annotations, wire.spec, wire.data, wire.role_ref, wire.subjects)
    content = hash((metadata.deletion_timestamp, *(bytes(part) for part in parts)))
    return OwnedObject(*metadata.identity(), content)


def _watched_user(wire: _WireUser) -> WatchedUser:
    row = msgspec.structs.asdict(users.user(wire))
    return WatchedUser(**row, finalizers=tuple(wire.metadata.finalizers or ()))


OBJECT_DECODER: Decoder[OwnedObject] = Decoder(_WireObject, _owned_object)
USER_DECODER: Decoder[WatchedUser] = Decoder(_WireUser, _watched_user)
