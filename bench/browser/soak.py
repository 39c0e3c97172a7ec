"""A tab that stays open while pods change: heap, document size and latency of interactions.

Interactions are those of the Event Timing API (a click, a key), from the input to the next paint. The heap is
V8's after a garbage collection.
"""

from __future__ import annotations

import asyncio
import itertools
import statistics
import time

import msgspec
from playwright.async_api import Browser, CDPSession, Page

from bench.browser.bare_page import INTERACTION
from bench.cluster.endpoint import Endpoint, fetch
from bench.cluster.filled import Cluster
from bench.cluster.processes import Console
from bench.load.change_subscribers import ChangeLatencies, ChangeLoad
from bench.load.programs import run_program
from bench.report.model import Check, Fact, Promise, Section
from bench.report.statistics import duration_text, size_text
from tests.e2e.window.visitor import visiting
from yurt_console.cli.demo.sample_accounts import Account

HEAP = Promise("growth of the heap", 5, "%")
"""V8's count after a collection varies by a few per cent."""
RATE = 50.0
"""Changes a second, to pods on the page."""
_PAUSE = 1.0
"""Seconds between two interactions."""
_SAMPLE = 60.0
"""Seconds between two samples of the heap, and before the first: caches fill, code is compiled."""
_OBSERVE = """() => {
  window.interactions = [];
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries())
      if (entry.interactionId > 0) window.interactions.push([entry.name, entry.duration]);
  }).observe({ type: "event", durationThreshold: 16 });
}"""


class SoakResult(msgspec.Struct, frozen=True):
    """Samples of a tab over minutes of changes."""

    minutes: float
    rate: float
    """Changes a second that the API server accepted."""
    heaps: tuple[int, ...]
    """Bytes, once a minute."""
    nodes: tuple[int, ...]
    """DOM nodes, once a minute."""
    interactions: tuple[tuple[str, float], ...]
    """Name and milliseconds of every event of at least 16 ms."""
    attempts: int

    @property
    def growth(self) -> float:
        """Per cent by which the mean of the last third of the samples exceeds that of the middle third.

        Replies are cached for five minutes, so the first third grows.
        """
        third = max(1, len(self.heaps) // 3)
        middle, last = statistics.mean(self.heaps[third:-third]), statistics.mean(self.heaps[-third:])
        return (last / middle - 1) * 100


async def soak(
    browser: Browser, cluster: Cluster, console: Console, admin: Account, minutes: float
) -> SoakResult:
    """Stay on the administrator's list of pods and use it while its pods change.

    Raises RuntimeError when the time is too short.
    """
    rows = fetch(Endpoint(console.endpoint.url, admin.token), "/pods?limit=50&sort=name")
    pods = tuple(
        f"/api/v1/namespaces/{row['namespace']}/pods/{row['name']}"
        for row in msgspec.json.decode(rows)["items"]
    )
    seconds = minutes * 60
    load = ChangeLoad(console.endpoint, cluster.server, (), pods, rate=RATE, seconds=seconds)
    async with visiting(browser, console.endpoint.url, admin) as visitor:
        await visitor.load("/pods?sort=name")
        await visitor.page.evaluate(_OBSERVE)
        changes = asyncio.create_task(
            asyncio.to_thread(run_program, "change_subscribers", load, ChangeLatencies)
        )
        tools = await visitor.context.new_cdp_session(visitor.page)
        samples, attempts = await _use(visitor.page, tools, seconds)
        latencies = await changes
        events = await visitor.page.evaluate("() => window.interactions")
    if len(samples) < 3:
        raise RuntimeError(f"{minutes:g} minutes are too short for three samples of the heap")
    return SoakResult(
        minutes=minutes,
        rate=latencies.changes / latencies.seconds,
        heaps=tuple(heap for heap, _ in samples),
        nodes=tuple(nodes for _, nodes in samples),
        interactions=tuple((str(name), float(milliseconds)) for name, milliseconds in events),
        attempts=attempts,
    )


async def _use(page: Page, tools: CDPSession, seconds: float) -> tuple[list[tuple[int, int]], int]:
    """Cycle through the interactions; samples of (heap, nodes), and the number of interactions."""
    interval = min(_SAMPLE, seconds / 6)
    end, due = time.monotonic() + seconds, time.monotonic() + interval
    samples: list[tuple[int, int]] = []
    for attempts in itertools.count():
        if time.monotonic() >= end:
            return samples, attempts
        await _interact(page, attempts % 7)
        await asyncio.sleep(_PAUSE)
        # always with the same content on the screen
        if time.monotonic() >= due and attempts % 7 == 6:
            due += interval
            samples.append(await _sample(tools))
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


async def _sample(tools: CDPSession) -> tuple[int, int]:
    for _ in range(2):  # the second frees what the first finalized
        await tools.send("HeapProfiler.collectGarbage")
    usage = await tools.send("Runtime.getHeapUsage")
    counters = await tools.send("Memory.getDOMCounters")
    return int(usage["usedSize"]), int(counters["nodes"])


def section(result: SoakResult, bare: float) -> Section:
    """Heap and interactions; ``bare`` is the bare page's median in milliseconds."""
    slowest, event = max(((time, name) for name, time in result.interactions), default=(0.0, "nothing"))
    heap = f"a tab after {result.minutes:g} minutes at {result.rate:.0f} changes a second"
    interactions = f"{result.attempts} interactions meanwhile"
    return Section(
        facts=(
            Fact(
                f"{heap}: heap by minute",
                ", ".join(map(size_text, result.heaps)),
                f"DOM nodes {result.nodes[0]} to {result.nodes[-1]}",
            ),
            Fact(
                f"{interactions}: slowest",
                duration_text(slowest),
                f"a {event}, of {len(result.interactions)} events of at least 16 ms",
            ),
        ),
        checks=(
            Check(heap, HEAP, result.growth),
            Check(
                interactions,
                INTERACTION,
                slowest / bare,
                duration_text(slowest),
                f"bare page {duration_text(bare)}",
            ),
        ),
    )
