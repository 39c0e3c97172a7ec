"""HTTP as it arrives: what the server would refuse in plain text is refused as a ``Status`` as well."""

from __future__ import annotations

from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from yurt_console.api import problems
from yurt_console.api.front import ADDRESS_LIMIT

_URL_LIMIT: Final = ADDRESS_LIMIT + 1024
"""Bytes of a request's target, which may begin with scheme and host."""


class Protocol(HttpToolsProtocol):
    """One connection. A parser that meets 64 kB of address gives up; here `Front` says what is wrong."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.access_log = (
            False  # its lines hold query strings, and with them tokens, however logging is set up
        )

    def on_url(self, url: bytes) -> None:
        """Take a piece of the address; of one that is far too long only the path is kept."""
        super().on_url(url)
        if len(self.url) > _URL_LIMIT:
            self.url = self.url.partition(b"?")[0][:ADDRESS_LIMIT] + b"?" + b"-" * ADDRESS_LIMIT

    def send_400_response(self, msg: str) -> None:
        """Answer what is no HTTP, and close."""
        body = problems.malformed()
        lines = (
            b"HTTP/1.1 400 Bad Request",
            b"content-type: application/json",
            b"content-length: %d" % len(body),
            b"connection: close",
            b"x-content-type-options: nosniff",
        )
        self.transport.write(b"\r\n".join((*lines, b"", body)))
        self.transport.close()
