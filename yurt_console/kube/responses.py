"""Decodes replies of the API server (pure)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias, TypeVar

import msgspec

from yurt_console.kube.errors import MalformedReply

T = TypeVar("T")
Decode: TypeAlias = Callable[[bytes | msgspec.Raw], T]
"""Makes something of one object's JSON; raises `MalformedReply` for what it cannot read, as decoders do."""


class PageMetadata(msgspec.Struct, rename={"continue_": "continue"}):
    """The metadata of a list, as far as paging needs it."""

    continue_: str = ""


class Page(msgspec.Struct):
    """One page of a list."""

    items: list[msgspec.Raw] | None
    metadata: PageMetadata


def decoded(body: bytes | msgspec.Raw, model: type[T]) -> T:
    """The body as ``model``. Raises `MalformedReply`; its text quotes nothing of the body."""
    try:
        return msgspec.json.decode(body, type=model)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        size = memoryview(body).nbytes
        raise MalformedReply(f"a reply of {size} bytes is not what this address answers") from None


def json_object(body: bytes | msgspec.Raw) -> dict[str, Any]:
    """The body as a JSON object. Raises as `decoded`."""
    return decoded(body, dict[str, Any])
