"""In-memory tables: the rows of one kind by key, scope and index, with change counters (pure).

There is no ``await`` in here, so a reader sees the state before or after a change, never in between.
`Table.rows` and `Table.by` return live views: consume or copy them before the next ``await``. Rows are
frozen and shared; never change the mappings inside.

Versions are counters of this process. They answer only whether something is still the same.
"""

from __future__ import annotations

import time
from bisect import bisect_left, insort
from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Generic, NamedTuple, TypeVar

from yurt_console.cache.group_totals import GroupTotals
from yurt_console.rows import Key, Row

R = TypeVar("R", bound=Row)

_JOURNAL: Final = 4096
"""Row changes that a table remembers; readers further behind rebuild from all rows."""


class Change(NamedTuple):
    """What one step did to a table: the scopes to notify, and how many rows were removed."""

    plural: str
    scopes: frozenset[str]
    removed: int = 0


def merged(*changes: Change | None) -> Change | None:
    """All ``changes`` of one table combined; None when there are none."""
    real = [change for change in changes if change is not None]
    if not real:
        return None
    scopes = frozenset().union(*(change.scopes for change in real))
    return Change(real[0].plural, scopes, sum(change.removed for change in real))


@dataclass(frozen=True)
class Newest(Generic[R]):
    """Retention: keep the ``limit`` rows of each bucket that come last by ``order`` (for Events)."""

    bucket: Callable[[R], str]
    order: Callable[[R], str]
    limit: int

    def select(self, rows: Iterable[R]) -> list[R]:
        """The rows that are kept."""
        buckets: dict[str, list[R]] = {}
        for row in rows:
            buckets.setdefault(self.bucket(row), []).append(row)
        return [row for bucket in buckets.values() for row in sorted(bucket, key=self.place)[-self.limit :]]

    def place(self, row: R) -> tuple[str, Key]:
        """Sort key within the bucket, oldest first."""
        return (self.order(row), row.key)


class _Groups(Generic[R]):
    """Index of rows by a computed value; rows with None are not indexed."""

    def __init__(self, value: Callable[[R], str | None]) -> None:
        self._value = value
        self._members: dict[str, dict[Key, R]] = {}

    def replace(self, key: Key, old: R | None, new: R | None) -> tuple[str | None, str | None]:
        before = None if old is None else self._value(old)
        after = None if new is None else self._value(new)
        if before is not None and before != after:
            members = self._members[before]
            del members[key]
            if not members:
                del self._members[before]
        if new is not None and after is not None:
            self._members.setdefault(after, {})[key] = new
        return before, after

    def rows(self, value: str) -> Collection[R]:
        members = self._members.get(value)
        return () if members is None else members.values()


@dataclass
class _Step:
    """What one step has done to a table so far; ``extra_scopes`` are notified but hold no changed row."""

    scopes: set[str] = field(default_factory=set)
    extra_scopes: set[str] = field(default_factory=set)
    removed: int = 0


