"""The browser of the tests: Debian's Chromium, another installed one, or Playwright's."""

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
"""Background services, and shared memory that containers lack."""


def _installed() -> str:
    wanted = os.environ.get(VARIABLE, "")
    if wanted:
        return wanted
    return next(filter(None, map(shutil.which, _NAMES)), "")


def _fetched() -> bool:
    cache = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache" / "ms-playwright")
    return any(cache.glob("chromium*"))


def available() -> bool:
    """Whether a browser is installed."""
    return bool(_installed()) or _fetched()


@asynccontextmanager
async def launched(*more: str) -> AsyncIterator[Browser]:
    """A headless browser. ``more``: further flags of Chromium."""
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
