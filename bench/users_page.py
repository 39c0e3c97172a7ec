"""The page of all accounts in a browser: how soon it shows them, searches and sorts.

A search begins with the last key, an order with the click; both end when the table shows what was asked for.
"""

from __future__ import annotations

import asyncio

import msgspec

from bench.page import FIRST_ROW, FIRST_ROWS, GO, median_and_slowest
from bench.processes import Console
from bench.report import Check, Fact
from tests.e2e.browser import launched
from tests.e2e.visitor import Visitor, visiting
from yurt_console.cli.demo.sample_accounts import Account

_PATH = "/users"
_LISTEN = """for (const event of ["input", "click"])
  addEventListener(event, ({ timeStamp }) => { window.begun = timeStamp; }, true);"""
_DONE = """([text, rows]) => {
  const shown = document.querySelectorAll("main [aria-busy=false] tbody tr");
  const is = shown[0]?.textContent.includes(text) && (rows === 0 || shown.length === rows);
  return is && performance.now() - window.begun;
}"""


class UsersPage(msgspec.Struct, frozen=True):
    """Milliseconds, each time."""

    loaded: tuple[float, ...]
    """The page loaded anew, its code from the browser's cache but for the first time."""
    opened: tuple[float, ...]
    """Opened from another page."""
    searched: tuple[float, ...]
    sorted: tuple[float, ...]


def measure(console: Console, admin: Account, emails: list[str], repeats: int) -> UsersPage:
    """Look at the page as an administrator; ``emails`` are those of all accounts. Raises RuntimeError."""
    try:
        return asyncio.run(_measure(console.address.url, admin, emails, repeats))
    except AssertionError as trouble:
        raise RuntimeError(f"the page had an error: {trouble}") from None


async def _measure(url: str, admin: Account, emails: list[str], repeats: int) -> UsersPage:
    loaded, opened, searched, ordered = [], [], [], []
    first, *_, last = sorted([*emails, admin.email])
    async with launched() as browser, visiting(browser, url, admin) as visitor:
        page = visitor.page
        await visitor.context.add_init_script(_LISTEN)
        for number in range(repeats):
            await page.goto(f"{url}/console{_PATH}", wait_until="commit")
            handle = await page.wait_for_function(FIRST_ROW, polling="raf")
            loaded.append(float(await handle.json_value()))
            await visitor.go("/overview")
            opened.append(float(await page.evaluate(GO, _PATH)))

            wanted = emails[number * len(emails) // repeats]
            await page.get_by_role("textbox", name="Search").fill(wanted)
            searched.append(await _took(visitor, wanted, 1))
            await visitor.go(_PATH)
            for end in (first, last):
                await page.get_by_role("button", name="E-mail").click()
                ordered.append(await _took(visitor, end, 0))
    return UsersPage(tuple(loaded), tuple(opened), tuple(searched), tuple(ordered))


async def _took(visitor: Visitor, first: str, rows: int) -> float:
    """Milliseconds from the last input until ``first`` is in the first row; of so many, 0: any number."""
    handle = await visitor.page.wait_for_function(_DONE, arg=[first, rows], polling="raf")
    return float(await handle.json_value())


def facts(users: int, shown: UsersPage) -> tuple[list[Fact], list[Check]]:
    """Lines of the report, and the promises."""
    rows = {
        f"Users page with {users:,} accounts: first rows, page loaded anew": shown.loaded,
        "Users page: first rows, opened from another page": shown.opened,
        "Users page: a search": shown.searched,
        "Users page: another order": shown.sorted,
    }
    lines = [
        Fact(f"{what} (median / slowest)", str(FIRST_ROWS), median_and_slowest(times), f"{len(times)} times")
        for what, times in rows.items()
    ]
    return lines, [Check(what, FIRST_ROWS, max(times)) for what, times in rows.items()]
