"""Latency of changes for many subscribers: ``python -m bench.load.change_subscribers``.

Reads a `ChangeLoad` and writes `ChangeLatencies`. Each subscriber holds ``/changes`` open and, at an event
about pods, requests its page again with its ETag, as the web page does. A change is a number in a label of
a pod, written by PATCH at random moments; a subscriber has it when its page holds that number or a later
one. The clock starts when the PATCH is sent; one process does both ends.
"""

from __future__ import annotations

import asyncio
import bisect
import contextlib
import gc
import random
import re
import sys
import time

import aiohttp
import msgspec
import uvloop

from bench.cluster.endpoint import Endpoint

LABEL = "bench-change"
_MARK = re.compile(rb"bench-change\W{1,3}(\d+)")
_SETTLE = 10.0
"""Seconds after the last change in which every page must hold it."""


class Subscriber(msgspec.Struct, frozen=True):
    """An open page: token, request target, and the index of the pod on it that changes."""

    token: str
    page: str
    pod: int


class ChangeLoad(msgspec.Struct, frozen=True):
    """Subscribers of a console, and ``rate`` changes a second to ``pods``."""

    console: Endpoint
    api_server: Endpoint
    subscribers: tuple[Subscriber, ...]
    pods: tuple[str, ...]
    """Paths on the API server."""
    rate: float
    seconds: float


class ChangeLatencies(msgspec.Struct, frozen=True):
    """Milliseconds from sending a change until its event and its page, for each subscriber and change."""

    event: tuple[float, ...]
    page: tuple[float, ...]
    missing: int
    """Pairs of subscriber and change that were not shown in time."""
    changes: int
    events: int
    pages: int
    seconds: float


class _Changed(msgspec.Struct):
    """The data of a ``changed`` event."""

    kind: str


class _Page:
    """State of one subscriber."""

    def __init__(self, session: aiohttp.ClientSession, subscriber: Subscriber) -> None:
        self.subscriber = subscriber
        self.events = 0
        self.pages = 0
        self.seen: list[tuple[int, float, float]] = []
        """(number on the page, time of the event, time of the page), in order."""
        self.open = asyncio.Event()
        self._session = session
        self._headers = {"Authorization": f"Bearer {subscriber.token}", "Accept-Encoding": "gzip"}
        self._event_at: float | None = None
        self._wake = asyncio.Event()
        self._progress = asyncio.Event()

    async def listen(self) -> None:
        """Hold the stream open and note events about pods."""
        headers = {**self._headers, "Accept": "text/event-stream"}
        async with self._session.get("/changes", headers=headers, raise_for_status=True) as stream:
            self.open.set()
            event = b""
            async for line in stream.content:
                if line.startswith(b"event:"):
                    event = line[6:].strip()
                elif line.startswith(b"data:") and event == b"changed" and _kind(line[5:]) == "pods":
                    self.events += 1
                    self._event_at = self._event_at or time.perf_counter()
                    self._wake.set()
        raise RuntimeError("the console ended a stream")

    async def refresh(self) -> None:
        """Request the page after each event."""
        tag = ""
        while True:
            await self._wake.wait()
            self._wake.clear()
            event_at, self._event_at = self._event_at or time.perf_counter(), None
            headers = {**self._headers, **({"If-None-Match": tag} if tag else {})}
            async with self._session.get(self.subscriber.page, headers=headers) as reply:
                body = await reply.read()
                if reply.status not in (200, 304):
                    raise RuntimeError(f"GET {self.subscriber.page}: {reply.status}")
                tag = reply.headers.get("ETag", "")
            self.pages += 1
            mark = _MARK.search(body)
            if mark is not None and (not self.seen or int(mark[1]) > self.seen[-1][0]):
                self.seen.append((int(mark[1]), event_at, time.perf_counter()))
                self._progress.set()

    async def wait_for(self, number: int) -> None:
        """Wait until the page holds this change or a later one."""
        while number > (self.seen[-1][0] if self.seen else 0):
            self._progress.clear()
            await self._progress.wait()

    def latencies(self, sent: list[tuple[int, float]]) -> list[tuple[float, float] | None]:
        """For each change: milliseconds until the event and until the page, None when it is missing."""
        numbers = [number for number, _, _ in self.seen]
        found: list[tuple[float, float] | None] = []
        for number, at in sent:
            index = bisect.bisect_left(numbers, number)
            if index == len(self.seen):
                found.append(None)
                continue
            _, event_at, page_at = self.seen[index]
            found.append(((event_at - at) * 1000, (page_at - at) * 1000))
        return found


