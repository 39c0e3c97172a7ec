"""``GET /clusterOverview``: counts, health and capacity of the scope."""

from __future__ import annotations

from typing import Final

import msgspec

from apimachinery.times import rfc3339_of_unix
from yurt_console.api.http import query, responses
from yurt_console.api.http.query import Parameter
from yurt_console.api.http.responses import Freshness, Response
from yurt_console.api.http.routing.route import Access, Call, Route
from yurt_console.api.http.state import Console
from yurt_console.inventory.inventory import Inventory
from yurt_console.kinds.registry import ON_OVERVIEW
from yurt_console.tenancy.identity import access
from yurt_console.yurt.overview import KindStatus, cluster_status


class Total(msgspec.Struct, frozen=True):
    """One resource, summed over all nodes: millicores or bytes. ``usage`` is null when it is not measured."""

    allocatable: int
    requests: int
    limits: int
    usage: int | None


class PodCapacity(msgspec.Struct, frozen=True):
    """The most pods that the nodes accept, and the number of unfinished pods."""

    allocatable: int
    num: int


class Capacity(msgspec.Struct, frozen=True, rename="camel"):
    """Allocatable resources of the nodes, requests and limits of the pods, usage of the nodes."""

    cpu: Total
    memory: Total
    pods: PodCapacity
    measured_nodes: int
    """Number of nodes with a measured usage."""


class Overview(msgspec.Struct, frozen=True, rename="camel"):
    """Total and healthy objects of every kind, in fixed order."""

    cluster_status: list[KindStatus]
    capacity: Capacity
    stale_since: str | None


async def _overview(call: Call) -> Response:
    scope = access.namespace(call.caller, query.requested_namespace(call.parameters))
    console = call.console
    versions = _versions(console, scope)
    body, tag = cached_overview(console, scope)
    freshness = Freshness(_versions, scope, versions, tag)
    return responses.unchanged_page(call.request, freshness) or responses.page(call.request, body, freshness)


def cached_overview(console: Console, scope: str | None) -> tuple[responses.Body, str]:
    """The encoded `Overview` of a scope and its ETag, from `replies` while its versions are equal."""
    key, versions = ("clusterOverview", scope), _versions(console, scope)
    cached: tuple[responses.Body, str] | None = console.replies.get(key, versions)
    if cached is None:
        stale_since = rfc3339_of_unix(console.cluster.cache.stale_since(*ON_OVERVIEW))
        body = responses.Body(responses.encode(_counted(console, scope, stale_since)))
        # The tag is a hash of the content: most changes of rows change no number here.
        tag = responses.tag_of(console.instance, scope, body.plain)
        cached = (body, tag)
        console.replies.put(key, versions, cached, len(body.plain))
    return cached


def _versions(console: Console, scope: str | None) -> tuple[object, ...]:
    """Versions of everything that the overview shows; and the time, if a node's status depends on it."""
    cluster = console.cluster.inventory
    # Rows of usage do not name a tenant, so their version is that of the whole table.
    versions = (
        console.cluster.cache.stale_since(*ON_OVERVIEW),
        cluster.version("usage", None),
        *[cluster.version(kind, scope) for kind in ON_OVERVIEW],
    )
    return (*versions, int(console.now())) if cluster.expiring(scope) else versions


def _counted(console: Console, scope: str | None, stale_since: str | None) -> Overview:
    cluster = console.cluster.inventory
    troubles = cluster.troubles(scope, rfc3339_of_unix(console.now()) or "")
    counts = cluster_status(ON_OVERVIEW, cluster.counts(scope), troubles)
    return Overview(counts, _capacity(cluster, scope), stale_since)


def _capacity(cluster: Inventory, scope: str | None) -> Capacity:
    found = cluster.capacity(scope)
    cpu, memory = (
        Total(share.allocatable, share.requests, share.limits, share.usage)
        for share in (found.cpu, found.memory)
    )
    return Capacity(cpu, memory, PodCapacity(found.allocatable_pods, found.pods), found.measured)


OVERVIEW: Final = Route(
    "get_cluster_overview",
    "GET",
    "/clusterOverview",
    Access.TENANT,
    _overview,
    "Total and healthy objects of each kind; capacity and usage of the nodes",
    reply=Overview,
    parameters=(
        Parameter("namespace", "a tenant's own when left out, an administrator's all", {"type": "string"}),
    ),
    errors=(400,),
    reads_cluster=True,
)
