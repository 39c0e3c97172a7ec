"""uvicorn's WebSocket protocol with bounds of our own, and without log lines that hold query strings."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Final

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

if TYPE_CHECKING:
    from uvicorn._types import ASGISendEvent

MESSAGE_LIMIT: Final = 64 * 1024
"""Bytes of a received message; a longer one closes the connection with 1009."""
PING_SECONDS: Final = 30.0
PONG_SECONDS: Final = 60.0
"""Seconds that a pong may take: it waits behind output on a slow link, and while we wait for a container."""
LINE_LIMIT: Final = 4096
"""Bytes of the target and of each header of a handshake; the parser below gives up at 8192."""
HEADERS_LIMIT: Final = 100
"""Headers of a handshake; the parser below gives up at 128."""

_log = logging.getLogger("yurt_console.websockets")
_log.setLevel(logging.WARNING)  # below it stand targets with their query, and with them tokens


class WebSocketProtocol(WebSocketsSansIOProtocol):
    """One WebSocket. At most one message waits to be read; a peer that does not read stops our writers."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.logger = _log
        self.conn.logger = _log
        self.conn.debug = False

    async def send(self, message: ASGISendEvent) -> None:
        """Send a message; a refusal completes the handshake, or uvicorn would log an error for each."""
        await super().send(message)
        if message["type"] == "websocket.http.response.body" and not message.get("more_body"):
            self.handshake_complete = True

    def handle_ping(self) -> None:
        """Answer, unless the peer reads nothing: its pings would fill our memory."""
        pong = self.conn.data_to_send()
        if self.writable.is_set():
            self.transport.write(b"".join(pong))
