"""Cache of encoded rows, valid until the row or its joined data changes."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
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
        self._by_key: dict[Hashable, dict[int, tuple[Any, Hashable, msgspec.Raw]]] = {}

    def encoded(
        self,
        cache_key: Hashable,
        rows: Iterable[R],
        row: Callable[..., Any],
        joined: Callable[[R], Hashable] | None,
        versions: Hashable,
    ) -> list[msgspec.Raw]:
        """The JSON of each row, from the cache while the row and its ``joined`` data are unchanged.

        Without ``joined``, ``row`` takes the row alone, and ``versions`` count what else it shows.
        """
        known = self._by_key.setdefault(cache_key, {})
        found: list[msgspec.Raw] = []
        for each in rows:
            beside = joined(each) if joined else versions
            entry = known.get(id(each))
            if entry is None or entry[1] != beside:
                text = msgspec.Raw(_encode(row(each, beside) if joined else row(each)))
                if entry is not None:
                    self._weight -= len(memoryview(entry[2])) + _ENTRY
                entry = known[id(each)] = (each, beside, text)
                self._weight += len(memoryview(text)) + _ENTRY
            found.append(entry[2])
        if self._weight > self._capacity:
            self._by_key.clear()
            self._weight = 0
        return found
