"""What requests that change something have in common: their body, and whether anything can be changed."""

from __future__ import annotations

from typing import Any

import msgspec

from apimachinery.errors import BadRequestError, UnsupportedMediaTypeError
from yurt_console.api.http import errors
from yurt_console.api.http.route import AnyRequest
from yurt_console.api.http.state import Console


def require_writable(console: Console) -> None:
    """Refuse at once what would wait for an API server that is away: `ServiceUnavailable`."""
    if console.mirror.stale_since("users") is not None:
        raise errors.unreachable()


def address(request: AnyRequest) -> str:
    """Where the request comes from, as far as the proxies that are trusted say."""
    return request.client.host if request.client else ""


async def body(request: AnyRequest) -> dict[str, Any]:
    """The JSON object that was sent; raises `UnsupportedMediaType` and `BadRequest`, which quote nothing."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise UnsupportedMediaTypeError.of("the body must be application/json", field="Content-Type")
    try:
        found = msgspec.json.decode(await request.body(), type=dict[str, Any])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise BadRequestError.of(
            "the body must be a JSON object", field="body", cause="FieldValueInvalid"
        ) from None
    return found
