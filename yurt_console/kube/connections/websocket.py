"""A client's WebSocket on aiohttp: bounded messages, back-pressure, pings, and a silent peer detected.

Pings keep proxies from closing an idle connection. A pong comes through the API server from the kubelet up to
Kubernetes 1.29, from the API server itself later.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import aiohttp
from yarl import URL

from yurt_console.kube.connections.failures import FAILURES, translated
from yurt_console.kube.errors import MalformedReply, Unreachable, is_status

MESSAGE_LIMIT: Final = 2**20
"""Bytes of a received message. Kubelets send 32 KiB at a time."""
PING_SECONDS: Final = 30.0
"""Seconds between pings."""
_PONG_SECONDS: Final = 20.0
"""Seconds that the answer to a ping may take."""
_CLOSE_SECONDS: Final = 2.0
"""Seconds that the peer may take to answer a close frame."""
_PENDING: Final = 2048
"""Bytes that certainly find room in the buffers of a pipe or a terminal (4096)."""
_BODY_LIMIT: Final = 64 * 1024
"""Bytes that are read of a refusal."""


class HandshakeRefused(Exception):
    """The server answered a handshake with an ordinary response."""

    def __init__(self, status: int, body: bytes, retry_after: str) -> None:
        super().__init__(status)
        self.status = status
        self.body = body
        self.retry_after = retry_after

    @property
    def is_about_subprotocols(self) -> bool:
        """Whether the WebSocket library refused, and not Kubernetes, which answers with a ``Status``."""
        return self.status in (400, 403) and not is_status(self.body)


async def refusals(
    request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
) -> aiohttp.ClientResponse:
    """aiohttp middleware that raises `HandshakeRefused`: aiohttp's own error does not hold the body."""
    response = await handler(request)
    if response.status == 101:
        return response
    try:
        body = b""
        while len(body) < _BODY_LIMIT and (chunk := await response.content.read(_BODY_LIMIT)):
            body += chunk
        raise HandshakeRefused(response.status, body, response.headers.get("Retry-After", ""))
    finally:
        response.close()


class KubeWebSocket:
    """An open WebSocket, as `round_tripper.WebSocket` has it."""

    def __init__(
        self, socket: aiohttp.ClientWebSocketResponse[bool], address: URL, subprotocol: str, ping: float
    ) -> None:
        self._socket = socket
        self._address = address
        self._subprotocol = subprotocol
        self._ping = ping
        self._unanswered = 0

    @property
    def subprotocol(self) -> str:
        """The subprotocol that the server chose."""
        return self._subprotocol

    async def receive(self) -> bytes | None:
        """The next binary message; None after the server's close frame."""
        while True:
            try:
                async with asyncio.timeout(self._ping + _PONG_SECONDS):
                    message = await self._socket.receive()
            except TimeoutError as error:
                if self._unanswered > _PENDING:
                    continue  # a kubelet that waits for its process to read stdin answers no ping
                raise translated(error, self._address) from None
            self._unanswered = 0
            match message.type:
                case aiohttp.WSMsgType.BINARY:
                    return bytes(message.data)
                case aiohttp.WSMsgType.PING:
                    await self._answer(message.data)
                case aiohttp.WSMsgType.PONG:
                    continue
                case aiohttp.WSMsgType.CLOSE:
                    return None
                case aiohttp.WSMsgType.CLOSED | aiohttp.WSMsgType.CLOSING:
                    raise Unreachable(f"{self._where}: the connection was lost")
                case _:
                    raise MalformedReply(f"{self._where}: a message is too long or not binary")

    async def send(self, message: bytes) -> None:
        """Send a binary message; waits while the peer does not read."""
        self._unanswered += len(message)
        try:
            await self._socket.send_bytes(message)
        except FAILURES as error:
            raise translated(error, self._address) from None

    async def ping(self) -> None:
        """Ping for ever; ends when the connection does."""
        with contextlib.suppress(*FAILURES):
            while True:
                await asyncio.sleep(self._ping)
                await self._socket.ping()

    async def _answer(self, payload: bytes) -> None:
        with contextlib.suppress(*FAILURES):  # the next receive reports it
            await self._socket.pong(payload)

    @property
    def _where(self) -> str:
        return f"{self._address.host}:{self._address.port}"


@asynccontextmanager
async def pinged(socket: KubeWebSocket, raw: aiohttp.ClientWebSocketResponse[bool]) -> AsyncIterator[None]:
    """Ping ``socket`` inside the block and close it at the end, whether or not the peer answers."""
    pings = asyncio.create_task(socket.ping())
    try:
        yield
    finally:
        pings.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await pings
        with contextlib.suppress(TimeoutError, *FAILURES):
            async with asyncio.timeout(_CLOSE_SECONDS):
                await raw.close()
