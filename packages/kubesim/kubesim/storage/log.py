"""The revision log: every object's present state, and its past until compaction.

As in etcd, each write gets the next revision of one counter, lists are snapshots, and whoever saw
revision R can have every change after R as long as R is not compacted. Objects in the log are never
changed in place. Writes are synchronous: whoever reads and writes without awaiting needs no lock.
"""

from __future__ import annotations

import asyncio
from bisect import bisect_left, bisect_right, insort
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any, Literal, NamedTuple, Protocol

import msgspec

Object = dict[str, Any]
Tables = list[tuple[str, str]]
ChangeType = Literal["ADDED", "MODIFIED", "DELETED"]

_BACKLOG = 10_000


class Compacted(Exception):
    """The revision asked for is no longer in the log; ``oldest`` is the first that still can be had."""

    def __init__(self, asked: int, oldest: int) -> None:
        super().__init__(f"too old resource version: {asked} ({oldest})")
        self.asked, self.oldest = asked, oldest


class Ref(NamedTuple):
    """A group-resource and a place in it; the namespace is "" for cluster-scoped kinds."""

    group: str
    plural: str
    namespace: str
    name: str

    @property
    def key(self) -> str:
        """The place as etcd's keys order it."""
        return f"{self.namespace}/{self.name}" if self.namespace else self.name


class Record(NamedTuple):
    """One state of one object; its ``metadata.resourceVersion`` is ``str(revision)``."""

    ref: Ref
    object: Object
    revision: int
    created: int
    """The revision that created it."""
    members: bytes
    """The object's JSON after its opening brace and without kind and apiVersion, so that lists and
    watches of any version join bytes instead of encoding again."""


class Change(NamedTuple):
    """One step of the log. For DELETED, ``record`` is the last state with the deletion's revision."""

    type: ChangeType
    record: Record
    previous: Record | None


Records = list[Record]
Changes = list[Change]


class Journal(Protocol):
    """Where changes are kept beyond the process."""

    def append(self, change: Change) -> None:
        """Keep one change; it is on disk when this returns."""

    def compact(self, revision: int, dropped: list[int]) -> None:
        """Remember the compaction and forget the ``dropped`` revisions."""


class Watch:
    """Changes as they happen. A watcher that lags is dropped: iteration ends and `dropped` is set."""

    def __init__(self, log: Log, group_resource: tuple[str, str], namespace: str) -> None:
        self._log, self._group_resource, self._namespace = log, group_resource, namespace
        self._pending: deque[Change] = deque()
        self._news = asyncio.Event()
        self._limit = _BACKLOG
        self.dropped = False
        self.closed = False

    def offer(self, change: Change) -> None:
        """Queue a change, or drop this watcher when it is too far behind."""
        if self._namespace and change.record.ref.namespace != self._namespace:
            return
        if len(self._pending) >= self._limit:
            self.dropped = True
            self.close()
            return
        self._pending.append(change)
        self._news.set()

    def preload(self, changes: list[Change]) -> None:
        """Begin with the past; it does not count as lagging."""
        self._limit += len(changes)
        for change in changes:
            self.offer(change)

    def take(self) -> list[Change]:
        """Everything that is waiting, without waiting."""
        taken = list(self._pending)
        self._pending.clear()
        if not self.closed:
            self._news.clear()
        return taken

    async def wait(self) -> None:
        """Return when there is something to `take`, or the watch is closed."""
        await self._news.wait()

    def close(self) -> None:
        """End the watch; what was queued is still there to `take`."""
        self.closed = True
        self._log.unsubscribe(self._group_resource, self)
        self._news.set()

    def __aiter__(self) -> Watch:
        return self

    async def __anext__(self) -> Change:
        while not self._pending:
            if self.closed:
                raise StopAsyncIteration
            self._news.clear()
            await self._news.wait()
        return self._pending.popleft()

    def __enter__(self) -> Watch:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Table:
    """One group-resource: present records, their keys in order, and the changes that are remembered."""

    __slots__ = ("changed_at", "changes", "keys", "records", "revisions", "watches")

    def __init__(self) -> None:
        self.changed_at = 0
        self.records: dict[str, Record] = {}
        self.keys: list[str] = []
        self.changes: deque[Change] = deque()
        self.revisions: deque[int] = deque()
        self.watches: list[Watch] = []

    def apply(self, change: Change) -> None:
        key = change.record.ref.key
        if change.type == "DELETED":
            del self.records[key]
            del self.keys[bisect_left(self.keys, key)]
        else:
            if key not in self.records:
                insort(self.keys, key)
            self.records[key] = change.record
        self.changed_at = change.record.revision
        self.changes.append(change)
        self.revisions.append(change.record.revision)

    def after(self, revision: int) -> list[Change]:
        start = bisect_right(self.revisions, revision)
        count = len(self.changes) - start
        newest = [change for change, _ in zip(reversed(self.changes), range(count), strict=False)]
        return newest[::-1]

    def slice(self, namespace: str) -> list[str]:
        if not namespace:
            return self.keys
        # "0" is the character after "/", so this is everything that begins with "namespace/"
        return self.keys[bisect_left(self.keys, namespace + "/") : bisect_left(self.keys, namespace + "0")]


