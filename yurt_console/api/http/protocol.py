"""uvicorn's HTTP protocol with bounds of our own, and with every refusal a ``Status``."""

from __future__ import annotations

import asyncio
from typing import Any, Final
from urllib.parse import unquote

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from yurt_console.api.http import errors
from yurt_console.api.http.middleware import ADDRESS_LIMIT, Middleware
from yurt_console.api.http.websocket_protocol import HEADERS_LIMIT as HANDSHAKE_HEADERS
from yurt_console.api.http.websocket_protocol import LINE_LIMIT

_URL_LIMIT: Final = ADDRESS_LIMIT + 1024
"""Bytes of a request's target, which may begin with scheme and host."""
_BODY: Final = (b"content-length", b"transfer-encoding")
"""Headers of requests with a body, which no handshake has."""
DISCARDED_LIMIT: Final = 1024
"""Chunks of a body that are read and thrown away once its request is answered."""
HEADERS_LIMIT: Final = 64 * 1024
"""Bytes of headers, in whole reads: the parser itself would collect them without an end."""
_WRITE_LIMIT: Final = 64 * 1024
"""Bytes that wait for the end of the event loop's turn at most."""


class CoalescingTransport(asyncio.Transport):
    """The transport of an HTTP connection; what one turn of the event loop writes leaves in one system call.

    uvicorn writes the head and the body of a reply apart, and a system call costs as much as all the rest of
    a cached reply. It has what the HTTP protocol asks of a transport; a WebSocket gets the one below.
    """

    def __init__(self, transport: asyncio.Transport) -> None:
        super().__init__()
        self.below = transport
        self._call_soon = asyncio.get_running_loop().call_soon
        self._waiting: list[bytes] = []
        self._size = 0

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Write ``data``, which must not change, at the end of this turn."""
        if not self._waiting:
            self._call_soon(self.flush)
        self._waiting.append(data)  # type: ignore[arg-type]
        self._size += len(data)
        if self._size > _WRITE_LIMIT:
            self.flush()

    def is_closing(self) -> bool:
        """Whether the connection is closed or closing."""
        return self.below.is_closing()

    def close(self) -> None:
        """Close the connection once all that was written is sent."""
        self.flush()
        self.below.close()

    def flush(self) -> None:
        """Write now what waits; it is dropped when the client has gone, since uvloop would raise."""
        waiting, self._waiting, self._size = self._waiting, [], 0
        if waiting and not self.below.is_closing():
            self.below.writelines(waiting)


class Protocol(HttpToolsProtocol):
    """One connection. A parser that meets 64 kB of address gives up; here `Middleware` refuses it."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.access_log = (
            False  # its lines hold query strings, and with them tokens, however logging is set up
        )
        self._headers_read = 0
        self._discarded = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin a connection."""
        super().connection_made(transport)
        self.transport = CoalescingTransport(transport)

    def handle_websocket_upgrade(self) -> None:
        """Hand the connection to the WebSocket protocol."""
        if isinstance(self.transport, CoalescingTransport):
            self.transport.flush()
            self.transport = self.transport.below
        super().handle_websocket_upgrade()

    def _should_upgrade_to_ws(self) -> bool:
        """Whether this is a handshake of a WebSocket route; HTTP lets all others be served as they are."""
        app = self.config.app
        return (
            super()._should_upgrade_to_ws()
            and isinstance(app, Middleware)
            and self.parser.get_method() == b"GET"
            and self.parser.get_http_version() == "1.1"
            and len(self.url) <= LINE_LIMIT
            and len(self.headers) <= HANDSHAKE_HEADERS
            and all(
                len(name) + len(value) <= LINE_LIMIT and name not in _BODY for name, value in self.headers
            )
            and self.url.isascii()
            and app.takes_websockets(unquote(self.url.decode().partition("?")[0]))
        )

    def data_received(self, data: bytes) -> None:
        """Parse received bytes; close a connection that sends headers or trailers without end."""
        self._headers_read += len(data)
        super().data_received(data)
        if self._headers_read > HEADERS_LIMIT and not self.transport.is_closing():
            self._refuse(b"431 Request Header Fields Too Large", errors.too_many_headers(HEADERS_LIMIT))

    def on_headers_complete(self) -> None:
        """Stop counting: a body is bounded where it is read."""
        self._headers_read = 0
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Stop counting headers; close a connection that sends on long after its answer."""
        self._headers_read = 0
        if self.cycle.response_complete:
            self._discarded += 1
            if self._discarded > DISCARDED_LIMIT:
                self.transport.close()
            return
        super().on_body(body)

    def on_url(self, url: bytes) -> None:
        """Collect the request target; of one that is far too long only the path."""
        super().on_url(url)
        self._headers_read = self._discarded = 0
        if len(self.url) > _URL_LIMIT:
            self.url = self.url.partition(b"?")[0][:ADDRESS_LIMIT] + b"?" + b"-" * ADDRESS_LIMIT

    def send_400_response(self, msg: str) -> None:
        """Refuse what is not HTTP, and close."""
        self._refuse(b"400 Bad Request", errors.malformed())

    def _unsupported_upgrade_warning(self) -> None:
        """Log nothing: anybody may ask for an upgrade, and its refusal needs no action."""

    def _refuse(self, status: bytes, body: bytes) -> None:
        lines = (
            b"HTTP/1.1 " + status,
            b"content-type: application/json",
            b"content-length: %d" % len(body),
            b"cache-control: no-store",
            b"connection: close",
            b"x-content-type-options: nosniff",
        )
        self.transport.write(b"\r\n".join((*lines, b"", body)))
        self.transport.close()
