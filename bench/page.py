"""The page in a browser on the filled cluster: how soon lists show, and what minutes of changes do to it.

Times are the browser's own: a list is there when its first row is in the document.
"""

from __future__ import annotations

import asyncio
import statistics

import msgspec
from playwright.async_api import Browser

from bench.cluster import ADMIN_EMAIL, Cluster
from bench.processes import Console
from bench.report import Check, Fact, Promise, duration_text, size_text
from bench.soak import Soaked, soak
from tests.e2e.browser import launched
from tests.e2e.pages import PAGES, Sort
from tests.e2e.visitor import visiting
from yurt_console.cli.demo.sample_accounts import Account
from yurt_console.tenancy.identity.principals import ADMIN

FIRST_ROWS = Promise("first rows", 1000, "ms")
INTERACTION = Promise("slowest interaction", 200, "ms")
HEAP = Promise("growth of the heap", 5, "%")
"""What V8 counts after a collection differs by a few per cent from one moment to the next."""
_LISTS = [path for path, page in PAGES.items() if page.sort is Sort.LIST and not page.admins_only]
FIRST_ROW = "() => document.querySelector('main tbody tr, main [data-state=empty]') && performance.now()"
GO = """(path) => new Promise((resolve) => {
  const began = performance.now();
  window.__TSR_ROUTER__.history.push("/console" + path);
  const look = () => {
    const there = location.pathname === "/console" + path && window.__TSR_ROUTER__.state.status === "idle"
      && document.querySelector("main [aria-busy=false] tbody tr, main [data-state=empty]");
    if (there) resolve(performance.now() - began);
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})"""


class Shown(msgspec.Struct, frozen=True):
    """How soon one list showed its first rows, in milliseconds, each time."""

    path: str
    loaded: tuple[float, ...]
    """The page loaded anew, its code from the browser's cache but for the first time."""
    opened: tuple[float, ...]
    """Opened from another page."""


def measure(cluster: Cluster, console: Console, repeats: int, minutes: float) -> tuple[list[Shown], Soaked]:
    """Look at all lists as the administrator, then stay on pods for ``minutes``. Raises RuntimeError."""
    return asyncio.run(_measure(cluster, console, repeats, minutes))


async def _measure(
    cluster: Cluster, console: Console, repeats: int, minutes: float
) -> tuple[list[Shown], Soaked]:
    admin = Account(ADMIN_EMAIL, "", "", ADMIN, cluster.accounts.admin, "")
    try:
        async with launched() as browser:
            shown = await _lists(browser, console, admin, repeats)
            return shown, await soak(browser, cluster, console, admin, minutes)
    except AssertionError as trouble:
        raise RuntimeError(f"the page had an error: {trouble}") from None


async def _lists(browser: Browser, console: Console, admin: Account, repeats: int) -> list[Shown]:
    found = []
    async with visiting(browser, console.address.url, admin) as visitor:
        for path in _LISTS:
            loaded, opened = [], []
            for _ in range(repeats):
                await visitor.page.goto(f"{console.address.url}/console{path}", wait_until="commit")
                handle = await visitor.page.wait_for_function(FIRST_ROW, polling="raf")
                loaded.append(float(await handle.json_value()))
                await visitor.go("/" if path != "/nodes" else "/pods")
                opened.append(float(await visitor.page.evaluate(GO, path)))
            found.append(Shown(path, tuple(loaded), tuple(opened)))
    return found


def facts(shown: list[Shown], soaked: Soaked) -> tuple[list[Fact], list[Check]]:
    """Lines of the report, and the promises."""
    lines, checks = [], []
    for each in shown:
        what = f"{each.path}: first rows, page loaded anew (median / slowest)"
        opened = f"opened from another page: {median_and_slowest(each.opened)}"
        lines.append(Fact(what, str(FIRST_ROWS), median_and_slowest(each.loaded), opened))
        checks += [Check(what, FIRST_ROWS, max(times)) for times in (each.loaded, each.opened)]
    slowest, event = max(((took, name) for name, took in soaked.interactions), default=(0.0, "nothing"))
    over = sum(took > INTERACTION.limit for _, took in soaked.interactions)
    heap = f"heap after {soaked.minutes:g} minutes at {soaked.rate:.0f} changes a second"
    interaction = f"slowest of {soaked.tried} interactions meanwhile"
    lines += [
        Fact(
            heap,
            str(HEAP),
            f"{soaked.growth:+.1f} %",
            f"{', '.join(map(size_text, soaked.heaps))}; nodes {soaked.nodes[0]} to {soaked.nodes[-1]}",
        ),
        Fact(
            interaction,
            str(INTERACTION),
            duration_text(slowest),
            f"a {event}; {over} of {len(soaked.interactions)} events took more than {INTERACTION.limit:g} ms",
        ),
    ]
    return lines, [*checks, Check(heap, HEAP, soaked.growth), Check(interaction, INTERACTION, slowest)]


def median_and_slowest(times: tuple[float, ...]) -> str:
    """Of milliseconds."""
    return f"{duration_text(statistics.median(times))} / {duration_text(max(times))}"