class Log:
    """The log of one server; `observers` are called with each change, inside the write."""

    def __init__(self, journal: Journal | None = None) -> None:
        self._journal = journal
        self._tables: dict[tuple[str, str], _Table] = {}
        self.revision = 1
        self.compacted = 1
        self.observers: list[Callable[[Change], None]] = []

    def restore(self, revision: int, compacted: int, changes: Iterator[Change]) -> None:
        """Take over what a journal kept; nobody may watch yet."""
        self.revision, self.compacted = revision, compacted
        for change in changes:
            table = self._table(change.record.ref)
            table.apply(change)
            if change.record.revision <= compacted:
                table.changes.pop()
                table.revisions.pop()

    def get(self, ref: Ref) -> Record | None:
        """The present state."""
        table = self._tables.get((ref.group, ref.plural))
        return table.records.get(ref.key) if table else None

    def list(self, group: str, plural: str, namespace: str = "") -> Records:
        """The present states in etcd's order of namespace and name: a snapshot."""
        table = self._tables.get((group, plural))
        return [table.records[key] for key in table.slice(namespace)] if table else []

    def list_at(self, revision: int, group: str, plural: str, namespace: str = "") -> Records:
        """The states as they were at ``revision``. Raises `Compacted`."""
        if revision < self.compacted:
            raise Compacted(revision, self.compacted)
        table = self._tables.get((group, plural))
        if table is None:
            return []
        later = table.after(revision)
        if not later:
            return self.list(group, plural, namespace)
        states: dict[str, Record] = {key: table.records[key] for key in table.slice(namespace)}
        for change in reversed(later):
            ref = change.record.ref
            if namespace and ref.namespace != namespace:
                continue
            if change.previous is None:
                states.pop(ref.key, None)
            else:
                states[ref.key] = change.previous
        return [states[key] for key in sorted(states)]

    def count(self, group: str, plural: str) -> int:
        """How many objects there are."""
        table = self._tables.get((group, plural))
        return len(table.records) if table else 0

    def tables(self) -> Tables:
        """The group-resources that ever held anything."""
        return [group_resource for group_resource, table in self._tables.items() if table.changed_at]

    def changed_at(self, group: str, plural: str) -> int:
        """The revision at which anything of a group-resource last changed, 0 if that was never."""
        table = self._tables.get((group, plural))
        return table.changed_at if table else 0

    def put(self, ref: Ref, obj: Object) -> Record:
        """Write an object's next state; gives it its resourceVersion."""
        previous = self.get(ref)
        revision = self.revision + 1
        obj = {**obj, "metadata": {**obj["metadata"], "resourceVersion": str(revision)}}
        record = Record(ref, obj, revision, previous.created if previous else revision, encode_members(obj))
        self._write(Change("MODIFIED" if previous else "ADDED", record, previous))
        return record

    def remove(self, ref: Ref) -> Record:
        """Delete an object that is there; its last state is returned with the deletion's revision."""
        previous = self._tables[ref.group, ref.plural].records[ref.key]
        revision = self.revision + 1
        metadata = {**previous.object["metadata"], "resourceVersion": str(revision)}
        obj = {**previous.object, "metadata": metadata}
        record = Record(ref, obj, revision, previous.created, encode_members(obj))
        self._write(Change("DELETED", record, previous))
        return record

    def since(self, revision: int, group: str, plural: str) -> Changes:
        """Every change after ``revision``. Raises `Compacted`."""
        if revision < self.compacted:
            raise Compacted(revision, self.compacted)
        table = self._tables.get((group, plural))
        return table.after(revision) if table else []

    def subscribe(self, group: str, plural: str, namespace: str = "", *, since: int | None = None) -> Watch:
        """Watch from now, or from after ``since``. Raises `Compacted`."""
        past = [] if since is None else self.since(since, group, plural)
        watch = Watch(self, (group, plural), namespace)
        watch.preload(past)
        self._tables.setdefault((group, plural), _Table()).watches.append(watch)
        return watch

    def unsubscribe(self, group_resource: tuple[str, str], watch: Watch) -> None:
        """Forget a watch that was closed."""
        watches = self._tables[group_resource].watches
        if watch in watches:
            watches.remove(watch)

    def watches(self, group: str = "", plural: str = "") -> Iterator[Watch]:
        """The open watches, of one group-resource or of all when ``plural`` is empty."""
        for group_resource, table in self._tables.items():
            if not plural or group_resource == (group, plural):
                yield from tuple(table.watches)

    def compact(self, revision: int) -> None:
        """Forget changes up to and including ``revision``."""
        revision = min(revision, self.revision)
        if revision <= self.compacted:
            return
        self.compacted = revision
        dropped = []
        for table in self._tables.values():
            while table.revisions and table.revisions[0] <= revision:
                change = table.changes.popleft()
                table.revisions.popleft()
                if change.previous is not None:
                    dropped.append(change.previous.revision)
                if change.type == "DELETED":
                    dropped.append(change.record.revision)
        if self._journal is not None:
            self._journal.compact(revision, dropped)

    def _table(self, ref: Ref) -> _Table:
        return self._tables.setdefault((ref.group, ref.plural), _Table())

    def _write(self, change: Change) -> None:
        if self._journal is not None:
            self._journal.append(change)
        self.revision = change.record.revision
        table = self._table(change.record.ref)
        table.apply(change)
        for watch in tuple(table.watches):
            watch.offer(change)
        for observer in tuple(self.observers):
            observer(change)


def encode_members(obj: Object) -> bytes:
    """`Record.members` of an object."""
    rest = {key: value for key, value in obj.items() if key not in {"kind", "apiVersion"}}
    return msgspec.json.encode(rest)[1:]
