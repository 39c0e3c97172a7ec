"""A bounded memory of answers that stay right until the versions they were made from change."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

V = TypeVar("V")


class Memo(Generic[V]):
    """The newest value for each key, good for one set of versions only; least recently used go first.

    ``capacity`` bounds the sum of the values' weights in bytes, as the caller estimates them. Whose eyes a
    value is for must be part of its key.
    """

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._weight = 0
        self._kept: OrderedDict[Hashable, tuple[Hashable, V, int]] = OrderedDict()

    def get(self, key: Hashable, versions: Hashable) -> V | None:
        """The value kept for ``key`` if it was made from exactly these ``versions``."""
        entry = self._kept.get(key)
        if entry is None or entry[0] != versions:
            return None
        self._kept.move_to_end(key)
        return entry[1]

    def last(self, key: Hashable) -> V | None:
        """The value kept for ``key``, whatever it was made from."""
        entry = self._kept.get(key)
        return None if entry is None else entry[1]

    def put(self, key: Hashable, versions: Hashable, value: V, weight: int) -> V:
        """Keep ``value`` unless it alone is heavier than everything that may be kept; gives it back."""
        old = self._kept.pop(key, None)
        if old is not None:
            self._weight -= old[2]
        if weight <= self._capacity:
            self._kept[key] = (versions, value, weight)
            self._weight += weight
            while self._weight > self._capacity:
                _, (_, _, gone) = self._kept.popitem(last=False)
                self._weight -= gone
        return value

    @property
    def weight(self) -> int:
        """Bytes kept now."""
        return self._weight

    def __len__(self) -> int:
        return len(self._kept)
