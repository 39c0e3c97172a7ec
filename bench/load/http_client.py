"""HTTP load generator: ``python -m bench.load.http_client``, a `Load` on stdin, a `LoadResult` on stdout.

A closed loop: each client is one connection that requests a view, waits for the whole reply and requests the
next one, after a pause if there is one. Garbage collection is off. A client is an asyncio protocol without a
coroutine between socket and clock, because the generator may share two cores with the server under test.
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

from bench.cluster.endpoint import Endpoint

_END_OF_HEADERS = b"\r\n\r\n"
_LAST_CHUNK = b"\r\n0\r\n\r\n"


class Load(msgspec.Struct, frozen=True):
    """Views to request, the number of concurrent clients and the duration.

    A view is a sequence of request targets that one client requests one after another; its latency is that
    of the whole sequence. All clients together cycle through ``views``.
    """

    server: Endpoint
    views: tuple[tuple[str, ...], ...]
    clients: int = 1
    warm_up: int = 20
    """Views before measuring starts."""
    views_at_least: int = 300
    seconds_at_least: float = 1.0
    seconds_at_most: float = 20.0
    """No view begins after this; those under way are waited for and counted."""
    pause: float = 0.0
    """Mean seconds between a reply and the client's next request."""
    gzip: bool = True
    """Whether to accept compressed replies, as browsers do."""


class LoadResult(msgspec.Struct, frozen=True):
    """Latencies of a `Load`; ``problem`` is the first reply that was not 200, "" when all were."""

    milliseconds: tuple[float, ...]
    elapsed: float
    problem: str = ""


class _Run:
    """State that the clients of one load share."""

    def __init__(self, load: Load) -> None:
        self.requests = _requests(load)
        self.pause = load.pause
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
        """Note that one client is done."""
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
            self._run.problem = f"the connection ended in the middle of a reply ({exc})"
            self._run.finish(self)

    def begin(self) -> None:
        """Request the next view, or finish."""
        view = self._run.next_view()
        if view is None or self._transport is None or self._transport.is_closing():
            self._run.finish(self)
            return
        self.busy = True
        self._view = iter(view)
        self._began = time.perf_counter()
        self._send(next(self._view))

    def close(self) -> None:
        """Close the connection."""
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
            self._replied()

    def _send(self, request: bytes) -> None:
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

    def _replied(self) -> None:
        request = next(self._view, None)
        if request is not None:
            self._send(request)
            return
        self._run.milliseconds.append((time.perf_counter() - self._began) * 1000)
        self._in_body = False
        if self._run.pause:
            pause = random.uniform(0.5, 1.5) * self._run.pause
            asyncio.get_running_loop().call_later(pause, self.begin)
        else:
            self.begin()


async def run(load: Load) -> LoadResult:
    """Generate ``load``."""
    shared = _Run(load)
    loop = asyncio.get_running_loop()
    clients = []
    for _ in range(load.clients):
        _, client = await loop.create_connection(
            lambda: _Client(shared), load.server.host, load.server.port, ssl=load.server.tls()
        )
        clients.append(client)
    await _together(shared, clients, load.warm_up, 0.0, load.seconds_at_most)
    shared.milliseconds.clear()
    began = time.perf_counter()
    await _together(shared, clients, load.views_at_least, load.seconds_at_least, load.seconds_at_most)
    elapsed = time.perf_counter() - began
    for client in clients:
        client.close()
    return LoadResult(tuple(shared.milliseconds), elapsed, shared.problem)


async def _together(run: _Run, clients: list[_Client], views: int, at_least: float, at_most: float) -> None:
    """Run all clients until enough views were requested."""
    run.left, run.clients = views, len(clients)
    run.idle.clear()
    now = time.perf_counter()
    run.earliest_end, run.deadline = now + at_least, now + at_most
    for client in clients:
        client.begin()
    await run.idle.wait()


def _requests(load: Load) -> Iterator[tuple[bytes, ...]]:
    """The views as bytes on the wire, in an endless cycle."""
    headers = {
        "Host": f"{load.server.host}:{load.server.port}",
        "Accept": "application/json",
        **load.server.headers,
    }
    if load.gzip:
        headers["Accept-Encoding"] = "gzip"
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    views = [tuple(f"GET {path} HTTP/1.1\r\n{lines}\r\n".encode() for path in view) for view in load.views]
    return itertools.cycle(views)


def main() -> None:
    """Read a load, generate it, write the result."""
    load = msgspec.json.decode(sys.stdin.buffer.read(), type=Load)
    gc.disable()
    sys.stdout.buffer.write(msgspec.json.encode(uvloop.run(run(load))))


if __name__ == "__main__":
    main()
