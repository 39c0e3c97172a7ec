"""What is asked by machines that run the console: alive, ready, which version; and the way in for people."""

from __future__ import annotations

from typing import Final

import msgspec
from litestar.response.base import ASGIResponse

import yurt_console
from yurt_console.api import problems, replies
from yurt_console.api.console import rfc3339
from yurt_console.api.routes import Access, Call, Route

_PAGE: Final = b"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Yurt Console</title>
<h1>Yurt Console</h1>
<p>The web page is not part of this build. The HTTP API is: <a href="/schema">its description</a>,
<a href="/version">its version</a>, <a href="/readyz">how it does</a>.</p>
</html>
"""


class StaleKind(msgspec.Struct, frozen=True):
    """A kind whose copy may be behind, since when, and why."""

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


async def _healthz(call: Call) -> ASGIResponse:
    return replies.send(call.request, replies.Body(b"ok"), media_type="text/plain")


async def _readyz(call: Call) -> ASGIResponse:
    mirror = call.console.mirror
    states = [mirror.state(kind) for kind in mirror.kinds]
    ready = call.console.ready
    stale = [
        StaleKind(state.kind, rfc3339(state.stale_since) or "", state.reason)
        for state in states
        if state.stale_since is not None
    ]
    body = Readiness(ready, stale, [state.kind for state in states if state.absent])
    headers = {} if ready else {"Retry-After": str(problems.RETRY_AFTER)}
    return replies.send(call.request, body, status=200 if ready else 503, headers=headers)


async def _version(call: Call) -> ASGIResponse:
    return replies.send(call.request, Version(yurt_console.__version__))


async def _root(_call: Call) -> ASGIResponse:
    return ASGIResponse(status_code=307, headers={"Location": "/console/", "Cache-Control": replies.NO_STORE})


async def _page(call: Call) -> ASGIResponse:
    return replies.send(call.request, replies.Body(_PAGE), media_type="text/html")


ROUTES: Final = (
    Route(
        "GET", "/healthz", Access.PUBLIC, _healthz, "Whether the process is alive", media_type="text/plain"
    ),
    Route("GET", "/readyz", Access.PUBLIC, _readyz, "Whether pages can be served", reply=Readiness),
    Route("GET", "/version", Access.PUBLIC, _version, "The console's version", reply=Version),
    Route("GET", "/", Access.PUBLIC, _root, "To the web page", status=307, media_type=""),
    Route("GET", "/console", Access.PUBLIC, _page, "The web page", media_type="text/html"),
)
