"""A bounded LRU cache of values that are valid for the versions they were made from."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

V = TypeVar("V")


class Memo(Generic[V]):
    """The newest value for each key, valid for one set of versions; the least recently used is evicted first.

    ``capacity`` bounds the sum of the values' weights in bytes, as the caller estimates them. The scope of a
    value must be part of its key.
    """

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._weight = 0
        self._entries: OrderedDict[Hashable, tuple[Hashable, V, int]] = OrderedDict()

    def get(self, key: Hashable, versions: Hashable) -> V | None:
        """The value of ``key`` if it was made from exactly these ``versions``."""
        entry = self._entries.get(key)
        if entry is None or entry[0] != versions:
            return None
        self._entries.move_to_end(key)
        return entry[1]

    def last(self, key: Hashable) -> V | None:
        """The value of ``key``, of any versions."""
        entry = self._entries.get(key)
        return None if entry is None else entry[1]

    def put(self, key: Hashable, versions: Hashable, value: V, weight: int) -> V:
        """Cache ``value`` unless it alone exceeds the capacity; returns it."""
        old = self._entries.pop(key, None)
        if old is not None:
            self._weight -= old[2]
        if weight <= self._capacity:
            self._entries[key] = (versions, value, weight)
            self._weight += weight
            while self._weight > self._capacity:
                _, (_, _, gone) = self._entries.popitem(last=False)
                self._weight -= gone
        return value

    @property
    def weight(self) -> int:
        """Bytes cached now."""
        return self._weight

    def __len__(self) -> int:
        return len(self._entries)