class _Changes:
    """Writes the changes and records when each was sent."""

    def __init__(self, load: ChangeLoad, session: aiohttp.ClientSession) -> None:
        self.sent: list[list[tuple[int, float]]] = [[] for _ in load.pods]
        self._load = load
        self._session = session
        self._locks = [asyncio.Lock() for _ in load.pods]
        # labels of an earlier run may still be there, so numbers start at the current time
        self._number = time.time_ns() // 1_000_000

    async def write(self) -> None:
        """Change random pods at random moments, ``rate`` a second on average."""
        chance = random.Random(1)
        end = time.perf_counter() + self._load.seconds
        async with asyncio.TaskGroup() as patches:
            while time.perf_counter() < end:
                await asyncio.sleep(chance.expovariate(self._load.rate))
                patches.create_task(self._change(chance.randrange(len(self._load.pods))))

    async def _change(self, pod: int) -> None:
        async with self._locks[pod]:
            self._number += 1
            body = msgspec.json.encode({"metadata": {"labels": {LABEL: str(self._number)}}})
            headers = {**self._load.api_server.headers, "Content-Type": "application/merge-patch+json"}
            url = self._load.api_server.url + self._load.pods[pod]
            self.sent[pod].append((self._number, time.perf_counter()))
            async with self._session.patch(url, data=body, headers=headers, raise_for_status=True) as reply:
                await reply.read()


async def run(load: ChangeLoad) -> ChangeLatencies:
    """Open the subscribers, change pods, wait until every page holds the last change."""
    unlimited = aiohttp.ClientTimeout(total=None)
    to_kubernetes = aiohttp.TCPConnector(limit=0, ssl=load.api_server.tls() or False)
    async with (
        aiohttp.ClientSession(
            load.console.url, connector=aiohttp.TCPConnector(limit=0), timeout=unlimited
        ) as session,
        aiohttp.ClientSession(connector=to_kubernetes) as kubernetes,
        asyncio.TaskGroup() as tasks,
    ):
        pages = [_Page(session, subscriber) for subscriber in load.subscribers]
        running = [tasks.create_task(work) for page in pages for work in (page.listen(), page.refresh())]
        for page in pages:
            await page.open.wait()
        changes = _Changes(load, kubernetes)
        began = time.perf_counter()
        await changes.write()
        elapsed = time.perf_counter() - began
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_SETTLE):
                for page in pages:
                    await page.wait_for(
                        max((number for number, _ in changes.sent[page.subscriber.pod]), default=0)
                    )
        for task in running:
            task.cancel()
    pairs = [pair for page in pages for pair in page.latencies(changes.sent[page.subscriber.pod])]
    known = [pair for pair in pairs if pair is not None]
    return ChangeLatencies(
        event=tuple(event for event, _ in known),
        page=tuple(page for _, page in known),
        missing=len(pairs) - len(known),
        changes=sum(len(sent) for sent in changes.sent),
        events=sum(page.events for page in pages),
        pages=sum(page.pages for page in pages),
        seconds=elapsed,
    )


def _kind(data: bytes) -> str:
    return msgspec.json.decode(data, type=_Changed).kind


def main() -> None:
    """Read a load, generate it, write the latencies."""
    load = msgspec.json.decode(sys.stdin.buffer.read(), type=ChangeLoad)
    gc.disable()
    sys.stdout.buffer.write(msgspec.json.encode(uvloop.run(run(load))))


if __name__ == "__main__":
    main()
