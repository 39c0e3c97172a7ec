"""``make screenshots``: every page in both languages, both themes, on a desktop and on a phone, as PNG files.

``python -m tests.e2e.screenshots FOLDER`` writes ``FOLDER/desktop-zh-dark/nodes.png`` and so on, from a demo
of its own. Fails when a page had an error, as a test would.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from playwright.async_api import Browser

from tests.e2e.browser import MISSING, available, launched
from tests.e2e.window.demo import Demo, demonstrated
from tests.e2e.window.pages import ADMINS_ONLY, ADMINS_OWN, PUBLIC
from tests.e2e.window.routes import Route, routes
from tests.e2e.window.visitor import DESKTOP, PHONE, Language, Theme, visiting
from yurt_console.cli.demo.sample_accounts import Account

SIZES = {"desktop": DESKTOP, "phone": PHONE}
LANGUAGES: tuple[Language, ...] = ("en", "zh")
THEMES: tuple[Theme, ...] = ("light", "dark")
_NEWCOMERS = frozenset({"/overview", "/nodes", "/pods"})
"""Pages that differ for an account without objects."""


def main() -> int:
    """Write all pictures; the exit code."""
    parser = argparse.ArgumentParser(prog="screenshots", description=__doc__)
    parser.add_argument("folder", type=Path)
    given = parser.parse_args()
    if not available():
        print(MISSING)  # noqa: T201
        return 1
    with tempfile.TemporaryDirectory() as temporary, demonstrated(Path(temporary)) as demo:
        asyncio.run(_all(demo, given.folder))
    return 0


@dataclass
class _Studio:
    browser: Browser
    demo: Demo
    folder: Path

    async def pages(self, account: Account) -> list[Route]:
        """The pages of an account."""
        async with visiting(self.browser, self.demo.address, account) as visitor:
            await visitor.load("/nodes")
            return await routes(visitor)

    async def take(self, account: Account | None, pages: Iterable[Route], prefix: str = "") -> None:
        """All pages of one account, in one profile per language and size."""
        for language, size in product(LANGUAGES, SIZES):
            how = visiting(self.browser, self.demo.address, account, language=language, size=SIZES[size])
            async with how as visitor:
                for page in pages:
                    await visitor.go(page.path)
                    for theme in THEMES:
                        await visitor.scheme(theme)
                        file = self.folder / f"{size}-{language}-{theme}" / f"{prefix}{_name(page)}.png"
                        file.parent.mkdir(parents=True, exist_ok=True)
                        await visitor.page.screenshot(path=file, full_page=True, animations="disabled")


async def _all(demo: Demo, folder: Path) -> None:
    newcomer = demo.register("new@example.com")
    async with launched() as browser:
        studio = _Studio(browser, demo, folder)
        own = [page for page in await studio.pages(demo.tenant) if page.pattern not in ADMINS_ONLY]
        admins = [page for page in await studio.pages(demo.admin) if page.pattern in ADMINS_ONLY | ADMINS_OWN]
        await studio.take(None, [page for page in own if page.pattern in PUBLIC])
        await studio.take(demo.tenant, [page for page in own if page.pattern not in PUBLIC])
        await studio.take(demo.admin, admins, "admin-")
        await studio.take(newcomer, [page for page in own if page.pattern in _NEWCOMERS], "new-")


def _name(page: Route) -> str:
    return page.pattern.strip("/").replace("/$namespace", "").replace("/$name", "-one")


if __name__ == "__main__":
    sys.exit(main())
