"""The index of one list: orders, filters and text search over its rows.

Every row has a slot. A filter over all rows is a mask with a byte for each slot; masks are built, joined and
read along an order by the interpreter's own loops, so ten thousand rows cost a fraction of a millisecond even
for a new query. Orders and columns are built on first use. A change costs what changed: a changed row takes
a new slot, its old one is dead.
"""

from __future__ import annotations

import functools
from array import array
from bisect import bisect_left, insort
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, compress, islice
from operator import attrgetter, itemgetter
from typing import Any, Final, Generic, NamedTuple, TypeVar

from apimachinery.selectors import Selector
from yurt_console.api.http.query import ListQuery
from yurt_console.api.lists.substring_index import SEPARATOR, TEXT_LIMIT, SubstringIndex
from yurt_console.rows import Key, Row
from yurt_console.yurt.workloads import labels_text

R = TypeVar("R", bound=Row)
K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

_NATURAL: Final = attrgetter("namespace", "name")
_NATURALLY: Final = ""
"""The sort that is no field: by namespace and name."""
_MASKS: Final = 64
"""Most cached masks of filters, for further pages."""
_SEARCHES: Final = 32
"""Most cached searches, for further pages: queries hold arbitrary texts."""
_QUIET: Final = 8
"""Selections without a change of rows after which ranks pay off."""
_FILTERED: Final = 64
"""Most cached orders of filtered slots, for the further pages of a filter."""
_DEAD_SHARE: Final = 4
_SPARE: Final = 64
"""Dead slots are at most a fourth of the live ones, and these more: they keep rows that went."""
_FEW: Final = 200
"""So many slots are put in order by themselves."""
_FAR: Final = 3
"""Looking at all slots together takes a third, for each, of looking at one after another."""
_PART: Final = 4096
"""Characters of labels, or of an image, that are searched: an object may have a megabyte of labels."""
_ROW: Final = 200
"""Bytes that a row takes for its slot, its key and its text, about; its order and columns are counted."""


class Selection(NamedTuple, Generic[R]):
    """How many rows matched, and those on the page."""

    total: int
    rows: list[R]


