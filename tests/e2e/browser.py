"""The browser that the tests drive: Debian's Chromium, another one here, or the one Playwright brings."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Browser, async_playwright

VARIABLE = "YURT_CONSOLE_TEST_CHROMIUM"
MISSING = (
    "NOT RUN in a browser: there is no Chromium here. On Debian: apt-get install chromium;"
    f" elsewhere: make clients; or say where it is by {VARIABLE}"
)
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_OFF = ("background-networking", "component-update", "sync", "extensions", "dev-shm-usage")
"""What a browser does for its own sake, and what containers have little of."""


def _installed() -> str:
    wanted = os.environ.get(VARIABLE, "")
    if wanted:
        return wanted
    return next(filter(None, map(shutil.which, _NAMES)), "")


def _fetched() -> bool:
    cache = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache" / "ms-playwright")
    return any(cache.glob("chromium*"))


def available() -> bool:
    """Whether there is a browser."""
    return bool(_installed()) or _fetched()


@asynccontextmanager
async def launched(*more: str) -> AsyncIterator[Browser]:
    """A browser without a window, ended when this is left. ``more`` are flags of Chromium's."""
    flags = [f"--disable-{what}" for what in _OFF]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=_installed() or None,
            args=[*flags, "--no-first-run", "--force-color-profile=srgb", *more],
        )
        try:
            yield browser
        finally:
            await browser.close()


if __name__ == "__main__":
    sys.exit(not available())