class Table(Generic[R]):
    """The rows of one kind. ``scope``: the tenant that a row belongs to, "" for none; ``newest``: retention.

    ``followers`` are called with the old and the new row of each change. ``extra_scopes``: further scopes
    that are notified of a row's changes although they do not contain it.
    """

    def __init__(
        self,
        plural: str,
        *,
        scope: Callable[[R], str],
        indexes: Mapping[str, Callable[[R], str | None]] = {},
        totals: Mapping[str, GroupTotals[R]] = {},
        followers: Collection[Callable[[R | None, R | None], None]] = (),
        extra_scopes: Callable[[R], Iterable[str]] | None = None,
        newest: Newest[R] | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.plural = plural
        self.scope = scope
        self.totals = totals
        self.version = 0
        """Increases with each change of any row."""
        self.changed_at = 0.0
        """Unix time of the last change; 0 before the first."""
        self._rows: dict[Key, R] = {}
        self._scopes = _Groups(scope)
        self._indexes = {name: _Groups(value) for name, value in indexes.items()}
        self._scope_versions: dict[str, tuple[int, float]] = {}
        self._journal: deque[tuple[int, Key]] = deque()
        self._forgotten = 0
        self._newest = newest
        self._followers = followers
        self._extra_scopes = extra_scopes
        self._ages: dict[str, list[tuple[str, Key]]] = {}
        self._clock = clock

    def __len__(self) -> int:
        return len(self._rows)

    def get(self, key: Key) -> R | None:
        """The row at ``key``."""
        return self._rows.get(key)

    def rows(self, scope: str | None = None) -> Collection[R]:
        """All rows, or a scope's; a live view."""
        return self._rows.values() if scope is None else self._scopes.rows(scope)

    def by(self, index: str, value: str) -> Collection[R]:
        """The rows with ``value`` in ``index``; a live view."""
        return self._indexes[index].rows(value)

    def scope_version(self, scope: str) -> int:
        """Increases with each change of the scope's rows; 0 for a scope that never had any."""
        return self._scope_versions.get(scope, (0, 0.0))[0]

    def scope_changed_at(self, scope: str) -> float:
        """Unix time of the last change in the scope; 0 before the first."""
        return self._scope_versions.get(scope, (0, 0.0))[1]

    def changed_since(self, version: int) -> set[Key] | None:
        """Keys of rows added, changed or removed after ``version``; None when the journal is too short."""
        if version < self._forgotten:
            return None
        found: set[Key] = set()
        for at, key in reversed(self._journal):
            if at <= version:
                break
            found.add(key)
        return found

    def put(self, row: R) -> Change | None:
        """Add or replace one row; None when the row is equal, as after a heartbeat."""
        step = _Step()
        self._put(row, step)
        return self._stamped(step)

    def remove(self, key: Key) -> Change | None:
        """Remove the row at ``key``; None when there was none."""
        step = _Step()
        self._remove(key, step)
        return self._stamped(step)

    def replace(self, rows: Iterable[R]) -> Change | None:
        """Make the table hold exactly ``rows``; all others are removed."""
        wanted = {row.key: row for row in (rows if self._newest is None else self._newest.select(rows))}
        step = _Step()
        for key in self._rows.keys() - wanted.keys():
            self._remove(key, step)
        for row in wanted.values():
            self._put(row, step)
        return self._stamped(step)

    def extend(self, rows: Iterable[R]) -> Change | None:
        """Add or replace many rows in one step."""
        step = _Step()
        for row in rows:
            self._put(row, step)
        return self._stamped(step)

    def trimmed(self, rows: list[R]) -> list[R]:
        """The rows that `replace` would keep, to bound the memory of a long list."""
        return rows if self._newest is None else self._newest.select(rows)

    def _put(self, row: R, step: _Step) -> None:
        key = row.key
        old = self._rows.get(key)
        if old is row or old == row:
            return
        if old is not None and old.uid != row.uid:
            self._remove(key, step)
            old = None
        surplus = None if self._newest is None else self._aged(self._newest, old, row)
        if surplus == key:
            self._forget_age(row)
        else:
            self._link(key, old, row, step)
        if surplus is not None:
            self._remove(surplus, step)

    def _remove(self, key: Key, step: _Step) -> None:
        old = self._rows.get(key)
        if old is None:
            return
        self._forget_age(old)
        self._link(key, old, None, step)
        step.removed += 1

    def _link(self, key: Key, old: R | None, new: R | None, step: _Step) -> None:
        if new is None:
            del self._rows[key]
        else:
            self._rows[key] = new
        self._journal.append((self.version + 1, key))
        if len(self._journal) > _JOURNAL:
            self._forgotten, _ = self._journal.popleft()
        step.scopes.update(scope for scope in self._scopes.replace(key, old, new) if scope is not None)
        if self._extra_scopes is not None:
            for row in (old, new):
                if row is not None:
                    step.extra_scopes.update(self._extra_scopes(row))
        for index in self._indexes.values():
            index.replace(key, old, new)
        for total in self.totals.values():
            total.replace(old, new)
        for follow in self._followers:
            follow(old, new)

    def _aged(self, newest: Newest[R], old: R | None, row: R) -> Key | None:
        """Insert ``row`` into its bucket's order; the key to evict when the bucket is over its limit."""
        if old is not None:
            self._forget_age(old)
        ages = self._ages.setdefault(newest.bucket(row), [])
        insort(ages, newest.place(row))
        return ages[0][1] if len(ages) > newest.limit else None

    def _forget_age(self, row: R) -> None:
        if self._newest is None:
            return
        bucket, place = self._newest.bucket(row), self._newest.place(row)
        ages = self._ages.get(bucket, [])
        at = bisect_left(ages, place)
        if at < len(ages) and ages[at] == place:
            del ages[at]
        if not ages:
            self._ages.pop(bucket, None)

    def _stamped(self, step: _Step) -> Change | None:
        if not step.scopes:
            return None
        self.version += 1
        self.changed_at = self._clock()
        for scope in step.scopes:
            self._scope_versions[scope] = (self.version, self.changed_at)
        return Change(self.plural, frozenset(step.scopes | step.extra_scopes), step.removed)
