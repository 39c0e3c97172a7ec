"""A WebSocket server that speaks the channel protocols, for what a real one does only in trouble."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from aiohttp import web

Speak = Callable[[web.WebSocketResponse, web.Request], Awaitable[None]]
SUCCESS = b'\x03{"metadata":{},"status":"Success"}'


def speaking(
    speak: Speak, *protocols: str, requests: list[web.Request] | None = None
) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """A handler that accepts the first of ``protocols`` that is offered, and lets ``speak`` talk."""

    async def handler(request: web.Request) -> web.StreamResponse:
        if requests is not None:
            requests.append(request)
        socket = web.WebSocketResponse(protocols=protocols, autoping=False, max_msg_size=2**20)
        await socket.prepare(request)
        await speak(socket, request)
        return socket

    return handler


def refusing_lists(
    speak: Speak, protocol: str, status: int, offers: list[Sequence[str]]
) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """A handler as old WebSocket libraries are: it refuses a list with an unknown protocol in it."""
    accepting = speaking(speak, protocol)

    async def handler(request: web.Request) -> web.StreamResponse:
        offered = [each.strip() for each in request.headers["Sec-WebSocket-Protocol"].split(",")]
        offers.append(offered)
        if offered != [protocol]:
            return web.Response(status=status, text="requested protocol(s) are not supported")
        return await accepting(request)

    return handler
