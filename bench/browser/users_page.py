"""The page of all accounts in a browser: first rows, search and sort, beside the bare page.

A search starts with the last key, a sort with the click; both end when the table shows the result.
"""

from __future__ import annotations

import asyncio
import statistics
from pathlib import Path

import msgspec

from bench.browser import bare_page
from bench.browser.list_pages import OPEN, first_rows_check
from bench.cluster.endpoint import Endpoint
from bench.cluster.processes import Console
from bench.report.model import Fact, Section
from bench.report.statistics import median_and_slowest
from tests.e2e.browser import launched
from tests.e2e.window.visitor import Visitor, visiting
from yurt_console.cli.demo.sample_accounts import Account

_PATH = "/users"
_LIST = "/users?limit=50"
_LISTEN = """for (const event of ["input", "click"])
  addEventListener(event, ({ timeStamp }) => { window.begun = timeStamp; }, true);"""
_DONE = """([text, rows]) => {
  const found = document.querySelectorAll("main [aria-busy=false] tbody tr");
  const done = found[0]?.textContent.includes(text) && (rows === 0 || found.length === rows);
  return done && performance.now() - window.begun;
}"""


class UsersPage(msgspec.Struct, frozen=True):
    """Milliseconds, by repeat."""

    loaded: tuple[float, ...]
    """The page was loaded, its code from the browser's cache except for the first time."""
    opened: tuple[float, ...]
    """The page was opened from another page."""
    searched: tuple[float, ...]
    sorted: tuple[float, ...]
    bare: tuple[float, ...]
    """The bare page."""


def measure(console: Console, admin: Account, emails: list[str], repeats: int, log: Path) -> UsersPage:
    """Use the page as an administrator; ``emails`` are those of all accounts. Raises RuntimeError."""
    endpoint = Endpoint(console.endpoint.url, admin.token)
    try:
        with bare_page.served(endpoint, _LIST, log) as bare_url:
            return asyncio.run(_measure(console.endpoint.url, bare_url, admin, emails, repeats))
    except AssertionError as error:
        raise RuntimeError(f"the page had an error: {error}") from None


async def _measure(url: str, bare_url: str, admin: Account, emails: list[str], repeats: int) -> UsersPage:
    loaded, opened, searched, ordered, bare = [], [], [], [], []
    first, *_, last = sorted([*emails, admin.email])
    async with launched() as browser, visiting(browser, url, admin) as visitor:
        page = visitor.page
        await visitor.context.add_init_script(_LISTEN)
        bare_tab = await browser.new_page()
        await bare_page.first_rows(bare_tab, bare_url)
        for number in range(repeats):
            bare.append(await bare_page.first_rows(bare_tab, bare_url))
            loaded.append(await bare_page.first_rows(page, f"{url}/console{_PATH}"))
            await visitor.go("/overview")
            opened.append(float(await page.evaluate(OPEN, _PATH)))

            wanted = emails[number * len(emails) // repeats]
            await page.get_by_role("textbox", name="Search").fill(wanted)
            searched.append(await _elapsed(visitor, wanted, 1))
            await visitor.go(_PATH)
            for end in (first, last):
                await page.get_by_role("button", name="E-mail").click()
                ordered.append(await _elapsed(visitor, end, 0))
    return UsersPage(tuple(loaded), tuple(opened), tuple(searched), tuple(ordered), tuple(bare))


async def _elapsed(visitor: Visitor, first: str, rows: int) -> float:
    """Milliseconds from the last input until the first of ``rows`` rows (0: any) holds ``first``."""
    handle = await visitor.page.wait_for_function(_DONE, arg=[first, rows], polling="raf")
    return float(await handle.json_value())


def section(users: int, times: UsersPage) -> Section:
    """First rows, search and sort, absolute and as ratios to the bare page."""
    rows = {
        f"Users page with {users:,} accounts, loaded": times.loaded,
        "Users page, opened from another page": times.opened,
        "Users page, a search": times.searched,
        "Users page, another order": times.sorted,
    }
    bare = statistics.median(times.bare)
    return Section(
        facts=tuple(
            Fact(f"{row} (median / slowest)", median_and_slowest(values), f"{len(values)} times")
            for row, values in rows.items()
        ),
        checks=tuple(first_rows_check(row, values, bare) for row, values in rows.items()),
    )
