"""Responses: encoded once, compressed when the client accepts it, with an ETag for revalidation."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Hashable, Mapping
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


def secured(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """``headers`` with the security headers that they lack."""
    present = {name for name, _ in headers}
    return headers + [header for header in SECURITY_HEADERS if header[0] not in present]


_PAGE: Final = tuple(
    secured(
        [
            (b"cache-control", REVALIDATE.encode()),
            (b"vary", b"Accept-Encoding"),
            (b"content-type", b"application/json"),
        ]
    )
)
"""The headers of every page, encoded once."""
_PACKED_PAGE: Final = (*_PAGE, (b"content-encoding", b"gzip"))


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
    charset = "; charset=utf-8" if media_type.startswith("text/") else ""
    sent = {"Cache-Control": cache, "Vary": "Accept-Encoding", **(headers or {})}
    if tag:
        sent["ETag"] = tag
    if packed:
        sent["Content-Encoding"] = "gzip"
    sent["Content-Type"] = media_type + charset
    return Response.of(status, sent, content)


def page(request: Request, body: Body, freshness: Freshness) -> Response:
    """A page of JSON that may be sent again, also from the browser's cache."""
    content, packed = body.packed_or_plain(request)
    own = ((b"etag", freshness.tag.encode()), (b"content-length", b"%d" % len(content)))
    return Response(200, (_PACKED_PAGE if packed else _PAGE) + own, content, freshness)


def empty(status: int, headers: Mapping[str, str]) -> Response:
    """A response without a body."""
    return Response.of(status, headers)


def unchanged(request: Request, tag: str) -> Response | None:
    """304 when the client has exactly this already, otherwise None."""
    return not_modified(tag) if matches(tag, request.headers.get("if-none-match", "")) else None


def unchanged_page(request: Request, freshness: Freshness) -> Response | None:
    """`unchanged` for a `page`."""
    response = unchanged(request, freshness.tag)
    if response is not None:
        response.freshness = freshness
    return response


def matches(tag: str, if_none_match: str) -> bool:
    """Whether an ``If-None-Match`` header lists ``tag``."""
    return if_none_match == tag or tag in [part.strip() for part in if_none_match.split(",")]


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
