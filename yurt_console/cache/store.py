"""Tables: the rows of one kind, found by key, scope and index, with versions that tell what changed.

Pure and synchronous: a reader sees the state before or after a change, never in between, because there
is no ``await`` in here. What `Table.rows` and `Table.by` return are live views: use them up, or copy
them, before the next ``await``. Rows are frozen and shared; nobody may change the mappings inside.

Versions are counters of this process, good for "is it still the same?" only.
"""

from __future__ import annotations

import time
from bisect import bisect_left, insort
from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Generic, NamedTuple, TypeVar

from yurt_console.cache.group_totals import GroupTotals
from yurt_console.rows import Key, Row

R = TypeVar("R", bound=Row)

_JOURNAL: Final = 4096
"""Changes of rows that a table remembers; who is further behind looks at all rows."""


class Change(NamedTuple):
    """What one step did to a table: the scopes whose rows differ now, and how many rows went."""

    kind: str
    scopes: frozenset[str]
    removed: int = 0


def merged(*changes: Change | None) -> Change | None:
    """All ``changes`` of one table as one; None when none of them was one."""
    real = [change for change in changes if change is not None]
    if not real:
        return None
    scopes = frozenset().union(*(change.scopes for change in real))
    return Change(real[0].kind, scopes, sum(change.removed for change in real))


@dataclass(frozen=True)
class Newest(Generic[R]):
    """Keep only the ``limit`` rows of each bucket that come last by ``order`` (for Events)."""

    bucket: Callable[[R], str]
    order: Callable[[R], str]
    limit: int

    def select(self, rows: Iterable[R]) -> list[R]:
        """Those of ``rows`` that may stay."""
        buckets: dict[str, list[R]] = {}
        for row in rows:
            buckets.setdefault(self.bucket(row), []).append(row)
        return [row for bucket in buckets.values() for row in sorted(bucket, key=self.place)[-self.limit :]]

    def place(self, row: R) -> tuple[str, Key]:
        """Where the row stands in its bucket, oldest first."""
        return (self.order(row), row.key)


class _Groups(Generic[R]):
    """Rows by a value computed from them; None is in no group."""

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


class Table(Generic[R]):
    """The rows of one kind. ``scope`` says whose a row is ("" is nobody's); see `Newest` for ``newest``.

    ``followers`` are told of every row that comes, changes or goes: the old one and the new one.
    """

    def __init__(
        self,
        kind: str,
        *,
        scope: Callable[[R], str],
        indexes: Mapping[str, Callable[[R], str | None]] = {},
        tallies: Mapping[str, GroupTotals[R]] = {},
        followers: Collection[Callable[[R | None, R | None], None]] = (),
        newest: Newest[R] | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.kind = kind
        self.scope = scope
        self.tallies = tallies
        self.version = 0
        """Grows with every change of any row."""
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
        """The rows whose ``index`` gives ``value``; a live view."""
        return self._indexes[index].rows(value)

    def scope_version(self, scope: str) -> int:
        """Grows whenever the scope's rows change; 0 for a scope that never had any."""
        return self._scope_versions.get(scope, (0, 0.0))[0]

    def scope_changed_at(self, scope: str) -> float:
        """Unix time of the last change in the scope; 0 before the first."""
        return self._scope_versions.get(scope, (0, 0.0))[1]

    def changed_since(self, version: int) -> set[Key] | None:
        """The keys whose rows came, changed or went after ``version``; None when that is too long ago."""
        if version < self._forgotten:
            return None
        found: set[Key] = set()
        for at, key in reversed(self._journal):
            if at <= version:
                break
            found.add(key)
        return found

    def put(self, row: R) -> Change | None:
        """Add or replace one row; None when nothing differs, as after a heartbeat."""
        scopes: set[str] = set()
        removed = self._put(row, scopes)
        return self._stamped(scopes, removed)

    def remove(self, key: Key) -> Change | None:
        """Remove the row at ``key``; None when there was none."""
        scopes: set[str] = set()
        removed = self._remove(key, scopes)
        return self._stamped(scopes, removed)

    def replace(self, rows: Iterable[R]) -> Change | None:
        """Make the table hold exactly ``rows``; what is no longer there is removed and reported."""
        wanted = {row.key: row for row in (rows if self._newest is None else self._newest.select(rows))}
        scopes: set[str] = set()
        removed = sum(self._remove(key, scopes) for key in self._rows.keys() - wanted.keys())
        removed += sum(self._put(row, scopes) for row in wanted.values())
        return self._stamped(scopes, removed)

    def extend(self, rows: Iterable[R]) -> Change | None:
        """Add or replace many rows in one step, and remove none."""
        scopes: set[str] = set()
        removed = sum(self._put(row, scopes) for row in rows)
        return self._stamped(scopes, removed)

    def trimmed(self, rows: list[R]) -> list[R]:
        """Those of ``rows`` that `replace` would keep, so that a long list need not be held whole."""
        return rows if self._newest is None else self._newest.select(rows)

    def _put(self, row: R, scopes: set[str]) -> int:
        key = row.key
        old = self._rows.get(key)
        if old is row or old == row:
            return 0
        removed = 0
        if old is not None and old.uid != row.uid:
            removed = self._remove(key, scopes)
            old = None
        surplus = None if self._newest is None else self._aged(self._newest, old, row)
        if surplus == key:
            self._forget_age(row)
        else:
            self._link(key, old, row, scopes)
        if surplus is not None:
            removed += self._remove(surplus, scopes)
        return removed

    def _remove(self, key: Key, scopes: set[str]) -> int:
        old = self._rows.get(key)
        if old is None:
            return 0
        self._forget_age(old)
        self._link(key, old, None, scopes)
        return 1

    def _link(self, key: Key, old: R | None, new: R | None, scopes: set[str]) -> None:
        if new is None:
            del self._rows[key]
        else:
            self._rows[key] = new
        self._journal.append((self.version + 1, key))
        if len(self._journal) > _JOURNAL:
            self._forgotten, _ = self._journal.popleft()
        scopes.update(scope for scope in self._scopes.replace(key, old, new) if scope is not None)
        for index in self._indexes.values():
            index.replace(key, old, new)
        for tally in self.tallies.values():
            tally.replace(old, new)
        for follow in self._followers:
            follow(old, new)

    def _aged(self, newest: Newest[R], old: R | None, row: R) -> Key | None:
        """Take ``row`` into its bucket's ages; the key that must go now, if the bucket is over its limit."""
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

    def _stamped(self, scopes: set[str], removed: int) -> Change | None:
        if not scopes:
            return None
        self.version += 1
        self.changed_at = self._clock()
        for scope in scopes:
            self._scope_versions[scope] = (self.version, self.changed_at)
        return Change(self.kind, frozenset(scopes), removed)
