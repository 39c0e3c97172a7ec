"""The revision log, in place of etcd: the current state of every object, and its history until compaction.

As in etcd, one counter gives each write its revision, lists are snapshots, and a client that has revision
R gets every change after R as long as R is not compacted. Objects in the log are immutable. Writes are
synchronous: a read and a write without an await in between need no lock.
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
    """The requested revision is compacted; ``oldest`` is the first that remains."""

    def __init__(self, requested: int, oldest: int) -> None:
        super().__init__(f"too old resource version: {requested} ({oldest})")
        self.requested, self.oldest = requested, oldest


class Ref(NamedTuple):
    """The storage key of an object: group-resource, namespace ("" for cluster-scoped kinds) and name."""

    group: str
    plural: str
    namespace: str
    name: str

    @property
    def key(self) -> str:
        """The key in etcd's order."""
        return f"{self.namespace}/{self.name}" if self.namespace else self.name


class Record(NamedTuple):
    """One version of an object; its ``metadata.resourceVersion`` is ``str(revision)``."""

    ref: Ref
    object: Object
    revision: int
    created: int
    """The revision of its creation."""
    members: bytes
    """The JSON of the object after its opening brace, without kind and apiVersion: lists and watches of any
    API version concatenate bytes instead of encoding again.
    """


class Change(NamedTuple):
    """One write. For DELETED, ``record`` is the last state with the revision of the deletion."""

    type: ChangeType
    record: Record
    previous: Record | None


Records = list[Record]
Changes = list[Change]


class Journal(Protocol):
    """Durable storage of changes."""

    def append(self, change: Change) -> None:
        """Append a change; durable on return."""

    def compact(self, revision: int, dropped: list[int]) -> None:
        """Store the compacted revision and delete the ``dropped`` ones."""


class Watch:
    """A stream of changes. A watcher that lags is dropped: iteration ends and `dropped` is set."""

    def __init__(self, log: Log, group_resource: tuple[str, str], namespace: str) -> None:
        self._log, self._group_resource, self._namespace = log, group_resource, namespace
        self._pending: deque[Change] = deque()
        self._wake = asyncio.Event()
        self._limit = _BACKLOG
        self.dropped = False
        self.closed = False

    def offer(self, change: Change) -> None:
        """Queue a change, or drop the watcher when its queue is full."""
        if self._namespace and change.record.ref.namespace != self._namespace:
            return
        if len(self._pending) >= self._limit:
            self.dropped = True
            self.close()
            return
        self._pending.append(change)
        self._wake.set()

    def preload(self, changes: list[Change]) -> None:
        """Queue past changes; they do not count against the limit."""
        self._limit += len(changes)
        for change in changes:
            self.offer(change)

    def take(self) -> list[Change]:
        """All queued changes, without waiting."""
        taken = list(self._pending)
        self._pending.clear()
        if not self.closed:
            self._wake.clear()
        return taken

    async def wait(self) -> None:
        """Wait until there is something to `take`, or the watch is closed."""
        await self._wake.wait()

    def close(self) -> None:
        """End the watch; queued changes can still be taken."""
        self.closed = True
        self._log.unsubscribe(self._group_resource, self)
        self._wake.set()

    def __aiter__(self) -> Watch:
        return self

    async def __anext__(self) -> Change:
        while not self._pending:
            if self.closed:
                raise StopAsyncIteration
            self._wake.clear()
            await self._wake.wait()
        return self._pending.popleft()

    def __enter__(self) -> Watch:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Table:
    """One group-resource: its current records, their keys in order, and the changes since compaction."""

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
        # "0" is the character after "/": the range of keys with the prefix "namespace/"
        return self.keys[bisect_left(self.keys, namespace + "/") : bisect_left(self.keys, namespace + "0")]


class Log:
    """The log of one API server. `observers` are called with each change, inside the write."""

    def __init__(self, journal: Journal | None = None) -> None:
        self._journal = journal
        self._tables: dict[tuple[str, str], _Table] = {}
        self.revision = 1
        self.compacted = 1
        self.observers: list[Callable[[Change], None]] = []

    def restore(self, revision: int, compacted: int, changes: Iterator[Change]) -> None:
        """Load the changes of a journal; must precede all watches."""
        self.revision, self.compacted = revision, compacted
        for change in changes:
            table = self._table(change.record.ref)
            table.apply(change)
            if change.record.revision <= compacted:
                table.changes.pop()
                table.revisions.pop()

    def get(self, ref: Ref) -> Record | None:
        """The current record, or None."""
        table = self._tables.get((ref.group, ref.plural))
        return table.records.get(ref.key) if table else None

    def list(self, group: str, plural: str, namespace: str = "") -> Records:
        """The current records in etcd's order of namespace and name: a snapshot."""
        table = self._tables.get((group, plural))
        return [table.records[key] for key in table.slice(namespace)] if table else []

    def list_at(self, revision: int, group: str, plural: str, namespace: str = "") -> Records:
        """The records as of ``revision``. Raises `Compacted`."""
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
        """The number of objects."""
        table = self._tables.get((group, plural))
        return len(table.records) if table else 0

    def tables(self) -> Tables:
        """The group-resources that have ever had an object."""
        return [group_resource for group_resource, table in self._tables.items() if table.changed_at]

    def changed_at(self, group: str, plural: str) -> int:
        """The revision of the last write to a group-resource, 0 for none."""
        table = self._tables.get((group, plural))
        return table.changed_at if table else 0

    def put(self, ref: Ref, obj: Object) -> Record:
        """Create or replace an object; assigns its resourceVersion."""
        previous = self.get(ref)
        revision = self.revision + 1
        obj = {**obj, "metadata": {**obj["metadata"], "resourceVersion": str(revision)}}
        record = Record(ref, obj, revision, previous.created if previous else revision, encode_members(obj))
        self._write(Change("MODIFIED" if previous else "ADDED", record, previous))
        return record

    def remove(self, ref: Ref) -> Record:
        """Delete an existing object; returns its last state with the revision of the deletion."""
        previous = self._tables[ref.group, ref.plural].records[ref.key]
        revision = self.revision + 1
        metadata = {**previous.object["metadata"], "resourceVersion": str(revision)}
        obj = {**previous.object, "metadata": metadata}
        record = Record(ref, obj, revision, previous.created, encode_members(obj))
        self._write(Change("DELETED", record, previous))
        return record

    def since(self, revision: int, group: str, plural: str) -> Changes:
        """All changes after ``revision``. Raises `Compacted`."""
        if revision < self.compacted:
            raise Compacted(revision, self.compacted)
        table = self._tables.get((group, plural))
        return table.after(revision) if table else []

    def subscribe(self, group: str, plural: str, namespace: str = "", *, since: int | None = None) -> Watch:
        """Watch from now, or from after the revision ``since``. Raises `Compacted`."""
        past = [] if since is None else self.since(since, group, plural)
        watch = Watch(self, (group, plural), namespace)
        watch.preload(past)
        self._tables.setdefault((group, plural), _Table()).watches.append(watch)
        return watch

    def unsubscribe(self, group_resource: tuple[str, str], watch: Watch) -> None:
        """Remove a closed watch."""
        watches = self._tables[group_resource].watches
        if watch in watches:
            watches.remove(watch)

    def watches(self, group: str = "", plural: str = "") -> Iterator[Watch]:
        """The open watches, of one group-resource or of all when ``plural`` is empty."""
        for group_resource, table in self._tables.items():
            if not plural or group_resource == (group, plural):
                yield from tuple(table.watches)

    def compact(self, revision: int) -> None:
        """Drop the history up to and including ``revision``."""
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
