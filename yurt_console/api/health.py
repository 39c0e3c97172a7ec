"""Liveness, readiness and version, for load balancers and probes."""

from __future__ import annotations

from typing import Final

import msgspec

import yurt_console
from apimachinery.times import rfc3339_of_unix
from yurt_console.api.http import errors, responses
from yurt_console.api.http.responses import Response
from yurt_console.api.http.routing.route import Access, Call, Route


class StaleKind(msgspec.Struct, frozen=True):
    """A stale kind: since when, and why."""

    kind: str
    since: str
    reason: str


class Readiness(msgspec.Struct, frozen=True):
    """Whether pages can be served, and which kinds are stale or not served by the cluster."""

    ready: bool
    stale: list[StaleKind]
    absent: list[str]


class Version(msgspec.Struct, frozen=True):
    """The console's own version."""

    version: str


async def _healthz(call: Call) -> Response:
    return responses.send(call.request, responses.Body(b"ok"), media_type="text/plain")


async def _readyz(call: Call) -> Response:
    cache = call.cluster.cache
    states = [cache.state(plural) for plural in cache.plurals]
    ready = call.console.ready
    stale = [
        StaleKind(state.plural, rfc3339_of_unix(state.stale_since) or "", state.reason)
        for state in states
        if state.stale_since is not None
    ]
    body = Readiness(ready, stale, [state.plural for state in states if state.absent])
    headers = {} if ready else {"Retry-After": str(errors.RETRY_AFTER)}
    return responses.send(call.request, body, status=200 if ready else 503, headers=headers)


async def _version(call: Call) -> Response:
    return responses.send(call.request, Version(yurt_console.__version__))


ROUTES: Final = (
    Route(
        "healthz",
        "GET",
        "/healthz",
        Access.PUBLIC,
        _healthz,
        "Whether the process is alive",
        media_type="text/plain",
    ),
    Route("readyz", "GET", "/readyz", Access.PUBLIC, _readyz, "Whether pages can be served", reply=Readiness),
    Route("get_version", "GET", "/version", Access.PUBLIC, _version, "The console's version", reply=Version),
)
