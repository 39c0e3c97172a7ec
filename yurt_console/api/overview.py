"""``GET /clusterOverview``: counts, health and capacity of what the caller may see."""

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
    """One resource of all nodes: millicores or bytes. ``usage`` is null where nothing measures it."""

    allocatable: int
    requests: int
    limits: int
    usage: int | None


class PodRoom(msgspec.Struct, frozen=True):
    """How many pods the nodes take, and how many are there that are not over."""

    allocatable: int
    num: int


class Capacity(msgspec.Struct, frozen=True, rename="camel"):
    """What the nodes have together, what pods ask of it, and what the nodes use."""

    cpu: Total
    memory: Total
    pods: PodRoom
    measured_nodes: int
    """How many nodes tell what they use."""


class Overview(msgspec.Struct, frozen=True, rename="camel"):
    """Every kind's total and healthy numbers, in fixed order."""

    cluster_status: list[KindStatus]
    capacity: Capacity
    stale_since: str | None


async def _overview(call: Call) -> Response:
    scope = access.namespace(call.caller, query.requested_namespace(call.parameters))
    console = call.console
    versions = _versions(console, scope)
    body, tag = remembered(console, scope)
    response = responses.unchanged(call.request, tag) or responses.send(
        call.request, body, cache=responses.REVALIDATE, tag=tag
    )
    response.freshness = Freshness(lambda: _versions(console, scope), versions, tag)
    return response


def remembered(console: Console, scope: str | None) -> tuple[responses.Body, str]:
    """A scope's encoded `Overview` and its tag, made again when something changed that it depends on."""
    key, versions = ("clusterOverview", scope), _versions(console, scope)
    cached: tuple[responses.Body, str] | None = console.replies.get(key, versions)
    if cached is None:
        stale_since = rfc3339_of_unix(console.cluster.cache.stale_since(*ON_OVERVIEW))
        body = responses.Body(responses.encode(_counted(console, scope, stale_since)))
        # of what it says, not of the versions: most changes of rows change no number here
        tag = responses.tag_of(console.instance, scope, body.plain)
        cached = (body, tag)
        console.replies.put(key, versions, cached, len(body.plain))
    return cached


def _versions(console: Console, scope: str | None) -> tuple[object, ...]:
    """Versions of what the overview shows, and the time where some node's status depends on it."""
    cluster = console.cluster.inventory
    # usage is cached by node, whose owner only the nodes tell, so a scope of it has no version of its own
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
    return Capacity(cpu, memory, PodRoom(found.pod_room, found.pods), found.measured)


OVERVIEW: Final = Route(
    "get_cluster_overview",
    "GET",
    "/clusterOverview",
    Access.TENANT,
    _overview,
    "How many there are of each kind, how many are healthy, and what the nodes have and use",
    reply=Overview,
    parameters=(
        Parameter("namespace", "a tenant's own when left out, an administrator's all", {"type": "string"}),
    ),
    errors=(400,),
    reads_cluster=True,
)
