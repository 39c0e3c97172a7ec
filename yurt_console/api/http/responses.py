"""Bodies on their way out: encoded once, compressed when asked, tagged so that nothing is sent twice."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Mapping
from typing import Any, Final

import msgspec
from litestar.response.base import ASGIResponse

from yurt_console.api.http.route import AnyRequest

REVALIDATE: Final = "private, no-cache"
"""Keep it, for this browser only, and ask each time whether it is still right."""
NO_STORE: Final = "no-store"
_SMALL: Final = 1024
_LEVEL: Final = 1
"""Fastest: lists of JSON still shrink tenfold."""

encode = msgspec.json.Encoder().encode


class Body(msgspec.Struct):
    """An encoded reply and, once somebody asked for it, its gzip."""

    plain: bytes
    packed: bytes = b""

    def packed_or_plain(self, request: AnyRequest) -> tuple[bytes, bool]:
        """What this client gets, and whether it is compressed."""
        if len(self.plain) < _SMALL or not accepts_gzip(request):
            return self.plain, False
        if not self.packed:
            self.packed = gzip.compress(self.plain, _LEVEL, mtime=0)
        return self.packed, True


def send(
    request: AnyRequest,
    body: Body | Any,
    *,
    cache: str = NO_STORE,
    tag: str = "",
    status: int = 200,
    media_type: str = "application/json",
    headers: Mapping[str, str] | None = None,
) -> ASGIResponse:
    """The response that carries ``body``, which is encoded as JSON unless it is a `Body`."""
    if not isinstance(body, Body):
        body = Body(encode(body))
    content, packed = body.packed_or_plain(request)
    sent = {"Cache-Control": cache, "Vary": "Accept-Encoding", **(headers or {})}
    if tag:
        sent["ETag"] = tag
    if packed:
        sent["Content-Encoding"] = "gzip"
    return ASGIResponse(body=content, status_code=status, media_type=media_type, headers=sent)


def unchanged(request: AnyRequest, tag: str) -> ASGIResponse | None:
    """304 when the client already has exactly this, otherwise None."""
    asked = request.headers.get("if-none-match", "")
    if tag not in [part.strip() for part in asked.split(",")]:
        return None
    return ASGIResponse(
        status_code=304, headers={"Cache-Control": REVALIDATE, "ETag": tag, "Vary": "Accept-Encoding"}
    )


def tag_of(*parts: object) -> str:
    """A weak ETag (the same for compressed and plain) for everything an answer depends on."""
    return f'W/"{hashlib.blake2b(repr(parts).encode(), digest_size=12).hexdigest()}"'


def accepts_gzip(request: AnyRequest) -> bool:
    """Whether the client takes gzip; ``gzip;q=0`` is a no."""
    for part in request.headers.get("accept-encoding", "").lower().split(","):
        coding, _, weight = part.partition(";")
        if coding.strip() in ("gzip", "*"):
            return weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False
