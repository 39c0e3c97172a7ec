"""Scripted API server on loopback: a revision log, lists, watches, and faults.

It keeps the guarantees of Kubernetes (versions, pages of one snapshot, 410, resume) except for injected
faults. Versions are shuffled text, so that a client that orders them fails.
"""

from __future__ import annotations

import asyncio
import copy
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from aiohttp import web

Object: TypeAlias = dict[str, Any]
Place: TypeAlias = tuple[str, str, str]
"""(plural, namespace, name)."""

NEVER = 0
"""Pseudo status: no response, as on a dead connection."""
_CUT = object()
_END = object()
_GROUPS = {"apps.openyurt.io": {"v1beta2": {"nodepools"}}}


def version(revision: int) -> str:
    """A revision as text that does not sort."""
    return f"{revision * 7919 % 100_003:05}x{revision}"


def _revision(text: str) -> int:
    return int(text.partition("x")[2])


@dataclass
class Fault:
    """Answers the next ``times`` requests for which ``matches`` is true."""

    matches: Callable[[web.Request], bool]
    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: str = ""
    times: int = 1


@dataclass(eq=False)
class _Watch:
    plural: str
    since: int
    queue: asyncio.Queue[Any] = field(default_factory=asyncio.Queue)


@dataclass
class _Entry:
    revision: int
    type: str
    plural: str
    object: Object


