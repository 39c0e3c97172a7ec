"""Watch streams: JSON lines of events, bookmarks, and timeouts."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime

import msgspec

from apimachinery.errors import Status
from kubesim.endpoints.replies import Form, status_object
from kubesim.endpoints.tables import partial, table
from kubesim.machinery.kinds import Kind
from kubesim.machinery.selection import Selection
from kubesim.registry.listing import parse_version
from kubesim.registry.server import Server
from kubesim.storage.log import Change, Compacted, Object, Record, Watch

_SHORTEST, _LONGEST = 1800, 3600
_BOOKMARK_EVERY = 60.0
_BOOKMARK_BEFORE_END = 2.0


@dataclass(frozen=True, slots=True)
class WatchRequest:
    """The parameters of a watch."""

    kind: Kind
    version: str
    namespace: str
    selection: Selection
    resource_version: str
    timeout_seconds: int
    bookmarks: bool
    form: Form


async def stream(server: Server, request: WatchRequest) -> AsyncIterator[bytes]:
    """The lines of the stream, until its timeout or until the watcher lags too far behind."""
    encoder = _Encoder(server, request)
    try:
        watch, start = _opened(server, request)
    except Compacted as error:
        yield expired_event(error)
        return
    seconds = request.timeout_seconds or random.uniform(_SHORTEST, _LONGEST)
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    bookmark = min(loop.time() + _BOOKMARK_EVERY, end - _BOOKMARK_BEFORE_END)
    sent = max(parse_version(request.resource_version), start)
    with watch:
        # existing objects are ADDED in one chunk before anything later
        yield b"".join(encoder.added(record) for record in _present(server, request))
        while True:
            changes = watch.take()
            if changes:
                # no await between taking and encoding; changes in the meantime stay queued
                yield b"".join(filter(None, map(encoder.line, changes)))
                sent = changes[-1].record.revision
                continue
            if watch.closed:
                return
            now = loop.time()
            if now >= end:
                return
            if request.bookmarks and now >= bookmark:
                bookmark = now + _BOOKMARK_EVERY
                latest = server.log.changed_at(*request.kind.table)
                if latest:
                    yield encoder.bookmark(max(latest, sent))
            wait = min(end, bookmark) - now if request.bookmarks and bookmark > now else end - now
            try:
                await asyncio.wait_for(watch.wait(), max(wait, 0))
            except TimeoutError:
                continue


def _opened(server: Server, request: WatchRequest) -> tuple[Watch, int]:
    since = parse_version(request.resource_version)
    group, plural = request.kind.table
    start = server.log.revision
    watch = server.log.subscribe(group, plural, request.namespace, since=since or None)
    return watch, since or start


def _present(server: Server, request: WatchRequest) -> list[Record]:
    if request.resource_version not in ("", "0"):
        return []
    records = server.log.list(*request.kind.table, request.namespace)
    return [record for record in records if request.selection.matches(record.object)]


def expired_event(error: Compacted) -> bytes:
    """The ERROR event that makes a client list again."""
    status = status_object(Status(message=str(error), reason="Expired", code=410))
    return msgspec.json.encode({"type": "ERROR", "object": status}) + b"\n"


class _Encoder:
    """Changes as lines in the negotiated form; plain JSON concatenates encoded bytes."""

    def __init__(self, server: Server, request: WatchRequest) -> None:
        self._server, self._kind, self._form = server, request.kind, request.form
        self._version = request.version
        self._matches = request.selection.predicate()
        self._headed = True
        head = {"kind": request.kind.kind, "apiVersion": request.kind.resource.api_version(request.version)}
        self._head = msgspec.json.encode(head)[:-1] + b","
        self._joins = not request.form.shape and request.kind.from_stored is None

    def added(self, record: Record) -> bytes:
        """The line of an existing object."""
        return self._encoded("ADDED", record.object, record.members)

    def line(self, change: Change) -> bytes:
        """The line of a change, b"" for a change outside the selection."""
        kind, record = change.type, change.record
        if self._matches is None:
            return self._encoded(kind, record.object, record.members)
        is_in = kind != "DELETED" and self._matches(record.object)
        was_in = change.previous is not None and self._matches(change.previous.object)
        if is_in:
            return self._encoded("MODIFIED" if was_in else "ADDED", record.object, record.members)
        if not was_in or change.previous is None:
            return b""
        # it left the selection: DELETED with the last state that the watcher may see, and the new version
        last = change.previous.object
        left = {**last, "metadata": {**last["metadata"], "resourceVersion": str(record.revision)}}
        return self._encoded("DELETED", left, None)

    def bookmark(self, revision: int) -> bytes:
        """A BOOKMARK."""
        metadata = {"resourceVersion": str(revision), "creationTimestamp": None}
        obj = {
            "kind": self._kind.kind,
            "apiVersion": self._kind.resource.api_version(self._version),
            "metadata": metadata,
        }
        if self._form.shape == "Table":
            obj = self._table([obj], headed=False)
        return msgspec.json.encode({"type": "BOOKMARK", "object": obj}) + b"\n"

    def _encoded(self, kind: str, obj: Object, members: bytes | None) -> bytes:
        if self._joins and members is not None:
            return b'{"type":"' + kind.encode() + b'","object":' + self._head + members + b"}\n"
        rendered = self._rendered(obj)
        return msgspec.json.encode({"type": kind, "object": rendered}) + b"\n"

    def _rendered(self, obj: Object) -> Object:
        if self._kind.from_stored is not None:
            obj = self._kind.from_stored(obj)
        if self._form.shape == "Table":
            headed, self._headed = self._headed, False
            return self._table([obj], headed=headed)
        if self._form.shape:
            return partial(obj, self._form.shape_version)
        return {**obj, "apiVersion": self._kind.resource.api_version(self._version)}

    def _table(self, objects: list[Object], *, headed: bool) -> Object:
        now: datetime = self._server.clock.now()
        version = self._form.shape_version
        rendered: Object = table(
            self._kind, self._version, objects, now, table_version=version, headed=headed
        )
        return rendered
