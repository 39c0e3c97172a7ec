"""Many open browsers while pods change: ``python -m bench.browsers`` reads an `Audience`, writes `Heard`.

Each browser holds ``/changes`` open and, told that pods changed, asks again for the page it shows, with
its ETag, as the web page does. A change is a number in a label of one pod of each page, written by PATCH
at random moments. So nothing has to be guessed about which event speaks of which change: a browser
knows of a change when its page shows that number or a later one, and was told by the event that made it
ask for that page. The clock starts when the PATCH is sent. One process does both ends, so there is one
clock.
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

from bench.address import Address

LABEL = "bench-change"
_MARK = re.compile(rb"bench-change\W{1,3}(\d+)")
_SETTLE = 10.0
"""Seconds after the last change in which it must show."""


class Browser(msgspec.Struct, frozen=True):
    """One open page: whose, which, and the number of the pod in it that changes."""

    token: str
    page: str
    pod: int


class Audience(msgspec.Struct, frozen=True):
    """What to do: these browsers on this console, ``rate`` changes a second to these pods."""

    console: Address
    api_server: Address
    browsers: tuple[Browser, ...]
    pods: tuple[str, ...]
    """Their addresses on the API server."""
    rate: float
    seconds: float


class Heard(msgspec.Struct, frozen=True):
    """What came of it, in milliseconds from the sending of a change, for each browser and change."""

    told: tuple[float, ...]
    shown: tuple[float, ...]
    never: int
    """Browser and change pairs that did not show in time."""
    changes: int
    events: int
    pages: int
    seconds: float


class _Changed(msgspec.Struct):
    """The data of a ``changed`` event."""

    kind: str


class _Page:
    """One browser."""

    def __init__(self, session: aiohttp.ClientSession, browser: Browser) -> None:
        self.browser = browser
        self.events = 0
        self.pages = 0
        self.seen: list[tuple[int, float, float]] = []
        """(number shown, when told, when shown), in order."""
        self.open = asyncio.Event()
        self._session = session
        self._headers = {"Authorization": f"Bearer {browser.token}", "Accept-Encoding": "gzip"}
        self._told: float | None = None
        self._wake = asyncio.Event()
        self._progress = asyncio.Event()

    async def listen(self) -> None:
        """Hold the stream open and note when pods changed."""
        headers = {**self._headers, "Accept": "text/event-stream"}
        async with self._session.get("/changes", headers=headers, raise_for_status=True) as stream:
            self.open.set()
            event = b""
            async for line in stream.content:
                if line.startswith(b"event:"):
                    event = line[6:].strip()
                elif line.startswith(b"data:") and event == b"changed" and _kind(line[5:]) == "pods":
                    self.events += 1
                    self._told = self._told or time.perf_counter()
                    self._wake.set()
        raise RuntimeError("the console ended a stream")

    async def show(self) -> None:
        """Ask for the page whenever told to."""
        tag = ""
        while True:
            await self._wake.wait()
            self._wake.clear()
            told, self._told = self._told or time.perf_counter(), None
            headers = {**self._headers, **({"If-None-Match": tag} if tag else {})}
            async with self._session.get(self.browser.page, headers=headers) as reply:
                body = await reply.read()
                if reply.status not in (200, 304):
                    raise RuntimeError(f"GET {self.browser.page}: {reply.status}")
                tag = reply.headers.get("ETag", "")
            self.pages += 1
            mark = _MARK.search(body)
            if mark is not None and (not self.seen or int(mark[1]) > self.seen[-1][0]):
                self.seen.append((int(mark[1]), told, time.perf_counter()))
                self._progress.set()

    async def shows(self, number: int) -> None:
        """Wait until this change, or a later one, shows."""
        while number > (self.seen[-1][0] if self.seen else 0):
            self._progress.clear()
            await self._progress.wait()

    def latencies(self, sent: list[tuple[int, float]]) -> list[tuple[float, float] | None]:
        """For each change of this page's pod: milliseconds until told and until shown, None for never."""
        numbers = [number for number, _, _ in self.seen]
        found: list[tuple[float, float] | None] = []
        for number, at in sent:
            index = bisect.bisect_left(numbers, number)
            if index == len(self.seen):
                found.append(None)
                continue
            _, told, shown = self.seen[index]
            found.append(((told - at) * 1000, (shown - at) * 1000))
        return found


class _Changes:
    """Writes the changes and remembers when."""

    def __init__(self, audience: Audience, session: aiohttp.ClientSession) -> None:
        self.sent: list[list[tuple[int, float]]] = [[] for _ in audience.pods]
        self._audience = audience
        self._session = session
        self._locks = [asyncio.Lock() for _ in audience.pods]
        # Labels of an earlier run may still be there: every run counts on from later than any before.
        self._number = time.time_ns() // 1_000_000

    async def write(self) -> None:
        """Change random pods at random moments, ``rate`` a second on average."""
        chance = random.Random(1)
        end = time.perf_counter() + self._audience.seconds
        async with asyncio.TaskGroup() as patches:
            while time.perf_counter() < end:
                await asyncio.sleep(chance.expovariate(self._audience.rate))
                patches.create_task(self._change(chance.randrange(len(self._audience.pods))))

    async def _change(self, pod: int) -> None:
        async with self._locks[pod]:
            self._number += 1
            body = msgspec.json.encode({"metadata": {"labels": {LABEL: str(self._number)}}})
            headers = {**self._audience.api_server.headers, "Content-Type": "application/merge-patch+json"}
            url = self._audience.api_server.url + self._audience.pods[pod]
            self.sent[pod].append((self._number, time.perf_counter()))
            async with self._session.patch(url, data=body, headers=headers, raise_for_status=True) as reply:
                await reply.read()


async def run(audience: Audience) -> Heard:
    """Open the browsers, change pods, wait until all is shown."""
    forever = aiohttp.ClientTimeout(total=None)
    to_kubernetes = aiohttp.TCPConnector(limit=0, ssl=audience.api_server.tls() or False)
    async with (
        aiohttp.ClientSession(
            audience.console.url, connector=aiohttp.TCPConnector(limit=0), timeout=forever
        ) as session,
        aiohttp.ClientSession(connector=to_kubernetes) as kubernetes,
        asyncio.TaskGroup() as tasks,
    ):
        pages = [_Page(session, browser) for browser in audience.browsers]
        running = [tasks.create_task(work) for page in pages for work in (page.listen(), page.show())]
        for page in pages:
            await page.open.wait()
        changes = _Changes(audience, kubernetes)
        began = time.perf_counter()
        await changes.write()
        elapsed = time.perf_counter() - began
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_SETTLE):
                for page in pages:
                    await page.shows(max((number for number, _ in changes.sent[page.browser.pod]), default=0))
        for task in running:
            task.cancel()
    pairs = [pair for page in pages for pair in page.latencies(changes.sent[page.browser.pod])]
    known = [pair for pair in pairs if pair is not None]
    return Heard(
        told=tuple(told for told, _ in known),
        shown=tuple(shown for _, shown in known),
        never=len(pairs) - len(known),
        changes=sum(len(sent) for sent in changes.sent),
        events=sum(page.events for page in pages),
        pages=sum(page.pages for page in pages),
        seconds=elapsed,
    )


def _kind(data: bytes) -> str:
    return msgspec.json.decode(data, type=_Changed).kind


def main() -> None:
    """Read an audience, entertain it, write what it heard."""
    audience = msgspec.json.decode(sys.stdin.buffer.read(), type=Audience)
    gc.disable()
    sys.stdout.buffer.write(msgspec.json.encode(uvloop.run(run(audience))))


if __name__ == "__main__":
    main()
