"""First rows of every list in a browser on the filled cluster, beside the bare page.

Times are the browser's own, from the start of the navigation until the first row is in the document.
"""

from __future__ import annotations

import statistics

import msgspec
from playwright.async_api import Browser

from bench.browser.bare_page import FIRST_ROWS, first_rows
from bench.cluster.endpoint import Endpoint
from bench.report.model import Check, Fact, Section
from bench.report.statistics import duration_text, median_and_slowest
from tests.e2e.window.pages import PAGES, Sort
from tests.e2e.window.visitor import visiting
from yurt_console.cli.demo.sample_accounts import Account

_LISTS = [path for path, page in PAGES.items() if page.sort is Sort.LIST and not page.admins_only]
OPEN = """(path) => new Promise((resolve) => {
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
"""Opens a list from another page; milliseconds until its first row."""


class ListTimes(msgspec.Struct, frozen=True):
    """Milliseconds until the first rows of one list, by repeat."""

    path: str
    loaded: tuple[float, ...]
    """The page was loaded, its code from the browser's cache except for the first time."""
    opened: tuple[float, ...]
    """The list was opened from another page."""
    bare: tuple[float, ...]
    """The bare page, each time before the list was loaded."""


async def measure(
    browser: Browser, console: Endpoint, bare_url: str, admin: Account, repeats: int
) -> list[ListTimes]:
    """Load and open all lists as an administrator."""
    found = []
    async with visiting(browser, console.url, admin) as visitor:
        bare_tab = await browser.new_page()
        await first_rows(bare_tab, bare_url)
        for path in _LISTS:
            loaded, opened, bare = [], [], []
            for _ in range(repeats):
                bare.append(await first_rows(bare_tab, bare_url))
                loaded.append(await first_rows(visitor.page, f"{console.url}/console{path}"))
                await visitor.go("/" if path != "/nodes" else "/pods")
                opened.append(float(await visitor.page.evaluate(OPEN, path)))
            found.append(ListTimes(path, tuple(loaded), tuple(opened), tuple(bare)))
    return found


def bare_median(lists: list[ListTimes]) -> float:
    """Median of the bare page over all lists."""
    return statistics.median(time for times in lists for time in times.bare)


def section(lists: list[ListTimes]) -> Section:
    """First rows, absolute and as ratios to the bare page."""
    bare = bare_median(lists)
    facts = [
        Fact(
            f"{times.path}: first rows (median / slowest)",
            f"{median_and_slowest(times.loaded)} loaded",
            f"{median_and_slowest(times.opened)} opened from another page",
        )
        for times in lists
    ]
    checks = [
        first_rows_check(f"{times.path}, {how}", values, bare)
        for times in lists
        for how, values in (("loaded", times.loaded), ("opened from another page", times.opened))
    ]
    return Section(tuple(facts), tuple(checks))


def first_rows_check(row: str, times: tuple[float, ...], bare: float) -> Check:
    """The promise about first rows: the slowest of ``times`` to the bare page's median."""
    slowest = max(times)
    return Check(row, FIRST_ROWS, slowest / bare, duration_text(slowest), f"bare page {duration_text(bare)}")