class Index(Generic[R]):
    """One scope's rows of one list; `ListEndpoint` applies the changes of its table.

    ``keys`` are what each sortable field compares by, ``status`` what the status filter looks at, and
    ``texts`` what a text is looked for in beside name, namespace and labels.
    """

    def __init__(
        self,
        rows: Iterable[R],
        *,
        keys: Mapping[str, Callable[[R], Any]],
        status: Callable[[R], str],
        texts: Callable[[R], tuple[str, ...]],
    ) -> None:
        self._rows = list(rows)
        self._keys = keys
        self._status = status
        self._alive = bytearray(b"\1") * len(self._rows)
        self._dead = 0
        self._slots: dict[Key, int] | None = None
        """Where the live rows are; made by the first change."""
        self._columns: dict[Callable[[R], Any], list[Any]] = {}
        self._orders: dict[tuple[str, bool], list[int]] = {}
        self._masks: dict[tuple[str, str], bytes] = {}
        self._searches: dict[str, array[int]] = {}
        self._filtered: dict[Hashable, array[int]] = {}
        """Slots that match filters but no text, in an order."""
        self._texts = _Texts(texts)
        self._ranks: list[int] | None = None
        """Where each slot stands in the natural order; made once rows have been quiet for a while."""
        self._quiet = 0

    @property
    def weight(self) -> int:
        """Bytes it takes, about, besides the rows."""
        lists = len(self._columns) + len(self._orders)
        per_row = _ROW + 8 * (lists + 1) + len(self._masks) + 4 * (len(self._filtered) + len(self._searches))
        return len(self._rows) * per_row + self._texts.weight

    def select(self, query: ListQuery) -> Selection[R]:
        """The matching rows in the order of ``query``; ties by namespace and name, also when descending."""
        first, last = query.offset, query.offset + query.limit
        self._quiet += 1
        filters = (("status", query.status), ("labels", query.labels), *query.exact)
        masks = [self._mask(what, value) for what, value in filters if value]
        slots: Iterable[int]
        if query.q:
            total, slots = self._searched(query, masks)
            slots = islice(slots, first, last)
        elif masks:
            filtered = self._filtered_slots(masks, query)
            total, slots = len(filtered), filtered[first:last]
        else:
            order = self._order(query.sort, query.descending)
            total, slots = len(order), order[first:last]
        return Selection(total, list(map(self._rows.__getitem__, slots)))

    def _searched(self, query: ListQuery, masks: list[bytes]) -> tuple[int, Iterable[int]]:
        """Number of slots with the text in all ``masks``, and these slots in order to the end of the page."""
        found = self._found(query.q)
        if len(found) <= _FEW:  # sorted faster by themselves than found along an order of all
            alive = self._alive
            slots = [slot for slot in found if alive[slot]]
            for mask in masks:
                slots = [slot for slot in slots if mask[slot]]
            return len(slots), self._sorted(slots, query)
        mask = self._joined([_mask_of(found, len(self._rows)), *masks])
        total = mask.count(1)
        return total, self._ordered(mask, total, query, query.offset + query.limit)

    def _found(self, text: str) -> Collection[int]:
        """The slots with ``text``; cached for further pages."""
        return _cached(
            self._searches, text, _SEARCHES, lambda: array("I", self._texts.slots(text, self._rows))
        )

    def _filtered_slots(self, masks: list[bytes], query: ListQuery) -> array[int]:
        """All slots that match the filters, in the order of the query; cached until the rows change."""

        def slots() -> array[int]:
            mask = self._joined(masks)
            total = mask.count(1)
            return array("I", self._ordered(mask, total, query, total))

        key = (query.status, query.labels, query.exact, query.sort, query.descending)
        return _cached(self._filtered, key, _FILTERED, slots)

    def apply_changes(self, changes: Collection[tuple[Key, R | None]]) -> bool:
        """Apply row changes (None: removed) in place; returns False when a rebuild is cheaper."""
        live = len(self._rows) - self._dead
        if self._dead + len(changes) > live // _DEAD_SHARE + _SPARE:
            return False
        if self._slots is None:  # an empty one is of rows that all went: none of them is to be found again
            self._slots = {row.key: slot for slot, row in enumerate(self._rows)}
        self._masks.clear()
        self._searches.clear()
        self._filtered.clear()
        self._ranks, self._quiet = None, 0
        self._orders = {sort: order for sort, order in self._orders.items() if not sort[1]}
        places = [(order, self._place(sort)) for (sort, _), order in self._orders.items()]
        for key, row in changes:
            old = self._slots.pop(key, None)
            if old is not None:
                self._alive[old] = 0
                self._dead += 1
                for order, place in places:
                    del order[bisect_left(order, place(old), key=place)]
            if row is not None:
                new = self._slots[key] = len(self._rows)
                self._rows.append(row)
                self._alive.append(1)
                self._texts.append(row)
                for value, column in self._columns.items():
                    column.append(value(row))
                for order, place in places:
                    insort(order, new, key=place)
        return True

    def _column(self, value: Callable[[R], Any]) -> list[Any]:
        """The value of every slot's row."""
        if value not in self._columns:
            self._columns[value] = list(map(value, self._rows))
        return self._columns[value]

    def _place(self, sort: str) -> Callable[[int], tuple[Any, ...]]:
        """Where a slot stands in the ascending order of ``sort``; no two stand in one place."""
        rows = self._rows
        if sort == _NATURALLY:
            return lambda slot: _NATURAL(rows[slot])
        column = self._column(self._keys[sort])
        return lambda slot: (column[slot], *_NATURAL(rows[slot]))

    def _natural_place(self) -> Callable[[int], Any]:
        """Where a slot stands in the natural order, by its rank where that is worth ranking all."""
        if self._ranks is None:
            if self._quiet < _QUIET:
                return self._place(_NATURALLY)
            self._ranks = [0] * len(self._rows)
            for rank, slot in enumerate(self._order(_NATURALLY)):
                self._ranks[slot] = rank
        return self._ranks.__getitem__

    def _order(self, sort: str, descending: bool = False) -> list[int]:
        """The live slots in order. Sorting is stable, so every order starts from the natural one."""
        order = self._orders.get((sort, descending))
        if order is None:
            if sort == _NATURALLY:
                order = list(compress(range(len(self._rows)), self._alive))
                order.sort(key=self._place(sort))
            else:
                column = self._column(self._keys[sort])
                earlier = self._order(sort if descending else _NATURALLY)
                order = sorted(earlier, key=column.__getitem__, reverse=descending)
            self._orders[sort, descending] = order
        return order

    def _ordered(self, mask: bytes, total: int, query: ListQuery, last: int) -> Iterable[int]:
        """The ``total`` slots of ``mask`` in the query's order; nobody reads on after ``last`` of them."""
        if total <= _FEW:
            return self._sorted(list(_marked(mask)), query)
        order = self._order(query.sort, query.descending)
        if last * _FAR < total:  # the end of the page is near: no need to look at all
            return compress(order, map(mask.__getitem__, order))
        return compress(order, _at(mask, order))

    def _sorted(self, slots: list[int], query: ListQuery) -> list[int]:
        """``slots`` in the query's order; for few."""
        slots.sort(key=self._natural_place())
        if query.sort != _NATURALLY:
            column = self._column(self._keys[query.sort])
            slots.sort(key=column.__getitem__, reverse=query.descending)
        return slots

    def _joined(self, masks: list[bytes]) -> bytes:
        """The mask of the live slots that all of ``masks`` have."""
        return functools.reduce(_both, [*masks, bytes(self._alive)] if self._dead else masks)

    def _mask(self, what: str, value: str) -> bytes:
        def mask() -> bytes:
            match what:
                case "status":
                    return self._by_status(value)
                case "labels":
                    return self._by_labels(value)
                case _:
                    return bytes(map(value.__eq__, self._column(self._keys[what])))

        return _cached(self._masks, (what, value), _MASKS, mask)

    def _by_status(self, wanted: str) -> bytes:
        column = self._column(self._status)
        found = {status for status in set(column) if wanted in status.lower().split(",")}
        return bytes(map(found.__contains__, column))

    def _by_labels(self, text: str) -> bytes:
        selector = Selector.parse(text)
        seen = {id(row.labels): row.labels for row in self._rows}
        found = {identity for identity, labels in seen.items() if selector.matches(labels)}
        return bytes([id(row.labels) in found for row in self._rows])


