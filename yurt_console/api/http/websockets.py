"""A browser's WebSocket: accepted or refused once, binary messages, and a close code with words."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Final

from starlette.types import Message, Receive, Send

from apimachinery.errors import BadRequestError, Status
from yurt_console.api.http.responses import Response

WEBSOCKET: Final = "websocket"
"""Key of the scope's state: the `BrowserSocket` of a handshake; absent in other requests."""
NORMAL: Final = 1000
GOING_AWAY: Final = 1001
FAILED: Final = 1011
_PRIVATE: Final = 4000
"""Added to the HTTP code of a ``Status``: 4403 for 403."""
_REASON_LIMIT: Final = 123
"""Bytes that a close frame has for words."""
_CLOSE_SECONDS: Final = 2.0
"""Seconds that a close frame may wait for a peer that does not read."""


class BrowserSocket:
    """One WebSocket on ASGI. One task may receive while another sends."""

    def __init__(self, receive: Receive, send: Send, subprotocols: list[str]) -> None:
        self._receive = receive
        self._send = send
        self.subprotocols = subprotocols
        """What the browser offers."""
        self.accepted = False

    async def accept(self, subprotocol: str) -> None:
        """Complete the handshake."""
        await self._receive()  # websocket.connect
        await self._send({"type": "websocket.accept", "subprotocol": subprotocol})
        self.accepted = True

    async def refuse(self, response: Response) -> None:
        """Answer the handshake with an ordinary response."""
        start = {"status": response.status, "headers": response.headers}
        await self._send({"type": "websocket.http.response.start", **start})
        await self._send({"type": "websocket.http.response.body", "body": response.body})

    async def receive(self) -> bytes | None:
        """The next message; None when the browser is gone. Raises `BadRequestError` for text."""
        message: Message = await self._receive()
        if message["type"] == "websocket.disconnect":
            return None
        data: bytes | None = message.get("bytes")
        if data is None:
            raise BadRequestError.of("messages must be binary")
        return data

    async def send(self, data: bytes) -> None:
        """Send a message; waits while the browser does not read. Raises `OSError` when it is gone."""
        await self._send({"type": "websocket.send", "bytes": data})

    async def close(self, code: int, reason: str) -> None:
        """Close with words, cut to what a close frame holds."""
        cut = reason.encode()[:_REASON_LIMIT].decode(errors="ignore")
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(_CLOSE_SECONDS):
                await self._send({"type": "websocket.close", "code": code, "reason": cut})


def close_code(status: Status) -> int:
    """The close code that stands for a refusal after the handshake."""
    return _PRIVATE + status.code
