"""The HTTP load tool: ``python -m bench.load`` reads one `Task` on stdin and writes one `Outcome`.

It runs as a process of its own, with garbage collection off, so that what it measures is the server. A
client is one connection that asks for a view, waits for the whole answer and, unless told to pause, at
once asks for the next: no think time. Each client is a protocol that answers its own callbacks, without
a coroutine between the socket and the clock, because at 20 clients and 5,000 answers a second the tool
shares two cores with the server it measures.
"""

from __future__ import annotations

import asyncio
import gc
import itertools
import random
import sys
import time
from collections.abc import Iterator
from typing import cast

import msgspec
import uvloop

from bench.address import Address

_END_OF_HEADERS = b"\r\n\r\n"
_LAST_CHUNK = b"\r\n0\r\n\r\n"


class Task(msgspec.Struct, frozen=True):
    """What to ask, how many at once and for how long.

    A view is a list of addresses that one client asks for one after another: its time is that of all of
    them. ``views`` are taken in turn, round and round, by all clients together.
    """

    server: Address
    views: tuple[tuple[str, ...], ...]
    clients: int = 1
    warm_up: int = 20
    """Views before the clock starts."""
    views_at_least: int = 300
    seconds_at_least: float = 1.0
    seconds_at_most: float = 20.0
    """No new view begins after this, whatever has been reached; those begun are waited for and count."""
    pause: float = 0.0
    """Seconds, on average, that a client lets pass between an answer and its next question."""
    gzip: bool = True
    """Whether to accept compressed answers, as every browser does."""


class Outcome(msgspec.Struct, frozen=True):
    """What came of a `Task`; ``problem`` is the first answer that was not 200, "" when all were."""

    milliseconds: tuple[float, ...]
    elapsed: float
    problem: str = ""


class _Run:
    """What the clients of one task share."""

    def __init__(self, task: Task) -> None:
        self.requests = _requests(task)
        self.pause = task.pause
        self.milliseconds: list[float] = []
        self.problem = ""
        self.left = 0
        self.clients = 0
        self.deadline = 0.0
        self.earliest_end = 0.0
        self.idle = asyncio.Event()

    def next_view(self) -> tuple[bytes, ...] | None:
        """The requests of the next view, None when the run is over."""
        now = time.perf_counter()
        enough = self.left <= 0 and now >= self.earliest_end
        if enough or now >= self.deadline or self.problem:
            return None
        self.left -= 1
        return next(self.requests)

    def finish(self, client: _Client) -> None:
        """One client has nothing more to do."""
        client.busy = False
        self.clients -= 1
        if not self.clients:
            self.idle.set()


class _Client(asyncio.Protocol):
    """One connection of a run."""

    def __init__(self, run: _Run) -> None:
        self._run = run
        self._view: Iterator[bytes] = iter(())
        self._began = 0.0
        self._head = bytearray()
        self._tail = b""
        self._left: int | None = None
        self._in_body = False
        self.busy = False
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's TLS transport is no subclass of it

    def connection_lost(self, exc: Exception | None) -> None:
        if self.busy:
            self._run.problem = f"the connection ended in the middle of an answer ({exc})"
            self._run.finish(self)

    def begin(self) -> None:
        """Ask for the next view, or finish."""
        view = self._run.next_view()
        if view is None or self._transport is None or self._transport.is_closing():
            self._run.finish(self)
            return
        self.busy = True
        self._view = iter(view)
        self._began = time.perf_counter()
        self._ask(next(self._view))

    def close(self) -> None:
        """End the connection."""
        if self._transport is not None:
            self._transport.abort()

    def data_received(self, data: bytes) -> None:
        if not self._in_body:
            self._head += data
            end = self._head.find(_END_OF_HEADERS)
            if end < 0:
                return
            data = bytes(self._head[end + len(_END_OF_HEADERS) :])
            self._read_head(bytes(self._head[:end]))
            self._head.clear()
        if self._left is None:
            self._tail = (self._tail + data)[-len(_LAST_CHUNK) :]
            complete = self._tail.endswith(_LAST_CHUNK)
        else:
            self._left -= len(data)
            complete = self._left <= 0
        if complete:
            self._answered()

    def _ask(self, request: bytes) -> None:
        self._in_body = False
        assert self._transport is not None
        self._transport.write(request)

    def _read_head(self, head: bytes) -> None:
        self._in_body = True
        if head[9:12] != b"200":
            self._run.problem = self._run.problem or head.split(b"\r\n", 1)[0].decode(errors="replace")
        lower = head.lower()
        at = lower.find(b"\r\ncontent-length:")
        self._left = int(lower[at + 17 :].split(b"\r\n", 1)[0]) if at >= 0 else None
        self._tail = b"\r\n"

    def _answered(self) -> None:
        request = next(self._view, None)
        if request is not None:
            self._ask(request)
            return
        self._run.milliseconds.append((time.perf_counter() - self._began) * 1000)
        self._in_body = False
        if self._run.pause:
            pause = random.uniform(0.5, 1.5) * self._run.pause
            asyncio.get_running_loop().call_later(pause, self.begin)
        else:
            self.begin()


async def run(task: Task) -> Outcome:
    """Carry out ``task``."""
    shared = _Run(task)
    loop = asyncio.get_running_loop()
    clients = []
    for _ in range(task.clients):
        _, client = await loop.create_connection(
            lambda: _Client(shared), task.server.host, task.server.port, ssl=task.server.tls()
        )
        clients.append(client)
    await _together(shared, clients, task.warm_up, 0.0, task.seconds_at_most)
    shared.milliseconds.clear()
    began = time.perf_counter()
    await _together(shared, clients, task.views_at_least, task.seconds_at_least, task.seconds_at_most)
    elapsed = time.perf_counter() - began
    for client in clients:
        client.close()
    return Outcome(tuple(shared.milliseconds), elapsed, shared.problem)


async def _together(run: _Run, clients: list[_Client], views: int, at_least: float, at_most: float) -> None:
    """All clients at once until enough was asked."""
    run.left, run.clients = views, len(clients)
    run.idle.clear()
    now = time.perf_counter()
    run.earliest_end, run.deadline = now + at_least, now + at_most
    for client in clients:
        client.begin()
    await run.idle.wait()


def _requests(task: Task) -> Iterator[tuple[bytes, ...]]:
    """The views as bytes on the wire, for ever."""
    headers = {
        "Host": f"{task.server.host}:{task.server.port}",
        "Accept": "application/json",
        **task.server.headers,
    }
    if task.gzip:
        headers["Accept-Encoding"] = "gzip"
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    views = [tuple(f"GET {path} HTTP/1.1\r\n{lines}\r\n".encode() for path in view) for view in task.views]
    return itertools.cycle(views)


def main() -> None:
    """Read a task, carry it out, write what came of it."""
    task = msgspec.json.decode(sys.stdin.buffer.read(), type=Task)
    gc.disable()
    sys.stdout.buffer.write(msgspec.json.encode(uvloop.run(run(task))))


if __name__ == "__main__":
    main()
