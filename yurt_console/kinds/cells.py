"""Values that rows of several lists have in common."""

from __future__ import annotations

from typing import Any

import msgspec


class Image(msgspec.Struct, frozen=True):
    """An entry of the contract's arrays of images."""

    image: str


def images(row: Any) -> list[Image]:
    """A row's images as the contract has them."""
    return [Image(image) for image in row.images]


def owner(row: Any) -> str:
    """What keeps a row's object, as ``Kind/name``; "" for nothing."""
    return f"{row.owner_kind}/{row.owner_name}" if row.owner_name else ""
