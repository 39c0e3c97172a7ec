"""Fields that rows of several lists share."""

from __future__ import annotations

from typing import Any

import msgspec


class Image(msgspec.Struct, frozen=True):
    """An entry of the contract's arrays of images."""

    image: str


def images(row: Any) -> list[Image]:
    """A row's images in the contract's form."""
    return [Image(image) for image in row.images]


def owner(row: Any) -> str:
    """The controller of an object, as ``Kind/name``; "" without one."""
    return f"{row.owner_kind}/{row.owner_name}" if row.owner_name else ""
