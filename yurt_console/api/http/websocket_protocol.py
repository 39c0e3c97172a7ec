"""uvicorn's WebSocket protocol with bounds of our own, and without log lines that hold query strings."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any, Final

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

if TYPE_CHECKING:
    from uvicorn._types import ASGIReceiveEvent, ASGISendEvent
    from websockets.frames import Frame

MESSAGE_LIMIT: Final = 64 * 1024
"""Bytes of a received message; a longer one closes the connection with 1009."""
PING_SECONDS: Final = 30.0
PONG_SECONDS: Final = 60.0
"""Seconds that a pong may take: it waits behind output on a slow link, and while we wait for a container."""
PARSED_AT_ONCE: Final = 4096
"""Received bytes that are parsed in one turn of the event loop; a read may hold 40,000 frames."""
IDLE_FRAMES_LIMIT: Final = 1024
"""Pings, pongs and fragments between two of our pings; more of them close the connection with 1008."""
ABORT_SECONDS: Final = 10.0
"""Seconds that a closed connection may wait for a peer that reads nothing; then it is aborted."""
LINE_LIMIT: Final = 4096
"""Bytes of the target and of each header of a handshake; the parser below gives up at 8192."""
HEADERS_LIMIT: Final = 100
"""Headers of a handshake; the parser below gives up at 128."""

_log = logging.getLogger("yurt_console.websockets")
_log.setLevel(logging.WARNING)  # below it stand targets with their query, and with them tokens


class WebSocketProtocol(WebSocketsSansIOProtocol):
    """One WebSocket. It reads while nothing waits; a peer that does not read stops our writers."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self._unparsed = bytearray()
        """What one read brought and is not parsed yet; reading pauses meanwhile."""
        self._is_scheduled = False
        self._idle_frames = 0
        self.logger = _log
        self.conn.logger = _log
        self.conn.debug = False

    async def send(self, message: ASGISendEvent) -> None:
        """Send a message; a refusal completes the handshake, or uvicorn would log an error for each."""
        await super().send(message)
        if message["type"] == "websocket.http.response.body" and not message.get("more_body"):
            self.handshake_complete = True

    async def receive(self) -> ASGIReceiveEvent:
        """The next message; what is not parsed yet comes before further reads."""
        message = await super().receive()
        if not self.read_paused:
            self._continue()
        return message

    def data_received(self, data: bytes) -> None:
        """Parse a part of what was read, the rest in later turns: other connections have theirs between."""
        self._unparsed += data
        if not self._is_scheduled:
            self._parse()

    def _parse(self) -> None:
        self._is_scheduled = False
        if self.transport.is_closing():
            self._unparsed.clear()
            return
        part = bytes(self._unparsed[:PARSED_AT_ONCE])
        del self._unparsed[:PARSED_AT_ONCE]
        super().data_received(part)
        if not self.read_paused:
            self._continue()

    def _continue(self) -> None:
        if self.transport.is_closing() or self._is_scheduled:
            return
        if self._unparsed:
            self.transport.pause_reading()
            self._is_scheduled = True
            self.loop.call_soon(self._parse)
        else:
            self.transport.resume_reading()

    def handle_ping(self) -> None:
        """Answer, unless the peer reads nothing: its pings would fill our memory."""
        pong = self.conn.data_to_send()
        if self._allows_idle_frame() and self.writable.is_set():
            self.transport.write(b"".join(pong))

    def handle_pong(self, event: Frame) -> None:
        """Note that the peer is there."""
        if self._allows_idle_frame():
            super().handle_pong(event)

    def handle_cont(self, event: Frame) -> None:
        """Collect a fragment; of text, which no route takes, only that there was some."""
        if self._allows_idle_frame():
            event.data = b"" if self.curr_msg_data_type == "text" else event.data
            super().handle_cont(event)

    def handle_text(self, event: Frame) -> None:
        """Begin a text, without its data: no route takes text, and uvicorn would log invalid UTF-8."""
        event.data = b""
        super().handle_text(event)

    def send_keepalive_ping(self) -> None:
        """Ping, and begin to count again."""
        self._idle_frames = 0
        super().send_keepalive_ping()

    def keepalive_timeout(self) -> None:
        """End the connection of a peer that did not answer, whatever it has not read."""
        super().keepalive_timeout()
        self.transport.abort()

    def on_task_complete(self, task: asyncio.Task[None]) -> None:
        """End the connection soon after its application, whatever the peer has not read."""
        super().on_task_complete(task)
        self.loop.call_later(ABORT_SECONDS, self.transport.abort)

    def _allows_idle_frame(self) -> bool:
        """Count a frame that brings no message; close the connection at one too many."""
        if self.transport.is_closing():
            return False
        self._idle_frames += 1
        if self._idle_frames <= IDLE_FRAMES_LIMIT:
            return True
        self.conn.fail(1008, "too many frames that bring no message")
        self.handle_parser_exception()
        return False
