"""Collects a list from its pages."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from yurt_console.kube.errors import Gone
from yurt_console.kube.responses import Decode, Page, decoded

T = TypeVar("T")

_PAGE = 500
"""Objects of a page."""


async def all_items(fetch: Callable[..., Awaitable[bytes]], decode: Decode[T]) -> list[T]:
    """All objects of a list, each as ``decode`` makes it of its bytes.

    ``fetch`` takes ``limit`` and ``continue_`` and gives a page. A list that expires half-way is asked for
    again in one piece. Raises what ``fetch`` and ``decode`` raise.
    """
    items: list[T] = []
    limit, token = _PAGE, ""
    while True:
        try:
            body = await fetch(limit=limit, continue_=token)
        except Gone:
            if not token:
                raise
            items, limit, token = [], 0, ""
            continue
        page = decoded(body, Page)
        items += map(decode, page.items or ())
        token = page.metadata.continue_
        if not token:
            return items
