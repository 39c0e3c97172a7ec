"""The ASGI app of the API server; the one place that turns errors into Statuses."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from typing import Any

from apimachinery.errors import InternalServerError, Status, StatusError
from kubesim.authorization.rules import RequestAttributes
from kubesim.endpoints import discovery
from kubesim.endpoints.gate import Gate, OpenGate
from kubesim.endpoints.nonresources import NonResources
from kubesim.endpoints.parameters import is_true
from kubesim.endpoints.replies import Reply, encoded, status_object
from kubesim.endpoints.requests import BODY_LIMIT, Request
from kubesim.endpoints.resources import Resources
from kubesim.endpoints.routing import Place, locate, requested_verb, segments
from kubesim.errors.statuses import method_not_allowed, too_large
from kubesim.registry.server import Server

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

_log = logging.getLogger(__name__)


class App:
    """The API server over HTTP; ``gate`` authenticates and authorizes."""

    def __init__(self, server: Server, gate: Gate | None = None) -> None:
        self.server = server
        self.gate: Gate = gate or OpenGate()
        self._resources = Resources(server)
        self._others = NonResources(server)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One ASGI request, or the lifespan."""
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1011})
            return
        try:
            reply = await self.answer(await _request(scope, receive))
        except StatusError as error:
            reply = refusal(error)
        except Exception:
            _log.exception("request failed")
            message = "Internal Server Error: the simulator failed; its log says why"
            reply = refusal(InternalServerError(Status(message=message, reason="InternalError", code=500)))
        await _send(reply, receive, send)

    async def answer(self, request: Request) -> Reply:
        """The response to one request. Raises `StatusError`."""
        parts = segments(request.path)
        is_api = parts[0] == "api" and len(parts) > 2 and parts[1] == "v1"
        is_apis = parts[0] == "apis" and len(parts) > 3
        if is_apis and discovery.group(self.server.kinds, parts[1]) is None:
            is_apis = False
        if not is_api and not is_apis:
            verb = {"GET": "get", "POST": "post", "PUT": "put", "PATCH": "patch", "DELETE": "delete"}
            attributes = RequestAttributes(
                verb.get(request.method, request.method.lower()), path=request.path
            )
            self.gate.admit(request, attributes)
            return self._others.answer(request, parts)
        place = locate(self.server.kinds, parts)
        is_watch = place.watch or is_true(request.query, "watch")
        verb_name = requested_verb(place, request.method, is_watch=is_watch)
        user = self.gate.admit(request, _attributes(place, verb_name or request.method.lower(), request))
        if not verb_name:
            raise method_not_allowed()
        reply = await self._resources.answer(request, place, verb_name, user)
        warning = place.kind.deprecations.get(place.version)
        if warning is None:
            return reply
        headers = {**reply.headers, "warning": f'299 - "{warning}"'}
        return Reply(reply.body, reply.status, reply.content_type, headers, reply.chunks)


def refusal(error: StatusError) -> Reply:
    """The response of a StatusError."""
    headers = {"retry-after": str(error.retry_after)} if error.retry_after else {}
    return encoded(status_object(error.status), status=error.status.code, headers=headers)


def _attributes(place: Place, verb: str, request: Request) -> RequestAttributes:
    kind, namespace, name = place.kind, place.namespace, place.name
    if not kind.group and kind.plural == "namespaces" and name:
        # a namespace is authorized as an object in itself
        namespace = name
    if not name and verb in ("list", "watch"):
        wanted = request.query.get("fieldSelector", "")
        if wanted.startswith("metadata.name=") and "," not in wanted:
            name = wanted.removeprefix("metadata.name=")
    return RequestAttributes(verb, kind.group, kind.plural, place.subresource, namespace, name)


async def _request(scope: Scope, receive: Receive) -> Request:
    headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]]
    length = next((value for name, value in headers if name == "content-length"), "0")
    if length.isdecimal() and int(length) > BODY_LIMIT:
        raise too_large(f"limit is {BODY_LIMIT}")
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            break
        body += message.get("body", b"")
        if len(body) > BODY_LIMIT:
            raise too_large(f"limit is {BODY_LIMIT}")
        if not message.get("more_body"):
            break
    host, port = scope.get("server") or ("127.0.0.1", 0)
    state = scope.get("state", {})
    return Request(
        method=scope["method"],
        raw_path=scope.get("raw_path") or scope["path"].encode(),
        raw_query=scope.get("query_string", b""),
        headers=headers,
        body=bytes(body),
        peer=state.get("peer"),
        scheme=scope.get("scheme", "http"),
        server=f"{host}:{port}",
        abort=state.get("abort", lambda: None),
    )


async def _send(reply: Reply, receive: Receive, send: Send) -> None:
    headers = [
        (b"content-type", reply.content_type.encode()),
        (b"cache-control", b"no-cache, private"),
        *((name.encode(), value.encode("latin-1", "replace")) for name, value in reply.headers.items()),
    ]
    if reply.chunks is None:
        headers.append((b"content-length", str(len(reply.body)).encode()))
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    if reply.chunks is None:
        await send({"type": "http.response.body", "body": reply.body})
        return
    await _send_chunks(reply.chunks, receive, send)


async def _send_chunks(chunks: AsyncIterator[bytes], receive: Receive, send: Send) -> None:
    """Send chunks until they end or the client disconnects."""

    async def forward() -> None:
        await send({"type": "http.response.body", "body": b"", "more_body": True})
        async for chunk in chunks:
            if chunk:
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    async def gone() -> None:
        while (await receive())["type"] != "http.disconnect":
            continue

    tasks = [asyncio.create_task(forward()), asyncio.create_task(gone())]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        if tasks[0] in done:
            tasks[0].result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        close = getattr(chunks, "aclose", None)
        if close is not None:
            await close()


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
