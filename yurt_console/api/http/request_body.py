"""Request bodies: read within bounds, and read by the same declarations that the OpenAPI document shows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, TypeVar

import msgspec
from starlette.requests import Request

from apimachinery.errors import BadRequestError, RequestTooLargeError, UnsupportedMediaTypeError
from yurt_console.api.http import errors
from yurt_console.api.http.state import Console
from yurt_console.strict_input import JsonReader

S = TypeVar("S", bound=msgspec.Struct)

LIMIT: Final = 64 * 1024
"""Bytes of a body; the largest thing that is sent is an e-mail address."""


def require_writable(console: Console) -> None:
    """Refuse at once what would wait for an API server that is away: `ServiceUnavailableError`."""
    if console.cluster.cache.stale_since("users") is not None:
        raise errors.unreachable()


def address(request: Request) -> str:
    """The client's address, from trusted proxies where there are any."""
    return request.client.host if request.client else ""


async def read(request: Request) -> bytes:
    """The body's bytes, `LIMIT` of them at most. Raises `RequestTooLargeError`."""
    cached: bytes | None = getattr(request, "_body", None)
    if cached is not None:
        return cached
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > LIMIT:
        raise _too_large()
    received = bytearray()
    async for chunk in request.stream():
        received += chunk
        if len(received) > LIMIT:
            raise _too_large()
    request._body = bytes(received)
    return request._body


def _too_large() -> RequestTooLargeError:
    return RequestTooLargeError.of("the body is larger than the console reads")


async def body(request: Request) -> dict[str, Any]:
    """The JSON object that was sent; raises `UnsupportedMediaTypeError` or `BadRequestError`."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise UnsupportedMediaTypeError.of("the body must be application/json", field="Content-Type")
    try:
        found = msgspec.json.decode(await read(request), type=dict[str, Any])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise BadRequestError.of(
            "the body must be a JSON object", field="body", cause="FieldValueInvalid"
        ) from None
    return found


def declared(body: Mapping[str, Any], model: type[msgspec.Struct]) -> dict[str, Any]:
    """The values of the fields that ``model`` declares, unchecked; None for those left out."""
    return {field.name: body.get(field.encode_name) for field in msgspec.structs.fields(model)}


def texts(body: Mapping[str, Any], model: type[S]) -> S:
    """``body`` as ``model``, all texts. Raises `BadRequestError` naming every wrong field."""
    reader = JsonReader(body, None)
    values = {field.name: reader.text(field.encode_name) for field in msgspec.structs.fields(model)}
    reader.done()
    return model(**values)
