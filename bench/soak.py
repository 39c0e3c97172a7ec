"""A tab that stays open while pods change: its heap, its document, and how long it keeps people waiting.

An interaction is what the Event Timing API calls one (a click, a key), from the input to the next paint. The
heap is V8's after a garbage collection.
"""

from __future__ import annotations

import asyncio
import itertools
import statistics
import time

import msgspec
from playwright.async_api import Browser, CDPSession, Page

from bench.address import Address
from bench.browsers import Audience, Heard
from bench.cluster import Cluster
from bench.measure import program
from bench.processes import Console, ask
from tests.e2e.visitor import visiting
from yurt_console.cli.demo.sample_accounts import Account

RATE = 50.0
"""Changes a second, to pods that the page shows."""
_PAUSE = 1.0
"""Seconds between two interactions."""
_LOOK = 60.0
"""Seconds between two looks at the heap, and before the first: caches fill, code is compiled."""
_OBSERVE = """() => {
  window.interactions = [];
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries())
      if (entry.interactionId > 0) window.interactions.push([entry.name, entry.duration]);
  }).observe({ type: "event", durationThreshold: 16 });
}"""


class Soaked(msgspec.Struct, frozen=True):
    """What minutes of changes did to a tab."""

    minutes: float
    rate: float
    """Changes a second that the API server took."""
    heaps: tuple[int, ...]
    """Bytes, once a minute."""
    nodes: tuple[int, ...]
    """Of the document, as often."""
    interactions: tuple[tuple[str, float], ...]
    """The event's name and milliseconds, of all that took 16 or more."""
    tried: int

    @property
    def growth(self) -> float:
        """Per cent by which the mean of the last third of the heaps exceeds that of the middle third.

        What was looked at is remembered for five minutes: before that there is more of it each minute.
        """
        third = max(1, len(self.heaps) // 3)
        middle, last = statistics.mean(self.heaps[third:-third]), statistics.mean(self.heaps[-third:])
        return (last / middle - 1) * 100


async def soak(
    browser: Browser, cluster: Cluster, console: Console, admin: Account, minutes: float
) -> Soaked:
    """Stay on the administrator's list of pods, and use it, while the pods on it change."""
    rows = ask(Address(console.address.url, admin.token), "/pods?limit=50&sort=name").body
    pods = tuple(
        f"/api/v1/namespaces/{row['namespace']}/pods/{row['name']}"
        for row in msgspec.json.decode(rows)["items"]
    )
    seconds = minutes * 60
    audience = Audience(console.address, cluster.server, (), pods, rate=RATE, seconds=seconds)
    async with visiting(browser, console.address.url, admin) as visitor:
        await visitor.load("/pods?sort=name")
        await visitor.page.evaluate(_OBSERVE)
        changes = asyncio.create_task(asyncio.to_thread(program, "browsers", audience, Heard))
        tools = await visitor.context.new_cdp_session(visitor.page)
        looks, tried = await _use(visitor.page, tools, seconds)
        heard = await changes
        took = await visitor.page.evaluate("() => window.interactions")
    return Soaked(
        minutes=minutes,
        rate=heard.changes / heard.seconds,
        heaps=tuple(heap for heap, _ in looks),
        nodes=tuple(nodes for _, nodes in looks),
        interactions=tuple((str(name), float(milliseconds)) for name, milliseconds in took),
        tried=tried,
    )


async def _use(page: Page, tools: CDPSession, seconds: float) -> tuple[list[tuple[int, int]], int]:
    """Do what people do, over and over; (heap, nodes) at each look, and how much was done."""
    interval = min(_LOOK, seconds / 6)
    end, look = time.monotonic() + seconds, time.monotonic() + interval
    looks: list[tuple[int, int]] = []
    for tried in itertools.count():
        if time.monotonic() >= end:
            return looks, tried
        await _interact(page, tried % 7)
        await asyncio.sleep(_PAUSE)
        # always with the same thing on the screen
        if time.monotonic() >= look and tried % 7 == 6:
            look += interval
            looks.append(await _look(tools))
    raise AssertionError("counting does not end")


async def _interact(page: Page, which: int) -> None:
    search = page.get_by_role("search").locator("input").first
    match which:
        case 0:
            await page.locator("th[aria-sort] button").first.click()
        case 1:
            await page.locator("th[aria-sort] button").nth(1).click()
        case 2:
            await page.get_by_title("Next Page").click()
        case 3:
            await search.press_sequentially("an", delay=80)
        case 4:
            await search.fill("")
        case 5:
            palette = page.get_by_role("dialog")
            await page.keyboard.press("Control+k")
            await palette.wait_for()
            await page.keyboard.type("a")
            while await palette.is_visible():
                await page.keyboard.press("Escape")
                await page.wait_for_timeout(200)
        case _:
            await page.get_by_role("navigation").get_by_role("link", name="Nodes", exact=True).click()
            await page.get_by_role("heading", name="Nodes").wait_for()
            await page.go_back()
            await page.get_by_role("heading", name="Pods").wait_for()


async def _look(tools: CDPSession) -> tuple[int, int]:
    for _ in range(2):  # what the first one finalizes, the second one frees
        await tools.send("HeapProfiler.collectGarbage")
    usage = await tools.send("Runtime.getHeapUsage")
    counters = await tools.send("Memory.getDOMCounters")
    return int(usage["usedSize"]), int(counters["nodes"])
