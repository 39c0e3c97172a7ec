"""``GET /changes``: server-sent events that say which kind of what the caller sees has changed.

An event names a kind, never a row: the reader asks again for the page it shows. The stream ends when the
account no longer holds (at once when the account changed, by the calendar within seconds), when its reader
goes away, and when the process stops.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Final

import msgspec
from starlette.responses import StreamingResponse

from apimachinery.errors import StatusError
from yurt_console.api.http import guard, query
from yurt_console.api.http.query import Parameter
from yurt_console.api.http.route import Access, Call, Route
from yurt_console.api.http.state import rfc3339
from yurt_console.cache.feed import Message
from yurt_console.tenancy.identity import access

CHECK_SECONDS: Final = 30.0
"""How long a stream may live on after its account has ended, at most."""
_RETRY: Final = b"retry: 2000\n\n"


class ChangeData(msgspec.Struct, frozen=True, omit_defaults=True):
    """The data of an event; ``since`` stands with ``stale``."""

    kind: str
    since: str | None = None


async def _changes(call: Call) -> StreamingResponse:
    scope = access.namespace(call.caller, query.asked_namespace(call.parameters))
    return StreamingResponse(
        _stream(call, scope),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _stream(call: Call, scope: str | None) -> AsyncIterator[bytes]:
    """The events as bytes. Every turn awaits, or a reader that stalled and left would spin it for ever."""
    loop = asyncio.get_running_loop()
    scopes = None if scope is None else frozenset({scope})
    keep_alive = max(0.1, call.console.settings.keep_alive)
    check_at = loop.time() + CHECK_SECONDS
    with call.cluster.feed.subscribe(scopes) as subscription:
        yield _RETRY
        while True:
            is_about_accounts = False
            try:
                async with asyncio.timeout_at(min(check_at, loop.time() + keep_alive)):
                    message = await anext(subscription)
                event, is_about_accounts = _event(message), message.plural == "users"
            except TimeoutError:
                event = b":\n\n"
            except StopAsyncIteration:
                return
            if loop.time() >= check_at:
                if not _holds(call, scope):
                    return
                check_at = loop.time() + CHECK_SECONDS
            yield event
            if is_about_accounts and not _holds(call, scope):
                return


def _event(message: Message) -> bytes:
    data = msgspec.json.encode(ChangeData(message.plural, rfc3339(message.since)))
    return b"event: %b\ndata: %b\n\n" % (message.event.encode(), data)


def _holds(call: Call, scope: str | None) -> bool:
    """Whether the caller may still see what the stream tells of."""
    try:
        caller = guard.identify(call.console, call.request, call.parameters.get("token"))
        return access.namespace(caller, scope or "") == scope
    except StatusError:
        return False


CHANGES: Final = Route(
    "watch_changes",
    "GET",
    "/changes",
    Access.TENANT,
    _changes,
    "Server-sent events: changed, live, stale",
    media_type="text/event-stream",
    parameters=(
        Parameter("namespace", "a tenant's own when left out, an administrator's all", {"type": "string"}),
    ),
    errors=(400,),
    reads_cluster=True,
)
