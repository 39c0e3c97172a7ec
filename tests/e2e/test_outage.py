"""The API server stopped: every page says since when it is stale, shows what is known, and comes back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AsyncExitStack

import pytest
from playwright.async_api import Browser, Page, expect

from tests.e2e.conftest import Findings
from tests.e2e.window import pages
from tests.e2e.window.accessible import findings
from tests.e2e.window.demo import Demo
from tests.e2e.window.doors import fill_in, log_in
from tests.e2e.window.pages import ADMINS_ONLY, PUBLIC, Sort
from tests.e2e.window.routes import Route, routes
from tests.e2e.window.visitor import Visitor, visiting
from tests.journeys.product import Product
from tests.planes.plane import RELEASE
from tests.planes.simulated_plane import SimulatedPlane

STALE_WITHIN, LIVE_WITHIN = 30_000, 40_000
"""Milliseconds."""


@pytest.fixture
def product(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """The demo's cluster once more, from a copy of its data, with a console: this cluster can be stopped."""
    folder = tmp_path_factory.mktemp("outage")
    demo.copy(folder)
    product = Product(SimulatedPlane(folder, RELEASE), folder)
    try:
        product.plane.restart()
        product.serve()
        yield product
    finally:
        product.stop()
        product.plane.stop()


async def _is(page: Page, state: str, within: int) -> None:
    await expect(page.locator("[data-live]")).to_have_attribute("data-live", state, timeout=within)


async def _assert_stale(visitor: Visitor, page: Page, route: Route) -> None:
    language = visitor.language
    await _is(page, "stale", STALE_WITHIN)
    badge = page.locator("[data-live]")
    await expect(badge).to_contain_text(pages.STALE[language])
    await expect(badge).to_contain_text(pages.AS_OF[language])
    main = page.locator("main")
    if route.page.sort is Sort.LIST:
        await expect(main.locator("[data-state=stale]")).to_contain_text(pages.BEHIND[language])
        await expect(main.locator("tbody tr").first).to_be_visible()
    elif route.page.sort is Sort.OBJECT:
        await expect(main.get_by_text(pages.PARTLY[language])).to_be_visible()
        return  # what only the API server knows, such as a Deployment's pods, cannot be shown
    elif route.page.full:
        await expect(main.get_by_text(route.page.full[language]).first).to_be_visible()
    await expect(main.locator("[data-state=error]")).to_have_count(0)


@pytest.mark.timeout(300)
async def test_every_page_says_since_when_it_is_stale_and_comes_back_by_itself(
    browser: Browser, product: Product, demo: Demo, wrong: Findings
) -> None:
    address = f"http://127.0.0.1:{product.port}"
    async with AsyncExitStack() as stack:
        tenant = await stack.enter_async_context(visiting(browser, address, demo.tenant))
        admin = await stack.enter_async_context(
            visiting(browser, address, demo.admin, language="zh", theme="dark")
        )
        stranger = await stack.enter_async_context(visiting(browser, address))
        shown = [(tenant, each) for each in await routes(tenant) if each.pattern not in ADMINS_ONLY | PUBLIC]
        shown += [(admin, each) for each in await routes(admin) if each.pattern in ADMINS_ONLY]
        for visitor in (tenant, admin):
            visitor.expect("status of 503")
            await visitor.load("/nodes")
            await _is(visitor.page, "live", LIVE_WITHIN)

        product.plane.kill()
        for visitor in (tenant, admin):
            await _is(visitor.page, "stale", STALE_WITHIN)
        # pages that ask the API server try again a few times first: all of them in tabs of their own
        tabs = [
            (visitor, route, await _tab(visitor, route))
            for visitor, route in shown
            if route.page.sort is Sort.OBJECT
        ]
        for visitor, route in shown:
            if route.page.sort is Sort.OBJECT:
                continue
            await visitor.page.bring_to_front()
            await visitor.go(route.path)
            with wrong.on(f"{route.pattern} (stale, {visitor.language})"):
                await _assert_stale(visitor, visitor.page, route)
                wrong.say(f"{route.pattern} (stale, {visitor.language})", await findings(visitor.page))
        for visitor, route, tab in tabs:
            await tab.bring_to_front()
            with wrong.on(f"{route.pattern} (stale, {visitor.language})"):
                await _assert_stale(visitor, tab, route)
                wrong.say(f"{route.pattern} (stale, {visitor.language})", await findings(tab))
        with wrong.on("/register (stale)"):
            await _assert_registration_waits(stranger)
        with wrong.on("/login (stale)"):
            await _assert_login_works(stranger, demo)

        product.plane.restart()
        for visitor, route, tab in tabs:
            with wrong.on(f"{route.pattern} (live again)"):
                await _is(tab, "live", LIVE_WITHIN)
                await expect(tab.get_by_text(pages.PARTLY[visitor.language])).to_have_count(0)
        for visitor in (tenant, admin, stranger):
            with wrong.on(f"live again, {visitor.language}"):
                await _is(visitor.page, "live", LIVE_WITHIN)
                await expect(visitor.page.locator("[data-state=stale]")).to_have_count(0)


async def _tab(visitor: Visitor, route: Route) -> Page:
    tab = await visitor.context.new_page()
    await tab.goto(f"{visitor.address}/console{route.path}", wait_until="commit")
    return tab


async def _assert_registration_waits(visitor: Visitor) -> None:
    visitor.expect("status of 503")
    page = visitor.page
    await visitor.load("/register")
    await fill_in(page, "nobody@example.com")
    await visitor.sees("The cluster cannot be reached just now")
    await visitor.sees("Nothing has been made.")
    await expect(page.get_by_label("Organization")).to_have_value("OpenYurt users")


async def _assert_login_works(visitor: Visitor, demo: Demo) -> None:
    page = visitor.page
    await visitor.load("/login")
    await log_in(page, demo.tenant.email, demo.tenant.token)
    await expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    await _is(page, "stale", STALE_WITHIN)
