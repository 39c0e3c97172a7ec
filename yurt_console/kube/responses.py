"""Decodes replies of the API server (pure)."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

from yurt_console.kube.errors import MalformedReply

T = TypeVar("T")


class PageMetadata(msgspec.Struct, rename={"continue_": "continue"}):
    """The metadata of a list, as far as paging needs it."""

    continue_: str = ""


class Page(msgspec.Struct):
    """One page of a list."""

    items: list[dict[str, Any]] | None
    metadata: PageMetadata


def decoded(body: bytes, model: type[T]) -> T:
    """The body as ``model``. Raises `MalformedReply`; its text quotes nothing of the body."""
    try:
        return msgspec.json.decode(body, type=model)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise MalformedReply(f"a reply of {len(body)} bytes is not what this address answers") from None