class _Texts(Generic[R]):
    """The lower-case texts that ``q`` searches: names of rows, and texts shared by rows once.

    A control character separates the parts of a shared text. Empty until the first search.
    """

    def __init__(self, texts: Callable[[R], tuple[str, ...]]) -> None:
        self._read = texts
        self._names = SubstringIndex()
        self._sharing: list[array[int]] = []
        """For each shared text the slots that have it."""
        self._numbers: dict[str, int] = {}
        self._shared = SubstringIndex()

    def slots(self, q: str, rows: list[R]) -> Collection[int]:
        """The slots of ``rows`` that have ``q`` in a text."""
        if len(self._names) < len(rows):
            self._fill(rows)
        named, shared = self._names.numbers(q), self._shared.numbers(q)
        if not shared:
            return named
        return set(chain(named, chain.from_iterable(map(self._sharing.__getitem__, shared))))

    @property
    def weight(self) -> int:
        """Approximate bytes that searches have added."""
        return self._names.weight + self._shared.weight

    def append(self, row: R) -> None:
        """The next slot's row, if there was a search before."""
        if self._names:
            self._take(row, self._text(row.namespace, labels_text(row.labels), self._read(row)))

    def _fill(self, rows: list[R]) -> None:
        # Labels are matched once for each mapping: the rows hold the mappings, so identities identify them.
        labels = {id(row.labels): row.labels for row in rows}
        words = {identity: labels_text(each) for identity, each in labels.items()}
        text = functools.cache(self._text)
        for row in rows:
            self._take(row, text(row.namespace, words[id(row.labels)], self._read(row)))

    def _take(self, row: R, shared: str) -> None:
        number = self._numbers.setdefault(shared, len(self._numbers))
        if number == len(self._shared):
            self._shared.append(shared)
            self._sharing.append(array("I"))
        self._sharing[number].append(len(self._names))
        name = row.name.lower()
        self._names.append(row.name if row.name == name else name)

    @staticmethod
    def _text(namespace: str, labels: str, texts: tuple[str, ...]) -> str:
        return SEPARATOR.join([part[:_PART] for part in (namespace, labels, *texts)]).lower()[:TEXT_LIMIT]


def _cached(cache: dict[K, V], key: K, capacity: int, make: Callable[[], V]) -> V:
    """The value of ``key``, made when it is missing; the least recently used one is evicted."""
    value = cache.pop(key, None)
    if value is None:
        while len(cache) >= capacity:
            del cache[next(iter(cache))]
        value = make()
    cache[key] = value  # moved to the end
    return value


def _both(one: bytes, other: bytes) -> bytes:
    return (int.from_bytes(one) & int.from_bytes(other)).to_bytes(len(one))


def _mask_of(slots: Iterable[int], length: int) -> bytes:
    mask = bytearray(length)
    for slot in slots:
        mask[slot] = 1
    return bytes(mask)


def _marked(mask: bytes) -> Iterator[int]:
    """Where the mask is 1."""
    at = mask.find(1)
    while at >= 0:
        yield at
        at = mask.find(1, at + 1)


def _at(mask: bytes, places: list[int]) -> Sequence[int]:
    """The mask's bytes at ``places``, in their order; `itemgetter` is four times as fast as a loop."""
    return itemgetter(*places)(mask) if len(places) > 1 else [mask[place] for place in places]
