"""Responses: encoded once, compressed when the client accepts it, with an ETag for revalidation."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Any, Final

import msgspec
from isal import isal_zlib
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

REVALIDATE: Final = "private, no-cache"
"""``Cache-Control`` of pages: stored by this browser only, and revalidated for each use."""
NO_STORE: Final = "no-store"
_SMALL: Final = 1024
"""Bytes below which compression is not worth its header."""
_LEVEL: Final = 1
"""Lists of JSON shrink tenfold; higher levels gain little."""
_GZIP: Final = 31
"""The window bits that mean a gzip header without a time, so equal bodies are equal bytes."""
SECURITY_HEADERS: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
)
"""Sent with every response that does not bring its own."""
_BODILESS: Final = frozenset({204, 304})

encode = msgspec.json.Encoder().encode


class Freshness(msgspec.Struct, frozen=True, gc=False):
    """What a reply was made from: it may be sent again while ``current(console, scope)`` is ``versions``.

    Thousands are cached, so neither it nor a `Response` is tracked by the garbage collector, and neither may
    refer to the console, which refers to them.
    """

    current: Callable[[Any, str | None], Hashable]
    scope: str | None
    versions: Hashable
    tag: str


class Response(msgspec.Struct, gc=False):
    """A complete response as an ASGI application. It may be sent many times."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes = b""
    freshness: Freshness | None = None
    """Set on a reply that may be sent again."""

    @classmethod
    def of(cls, status: int, headers: Mapping[str, str], body: bytes = b"") -> Response:
        """The response with the headers that every one has."""
        encoded = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()]
        if status not in _BODILESS:
            encoded.append((b"content-length", b"%d" % len(body)))
        return cls(status, tuple(secured(encoded)), body)

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        """Send the response."""
        await send({"type": "http.response.start", "status": self.status, "headers": self.headers})
        await send({"type": "http.response.body", "body": self.body})


def secured(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """``headers`` with the security headers that they lack."""
    secured = list(headers)
    present = {name for name, _ in secured}
    return secured + [header for header in SECURITY_HEADERS if header[0] not in present]


class Body(msgspec.Struct, gc=False):
    """An encoded body and, from the first request that accepts it, its gzip."""

    plain: bytes
    packed: bytes = b""

    def packed_or_plain(self, request: Request) -> tuple[bytes, bool]:
        """The bytes for this client, and whether they are compressed."""
        if len(self.plain) < _SMALL or not accepts_gzip(request):
            return self.plain, False
        if not self.packed:
            self.packed = isal_zlib.compress(self.plain, _LEVEL, _GZIP)
        return self.packed, True


def send(
    request: Request,
    body: Body | Any,
    *,
    cache: str = NO_STORE,
    tag: str = "",
    status: int = 200,
    media_type: str = "application/json",
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A response with ``body``, which is encoded as JSON unless it is a `Body`."""
    if not isinstance(body, Body):
        body = Body(encode(body))
    content, packed = body.packed_or_plain(request)
    if headers is None and tag and status == 200:
        length = (b"content-length", b"%d" % len(content))
        return Response(
            200, (*_page_headers(cache, media_type, packed), (b"etag", tag.encode()), length), content
        )
    sent = {**_headers(cache, media_type, packed), **(headers or {})}
    if tag:
        sent["ETag"] = tag
    return Response.of(status, sent, content)


def _headers(cache: str, media_type: str, packed: bool) -> dict[str, str]:
    charset = "; charset=utf-8" if media_type.startswith("text/") else ""
    encoding = {"Content-Encoding": "gzip"} if packed else {}
    return {
        "Cache-Control": cache,
        "Vary": "Accept-Encoding",
        "Content-Type": media_type + charset,
        **encoding,
    }


@functools.cache
def _page_headers(cache: str, media_type: str, packed: bool) -> tuple[tuple[bytes, bytes], ...]:
    """The headers that all pages have, encoded once."""
    sent = _headers(cache, media_type, packed)
    return tuple(secured((name.lower().encode(), value.encode()) for name, value in sent.items()))


def empty(status: int, headers: Mapping[str, str]) -> Response:
    """A response without a body."""
    return Response.of(status, headers)


def unchanged(request: Request, tag: str) -> Response | None:
    """304 when the client has exactly this already, otherwise None."""
    requested = request.headers.get("if-none-match", "")
    if tag not in [part.strip() for part in requested.split(",")]:
        return None
    return not_modified(tag)


def not_modified(tag: str) -> Response:
    """304 for a client that has ``tag``."""
    return empty(304, {"Cache-Control": REVALIDATE, "ETag": tag, "Vary": "Accept-Encoding"})


def tag_of(*parts: object) -> str:
    """A weak ETag (the same for compressed and plain) for everything a response depends on."""
    return f'W/"{hashlib.blake2b(repr(parts).encode(), digest_size=12).hexdigest()}"'


def accepts_gzip(request: Request) -> bool:
    """Whether the client accepts gzip; ``gzip;q=0`` refuses it."""
    for part in request.headers.get("accept-encoding", "").lower().split(","):
        coding, _, weight = part.partition(";")
        if coding.strip() in ("gzip", "*"):
            return weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False
