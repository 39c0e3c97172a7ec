"""From the wire to rows: a `Decoder` for each kind the console keeps, in `DECODERS`.

A page or an object is decoded straight into structs that have only the fields a row needs, and from these
into the row; no dictionary of the whole object ever exists. An object that is not what the API promises
is left out and counted, alone: a page is decoded object by object once one of it fails.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar

import msgspec

from apimachinery import resources
from apimachinery.resources import Resource
from yurt_console.cache.wire import certificates, events, nodes, pods, quotas, users, workloads
from yurt_console.custom_resources import NODE_POOLS, USERS
from yurt_console.kube.errors import MalformedReply
from yurt_console.rows import Key, Row

R = TypeVar("R", bound=Row)
W = TypeVar("W", bound=msgspec.Struct)
_HEAD = 2048
"""Bytes in which a list's metadata should have ended: a continue token has some hundred."""
_MALFORMED = (msgspec.MsgspecError, UnicodeDecodeError, ValueError)


class Page(msgspec.Struct, Generic[R]):
    """One page of a list; ``continue_`` is "" on the last. ``skipped``: why objects were left out."""

    rows: list[R]
    resource_version: str
    continue_: str
    skipped: list[str]


class _ListMeta(msgspec.Struct, gc=False, rename="camel"):
    resource_version: str = ""
    continue_: str = msgspec.field(default="", name="continue")


class _Listed(msgspec.Struct, gc=False):
    metadata: _ListMeta


class _List(msgspec.Struct, Generic[W], gc=False):
    metadata: _ListMeta
    items: list[W] | None = None


class _RawList(msgspec.Struct, gc=False):
    metadata: _ListMeta
    items: list[msgspec.Raw] | None = None


class _Name(msgspec.Struct, gc=False):
    name: str
    namespace: str = ""


class _Named(msgspec.Struct, gc=False):
    metadata: _Name


_listed = msgspec.json.Decoder(_Listed)
_raw_pages = msgspec.json.Decoder(_RawList)
_names = msgspec.json.Decoder(_Named)


class Decoder(Generic[R]):
    """Makes rows of one kind."""

    def __init__(self, wire: type[W], row: Callable[[W], R]) -> None:
        self._row: Callable[[Any], R] = row
        self._objects = msgspec.json.Decoder(wire)
        self._pages = msgspec.json.Decoder(_List[wire])  # type: ignore[valid-type]

    def row(self, body: bytes | msgspec.Raw) -> R:
        """The row of one object; raises `MalformedReply`, whose text holds nothing of the object."""
        try:
            return self._row(self._objects.decode(body))
        except _MALFORMED as error:
            raise MalformedReply(_why(error)) from None

    def page(self, body: bytes) -> Page[R]:
        """The rows of a list; raises `MalformedReply` when ``body`` is not a list at all."""
        try:
            page = self._pages.decode(body)
            rows = [self._row(item) for item in page.items or ()]
        except _MALFORMED:
            return self._page_one_by_one(body)
        return Page(rows, page.metadata.resource_version, page.metadata.continue_, [])

    def _page_one_by_one(self, body: bytes) -> Page[R]:
        try:
            page = _raw_pages.decode(body)
        except _MALFORMED as error:
            raise MalformedReply(f"a list is not one: {_why(error)}") from None
        rows: list[R] = []
        skipped: list[str] = []
        for item in page.items or ():
            try:
                rows.append(self.row(item))
            except MalformedReply as error:
                skipped.append(str(error))
        return Page(rows, page.metadata.resource_version, page.metadata.continue_, skipped)


def continue_token(body: bytes) -> str:
    """What asks for the page after ``body``; "" on the last. Raises `MalformedReply` for what is no list."""
    head = _head(body)
    try:
        return _listed.decode(body if head is None else head).metadata.continue_
    except _MALFORMED as error:
        raise MalformedReply(f"a list is not one: {_why(error)}") from None


def early_continue_token(begun: bytes) -> str:
    """The same of a list that has only begun to arrive; "" also when that cannot be told yet."""
    head = _head(begun)
    return "" if head is None else continue_token(begun)


def _head(begun: bytes) -> bytes | None:
    """A list without its items, if what comes before them tells: metadata do, but not of custom resources."""
    head, items, _ = begun[:_HEAD].partition(b',"items":[')
    return head + b"}" if items and b'"metadata":{' in head else None


def key(body: bytes | msgspec.Raw) -> Key:
    """Namespace and name of any object; raises `MalformedReply`."""
    try:
        metadata = _names.decode(body).metadata
    except _MALFORMED as error:
        raise MalformedReply(_why(error)) from None
    return (metadata.namespace, metadata.name)


def _why(error: Exception) -> str:
    # A validation error names the field and the type expected; anything else might quote the object.
    return str(error) if isinstance(error, msgspec.ValidationError) else "it cannot be read"


DECODERS: Mapping[Resource, Decoder[Any]] = {
    resources.NAMESPACES: Decoder(nodes.WireNamespace, nodes.namespace),
    resources.NODES: Decoder(nodes.WireNode, nodes.node),
    NODE_POOLS: Decoder(nodes.WireNodePool, nodes.node_pool),
    resources.NODE_METRICS: Decoder(nodes.WireNodeMetrics, nodes.usage),
    resources.PODS: Decoder(pods.WirePod, pods.pod),
    resources.DEPLOYMENTS: Decoder(workloads.WireWorkload, workloads.workload),
    resources.STATEFUL_SETS: Decoder(workloads.WireWorkload, workloads.workload),
    resources.DAEMON_SETS: Decoder(workloads.WireDaemonSet, workloads.daemon_set),
    resources.JOBS: Decoder(workloads.WireJob, workloads.job),
    resources.CRON_JOBS: Decoder(workloads.WireCronJob, workloads.cron_job),
    resources.SERVICES: Decoder(workloads.WireService, workloads.service),
    resources.RESOURCE_QUOTAS: Decoder(quotas.WireQuota, quotas.quota),
    resources.EVENTS: Decoder(events.WireEvent, events.event),
    USERS: Decoder(users.WireUser, users.user),
    resources.CERTIFICATE_REQUESTS: Decoder(
        certificates.WireCertificateRequest, certificates.certificate_request
    ),
}
"""How each kind that can be kept is read."""