class ApiServer:
    """Started by `serving`."""

    def __init__(self) -> None:
        self.revision = 100
        self.compacted = 0
        self.gone_as_event = False
        self.objects: dict[Place, Object] = {}
        self.groups = copy.deepcopy(_GROUPS)
        self.cluster_uid = "first-cluster"
        self.faults: list[Fault] = []
        self.requests: list[tuple[str, dict[str, str], float]] = []
        self.awake = asyncio.Event()
        self.awake.set()
        self.flowing = asyncio.Event()
        self.flowing.set()
        self.arriving = asyncio.Event()
        self.arriving.set()
        self.answering = 0
        """Requests in progress."""
        self.port = 0
        self._log: list[_Entry] = []
        self._watches: set[_Watch] = set()
        self._snapshots: dict[tuple[str, str], list[Object]] = {}
        self._runner: web.AppRunner | None = None
        self._listener: asyncio.Server | None = None

    @property
    def listening(self) -> bool:
        return self._runner is not None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    # Writing

    def put(self, plural: str, name: str, namespace: str = "", **fields: Any) -> None:
        """Create or update an object; its uid survives updates unless ``uid`` is given."""
        place = (plural, namespace, name)
        old = self.objects.get(place)
        uid = fields.pop("uid", old["metadata"]["uid"] if old else f"{name}-{self.revision}")
        self.revision += 1
        metadata = {"name": name, "uid": uid, "resourceVersion": version(self.revision)}
        if namespace:
            metadata["namespace"] = namespace
        self.objects[place] = {**fields, "metadata": {**fields.get("metadata", {}), **metadata}}
        self._record("MODIFIED" if old else "ADDED", plural, self.objects[place])

    def delete(self, plural: str, name: str, namespace: str = "") -> None:
        self.revision += 1
        last = copy.deepcopy(self.objects.pop((plural, namespace, name)))
        last["metadata"]["resourceVersion"] = version(self.revision)
        self._record("DELETED", plural, last)

    def bookmark(self, plural: str) -> None:
        """Send a bookmark with the current version to every watch of the kind."""
        entry = _Entry(
            self.revision, "BOOKMARK", plural, {"metadata": {"resourceVersion": version(self.revision)}}
        )
        for watch in self._of(plural):
            watch.queue.put_nowait(_line(entry))

    def send(self, plural: str, line: bytes) -> None:
        """Send a raw line to every watch of the kind."""
        for watch in self._of(plural):
            watch.queue.put_nowait(line)

    def lose_history(self) -> None:
        """Compact: older versions and all continue tokens get 410."""
        self.compacted = self.revision

    # Faults

    def cut(self) -> None:
        """Break the connections of all watches."""
        for watch in self._watches:
            watch.queue.put_nowait(_CUT)

    def end_watches(self) -> None:
        """End all watches with a complete response."""
        for watch in self._watches:
            watch.queue.put_nowait(_END)

    def fail(
        self,
        status: int,
        *,
        plural: str = "",
        watch: bool | None = None,
        times: int = 1,
        matches: Callable[[web.Request], bool] = lambda request: True,
        **details: Any,
    ) -> None:
        """Answer the next requests (of the kind; only watches, or only others) with this status."""

        def chosen(request: web.Request) -> bool:
            asks_watch = request.query.get("watch") == "true"
            return (
                (not plural or request.path.endswith("/" + plural))
                and (watch is None or watch == asks_watch)
                and matches(request)
            )

        self.faults.append(Fault(chosen, status, times=times, **details))

    def backup(self) -> tuple[int, dict[Place, Object], list[_Entry]]:
        return self.revision, copy.deepcopy(self.objects), list(self._log)

    def restore(self, backup: tuple[int, dict[Place, Object], list[_Entry]]) -> None:
        """Replace the state by ``backup`` with its older versions; all connections break."""
        self.revision, objects, log = backup
        self.objects, self._log = copy.deepcopy(objects), list(log)
        self.compacted = min(self.compacted, self.revision)
        self._snapshots.clear()
        self.cut()

    async def down(self) -> None:
        """Stop listening and break all connections."""
        assert self._runner is not None
        assert self._listener is not None
        runner, self._runner = self._runner, None
        # A connection that is being accepted during the close would stay open. So stop accepting first, and
        # let the runner register accepted connections, which it closes.
        for sock in self._listener.sockets:
            asyncio.get_running_loop().remove_reader(sock.fileno())
        for _ in range(5):
            await asyncio.sleep(0)
        self._listener.close()
        await runner.cleanup()

    async def up(self) -> None:
        """Listen, on the same port as before."""
        app = web.Application()
        app.router.add_get("/{path:.*}", self._handle)
        self._runner = web.AppRunner(app, shutdown_timeout=0.01, handler_cancellation=True)
        await self._runner.setup()
        assert self._runner.server is not None
        self._listener = await asyncio.get_running_loop().create_server(
            self._runner.server, "127.0.0.1", self.port, reuse_address=True
        )
        self.port = self._listener.sockets[0].getsockname()[1]

    # Recorded requests

    def lists(self, plural: str) -> list[dict[str, str]]:
        """Parameters of the list requests for the kind, without probes of the version."""
        return [
            query
            for path, query, _ in self.requests
            if path.endswith("/" + plural) and "watch" not in query and "resourceVersionMatch" not in query
        ]

    def watched(self, plural: str) -> list[dict[str, str]]:
        """Parameters of the watch requests for the kind."""
        return [query for path, query, _ in self.requests if path.endswith("/" + plural) and "watch" in query]

    def open_watches(self, plural: str) -> int:
        return len(self._of(plural))

    # Responses

    def _of(self, plural: str) -> list[_Watch]:
        return [watch for watch in self._watches if watch.plural == plural]

    def _record(self, kind: str, plural: str, obj: Object) -> None:
        entry = _Entry(self.revision, kind, plural, copy.deepcopy(obj))
        self._log.append(entry)
        for watch in self._of(plural):
            # Like Kubernetes 1.20: a watch from a future version silently skips older entries.
            if entry.revision > watch.since:
                watch.queue.put_nowait(_line(entry))

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        self.answering += 1
        try:
            return await self._answer(request)
        finally:
            self.answering -= 1

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        now = asyncio.get_running_loop().time()
        self.requests.append((request.path, dict(request.query), now))
        await self.awake.wait()
        for fault in self.faults:
            if fault.matches(request):
                fault.times -= 1
                if not fault.times:
                    self.faults.remove(fault)
                if fault.status == NEVER:
                    await asyncio.Event().wait()
                return _reply(fault.status, fault.body, fault.headers)
        if request.path in ("/readyz", "/version"):
            return web.Response(text="ok")
        if request.path == "/api/v1/namespaces/kube-system":
            return web.json_response({"metadata": {"name": "kube-system", "uid": self.cluster_uid}})
        return await self._collection(request)

    async def _collection(self, request: web.Request) -> web.StreamResponse:
        parts = request.path.strip("/").split("/")
        if parts[0] == "apis":
            versions = self.groups.get(parts[1], {})
            if len(parts) == 2 and versions:
                return web.json_response({"versions": [{"version": each} for each in versions]})
            if len(parts) == 3 and parts[2] in versions:
                return web.json_response({"resources": [{"name": each} for each in versions[parts[2]]]})
            if len(parts) < 4 or parts[3] not in versions.get(parts[2], ()):
                return _reply(404)
        if request.query.get("watch") == "true":
            return await self._watch(request, parts[-1])
        return await self._slowly(request, self._list(request.query.get, parts[-1]))

    async def _slowly(self, request: web.Request, listed: web.Response) -> web.StreamResponse:
        """Delay the items of a list while the fault says so."""
        if self.arriving.is_set() or not isinstance(listed.body, bytes):
            return listed
        response = web.StreamResponse(headers=listed.headers, status=listed.status)
        await response.prepare(request)
        head, items, rest = listed.body.partition(b'"items":[')
        await response.write(head + items)
        await self.arriving.wait()
        await response.write(rest)
        return response

    def _list(self, query: Callable[[str, str], str], plural: str) -> web.Response:
        known = query("resourceVersion", "")
        if known and _revision(known) > self.revision:
            return _too_large(_revision(known), self.revision)
        limit = int(query("limit", "0"))
        token = query("continue", "")
        if token:
            text, _, offset = token.partition(":")
            if _revision(text) < self.compacted or (plural, text) not in self._snapshots:
                return _reply(410)
            items, start = self._snapshots[plural, text], int(offset)
        else:
            text, start = version(self.revision), 0
            items = [obj for place, obj in sorted(self.objects.items()) if place[0] == plural]
            self._snapshots[plural, text] = items
        end = start + limit if limit else len(items)
        metadata = {"resourceVersion": text, "continue": f"{text}:{end}" if end < len(items) else ""}
        listed = {"metadata": metadata, "items": items[start:end]}
        return web.json_response(listed, dumps=_compact)

    async def _watch(self, request: web.Request, plural: str) -> web.StreamResponse:
        since = _revision(request.query["resourceVersion"])
        gone = since < self.compacted
        if gone and not self.gone_as_event:
            return _reply(410)
        watch = _Watch(plural, since)
        if gone:
            watch.queue.put_nowait(_line(_Entry(0, "ERROR", plural, _status(410))))
            watch.queue.put_nowait(_END)
        else:
            for entry in self._log:
                if entry.plural == plural and entry.revision > since:
                    watch.queue.put_nowait(_line(entry))
            self._watches.add(watch)
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        try:
            await response.prepare(request)
            await self._flow(request, response, watch)
        finally:
            self._watches.discard(watch)
        return response

    async def _flow(self, request: web.Request, response: web.StreamResponse, watch: _Watch) -> None:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + int(request.query["timeoutSeconds"])
        while True:
            try:
                async with asyncio.timeout_at(deadline):
                    item = await watch.queue.get()
            except TimeoutError:
                item = _END
            await self.flowing.wait()
            if item is _CUT and request.transport is not None:
                request.transport.abort()
            if not isinstance(item, bytes):
                return
            await response.write(item)


