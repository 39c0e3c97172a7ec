"""A visitor: a browser window that records errors.

A test fails when a visited page logs an error, throws, violates the Content Security Policy or contacts
another host. `expect` declares the errors that a test causes.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Literal, TypeAlias
from urllib.parse import urlsplit

from playwright.async_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Error,
    Page,
    Request,
    TimeoutError,
    expect,
)

from yurt_console.cli.demo.sample_accounts import Account

Language: TypeAlias = Literal["en", "zh"]
Theme: TypeAlias = Literal["light", "dark"]

DESKTOP, PHONE = (1280, 800), (360, 740)
"""Pixels, width and height."""
_LOCALES = {"en": "en-US", "zh": "zh-CN"}
_VIOLATION = "Content Security Policy violated: "
_LISTEN = f"""
document.addEventListener("securitypolicyviolation", (event) =>
  console.error("{_VIOLATION}" + event.effectiveDirective + " " + event.blockedURI + " " + event.sample));
"""
_LOGGED_IN = """localStorage.setItem("yurt-console.session", "1");"""
"""Flag that the page stores after a login; the cookie authenticates."""
_SETTLED = """() => {
  const busy = [...document.querySelectorAll("[aria-busy=true], .ant-spin-spinning")];
  const loading = [...document.querySelectorAll("main [role=status][aria-label]")]
    .filter((one) => !one.textContent.trim());
  const there = document.querySelector("h1, [role=alert], [data-state]") !== null;
  return window.__TSR_ROUTER__?.state.status === "idle" && there && busy.length === 0 && loading.length === 0;
}"""

_CUT = """() => [...document.querySelectorAll("main *")]
  .filter((one) => one.scrollWidth > one.clientWidth && one.clientWidth > 1)
  .filter((one) => getComputedStyle(one).overflowX !== "visible")
  .map((one) => `${one.scrollWidth - one.clientWidth} pixels of: ${one.textContent.slice(0, 80)}`)"""
_FITS = "() => document.scrollingElement.scrollWidth <= document.documentElement.clientWidth"


@dataclass
class Visitor:
    """A browser window and its recorded errors."""

    page: Page
    address: str
    language: Language = "en"
    _expected: list[str] = field(default_factory=list)
    _complaints: list[str] = field(default_factory=list)

    @property
    def context(self) -> BrowserContext:
        """The browser profile with its cookies; for further tabs."""
        return self.page.context

    def watch(self, page: Page) -> None:
        """Record the errors of a page."""
        page.on("console", self._said)
        page.on("pageerror", self._thrown)

    def _said(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self._complaints.append(f"console: {message.text} ({message.page and message.page.url})")

    def _thrown(self, error: Error) -> None:
        self._complaints.append(f"thrown: {error.stack or error.message}")

    def record_request(self, request: Request) -> None:
        """Record a request to another host."""
        place = urlsplit(request.url)
        if place.scheme not in ("data", "blob") and f"{place.scheme}://{place.netloc}" != self.address:
            self._complaints.append(f"another host: {request.url}")

    def expect(self, pattern: str) -> None:
        """From now on, ignore errors that match this regular expression."""
        self._expected.append(pattern)

    @property
    def errors(self) -> list[str]:
        """Unexpected errors."""
        return [each for each in self._complaints if not any(re.search(one, each) for one in self._expected)]

    async def go(self, path: str) -> None:
        """Navigate to an address below /console as a link does, without a reload if the page is open."""
        address = f"/console{path}"
        if self.page.url.startswith(f"{self.address}/console"):
            await self.page.evaluate("(path) => window.__TSR_ROUTER__.history.push(path)", address)
        else:
            await self.page.goto(self.address + address)
        await self.settled()

    async def load(self, path: str) -> None:
        """Load an address below /console."""
        await self.page.goto(f"{self.address}/console{path}")
        await self.settled()

    async def settled(self) -> None:
        """Wait until the page has no pending requests or loading states."""
        await self.page.wait_for_function(_SETTLED)

    async def scheme(self, theme: Theme) -> None:
        """Set the preferred color scheme."""
        await self.page.emulate_media(color_scheme=theme)
        await expect(self.page.locator("html")).to_have_attribute("data-theme", theme)

    async def size(self, size: tuple[int, int]) -> None:
        """Resize the window."""
        await self.page.set_viewport_size({"width": size[0], "height": size[1]})
        await self.settled()

    async def fits(self) -> None:
        """Fail when the page is wider than the window."""
        try:
            await self.page.wait_for_function(_FITS, timeout=2000)
        except TimeoutError:
            raise AssertionError(f"{self.page.url} is wider than the window") from None

    async def cut(self) -> list[str]:
        """Elements that are clipped or need horizontal scrolling."""
        found: list[str] = await self.page.evaluate(_CUT)
        return found

    async def sees(self, text: str) -> None:
        """Wait until a text is visible."""
        await expect(self.page.get_by_text(text).first).to_be_visible()


@asynccontextmanager
async def visiting(
    browser: Browser,
    address: str,
    account: Account | None = None,
    *,
    language: Language = "en",
    theme: Theme = "light",
    size: tuple[int, int] = DESKTOP,
) -> AsyncIterator[Visitor]:
    """A new profile, logged in as ``account`` if there is one. Fails at its end for what was wrong."""
    width, height = size
    context = await browser.new_context(
        locale=_LOCALES[language],
        timezone_id="Asia/Shanghai",
        color_scheme=theme,
        viewport={"width": width, "height": height},
        reduced_motion="reduce",
        accept_downloads=True,
    )
    try:
        context.set_default_timeout(15_000)
        await context.grant_permissions(["clipboard-read", "clipboard-write"], origin=address)
        await context.add_init_script(_LISTEN)
        if account is not None:
            await _log_in(context, address, account)
        visitor = Visitor(await context.new_page(), address, language)
        visitor.watch(visitor.page)
        context.on("page", visitor.watch)
        context.on("request", visitor.record_request)
        yield visitor
        assert not visitor.errors, visitor.errors
    finally:
        await context.close()


async def _log_in(context: BrowserContext, address: str, account: Account) -> None:
    asked = {"email": account.email, "token": account.token}
    answer = await context.request.post(f"{address}/session", data=asked, headers={"Origin": address})
    assert answer.ok, await answer.text()
    await context.add_init_script(f"try {{ {_LOGGED_IN} }} catch {{}}")
