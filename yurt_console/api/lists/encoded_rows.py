"""Cache of encoded rows, valid until the row or its joined data changes."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Any, Final, TypeVar

import msgspec

from yurt_console.rows import Row

R = TypeVar("R", bound=Row)

_ENTRY: Final = 400
"""Bytes that an entry takes beside its text, about."""
_encode = msgspec.json.Encoder().encode


class EncodedRows:
    """A cache of at most ``capacity`` bytes; a full one starts over.

    Rows are frozen and found by identity, which is good because an entry holds its row.
    """

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._weight = 0
        self._by_key: dict[Hashable, dict[int, tuple[Any, Hashable, bytes]]] = {}

    def encoded(
        self,
        cache_key: Hashable,
        rows: Sequence[R],
        row: Callable[..., Any],
        joined: Callable[[R], Hashable] | None,
        versions: Hashable,
    ) -> list[msgspec.Raw]:
        """The JSON of the rows, from the cache while a row and its ``joined`` data are unchanged.

        All rows are one `msgspec.Raw` with commas between them: the encoder copies it at once. Without
        ``joined``, ``row`` takes the row alone, and ``versions`` count what else it shows.
        """
        known = self._by_key.setdefault(cache_key, {})
        besides = list(map(joined, rows)) if joined else [versions] * len(rows)
        found: list[bytes] = []
        for each, beside, entry in zip(rows, besides, map(known.get, map(id, rows)), strict=True):
            if entry is not None and entry[1] == beside:
                found.append(entry[2])
                continue
            text = _encode(row(each, beside) if joined else row(each))
            known[id(each)] = (each, beside, text)
            self._weight += len(text) - len(entry[2]) if entry else len(text) + _ENTRY
            found.append(text)
        if self._weight > self._capacity:
            self._by_key.clear()
            self._weight = 0
        return [msgspec.Raw(b",".join(found))] if found else []