@asynccontextmanager
async def serving() -> AsyncIterator[ApiServer]:
    """A running server."""
    server = ApiServer()
    await server.up()
    try:
        yield server
    finally:
        server.awake.set()
        server.flowing.set()
        server.arriving.set()
        if server.listening:
            await server.down()


def _line(entry: _Entry) -> bytes:
    return json.dumps({"type": entry.type, "object": entry.object}).encode() + b"\n"


def _compact(value: Object) -> str:
    """JSON without whitespace, as Kubernetes writes it."""
    return json.dumps(value, separators=(",", ":"))


def _status(code: int, **details: Any) -> Object:
    reason = {404: "NotFound", 410: "Expired", 403: "Forbidden", 429: "TooManyRequests"}.get(code, "")
    return {"kind": "Status", "status": "Failure", "code": code, "reason": reason, **details}


def _reply(code: int, body: str = "", headers: dict[str, str] | None = None) -> web.Response:
    return web.Response(
        status=code,
        text=body or json.dumps(_status(code)),
        headers=headers,
        content_type="application/json",
    )


def _too_large(asked: int, current: int) -> web.Response:
    causes = [{"reason": "ResourceVersionTooLarge", "message": "Too large resource version"}]
    message = f"Too large resource version: {asked}, current: {current}"
    status = _status(504, message=message, details={"causes": causes, "retryAfterSeconds": 1})
    return web.json_response(status, status=504)
