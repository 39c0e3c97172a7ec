"""``GET /changes``: server-sent events with the resource that has changed rows for the caller.

An event never carries a row: the client asks again for the page it shows. The stream ends with the session:
at once on logout and when the account changes or ends, within `CHECK_SECONDS` when a session or an account
expires; and when the client disconnects or the process stops. Streams are bounded per account and address.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Final

import msgspec
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from apimachinery.errors import StatusError
from apimachinery.times import rfc3339_of_unix
from yurt_console.api.http import guard, query
from yurt_console.api.http.query import Parameter
from yurt_console.api.http.routing.route import Access, Call, Route
from yurt_console.api.http.streams import CHECK_SECONDS
from yurt_console.cache.feed import Message, Subscription
from yurt_console.tenancy.identity import access

_RETRY: Final = b"retry: 2000\n\n"


class ChangeData(msgspec.Struct, frozen=True, omit_defaults=True):
    """The data of an event; ``since`` stands with ``stale``."""

    kind: str
    since: str | None = None


class _EventStream:
    """The response of one subscriber. It counts against the bounds while it is sent."""

    def __init__(self, call: Call, namespace: str) -> None:
        self._call = call
        self._namespace = namespace
        self._scopes = access.requested_scopes(call.caller, namespace)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send events until the session ends, the client disconnects or the process stops."""
        call = self._call
        # an administrator who looks at one namespace must still learn of changes of the own account
        scopes = None if self._scopes is None else self._scopes | {call.caller.subject}
        with (
            call.cluster.feed.subscribe(scopes) as subscription,
            guard.opened_stream(call, CHANGES.name, subscription.close),
        ):
            response = StreamingResponse(
                _events(call, self._namespace, self._scopes, subscription),
                media_type="text/event-stream",
                headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
            )
            await response(scope, receive, send)


async def _changes(call: Call) -> _EventStream:
    return _EventStream(call, query.requested_namespace(call.parameters))


async def _events(
    call: Call, namespace: str, scopes: frozenset[str] | None, subscription: Subscription
) -> AsyncIterator[bytes]:
    """The events as bytes. Every turn awaits, or a stalled client that disconnects would spin it forever."""
    loop = asyncio.get_running_loop()
    keep_alive = max(0.1, call.console.settings.server.keep_alive)
    check_at = loop.time() + CHECK_SECONDS
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
            if not _holds(call, namespace, scopes):
                return
            check_at = loop.time() + CHECK_SECONDS
        yield event
        if is_about_accounts and not _holds(call, namespace, scopes):
            return


def _event(message: Message) -> bytes:
    data = msgspec.json.encode(ChangeData(message.plural, rfc3339_of_unix(message.since)))
    return b"event: %b\ndata: %b\n\n" % (message.event.encode(), data)


def _holds(call: Call, namespace: str, scopes: frozenset[str] | None) -> bool:
    """Whether the credential is still good and the scopes still the caller's."""
    try:
        caller = guard.identify(call.console, call.request, call.parameters.get("token"))
        return access.requested_scopes(caller, namespace) == scopes
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
    errors=(400, 429),
    reads_cluster=True,
)
