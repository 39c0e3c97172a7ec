"""Every page the router knows, in every state a page can be in, themes, languages and sizes."""

from __future__ import annotations

import re
import time
from contextlib import suppress

import pytest
from playwright.async_api import Error, Locator, expect
from playwright.async_api import Route as Asked

from tests.e2e.accessible import findings
from tests.e2e.conftest import Findings, Visit
from tests.e2e.demo import Demo
from tests.e2e.routes import ADMINS_ONLY, ADMINS_OWN, PUBLIC, Route, patterns, routes
from tests.e2e.visitor import DESKTOP, PHONE, Language, Visitor
from yurt_console.cli.sample_accounts import Account

ROLES = ("tenant", "admin")
_ASKED = re.compile(r"^http://[^/]+/(?!console/|session$|readyz$|changes|version)")
"""What pages ask the console for; not what the frame around them does."""
_REFUSAL = "the test has broken this on purpose"
_STATUS = {"kind": "Status", "status": "Failure", "code": 400, "reason": "BadRequest", "message": _REFUSAL}


class Broken:
    """A console that says nothing, and then refuses everything."""

    def __init__(self) -> None:
        self.held: list[Asked] = []
        self._refuses = False

    async def handle(self, asked: Asked) -> None:
        """Hold or refuse a request."""
        if self._refuses:
            await asked.fulfill(status=400, json=_STATUS)
        else:
            self.held.append(asked)

    async def refuse(self) -> None:
        """Refuse from now on, what was held too."""
        self._refuses = True
        for asked in self.held:
            with suppress(Error):  # the page asks no longer
                await asked.fulfill(status=400, json=_STATUS)


async def _pages(visitor: Visitor, role: str) -> list[Route]:
    """A tenant's; of an administrator's those that a tenant has not, or that look different."""
    await visitor.load("/nodes")
    if role == "admin":
        return [each for each in await routes(visitor) if each.pattern in ADMINS_ONLY | ADMINS_OWN]
    return [each for each in await routes(visitor) if each.pattern not in ADMINS_ONLY]


@pytest.mark.timeout(300)
@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("role", ROLES)
async def test_a_full_page_is_accessible_in_both_themes_and_fits_a_phone(
    visit: Visit, demo: Demo, wrong: Findings, language: Language, role: str
) -> None:
    visitor = await visit(demo.admin if role == "admin" else demo.tenant, language=language)
    page = visitor.page
    titles: dict[str, str] = {}
    for route in await _pages(visitor, role):
        await visitor.go(route.path)
        where = f"{route.pattern} ({language}, {role})"
        with wrong.on(where):
            await expect(page.locator("h1")).to_have_count(1)
            await expect(page.locator("[data-state=error], [data-state=forbidden]")).to_have_count(0)
            title = await page.title()
            assert title not in titles, f"has the same title as {titles[title]}: {title}"
            if not route.is_of_an_object:
                titles[title] = route.pattern
            wrong.say(f"{where}, light", await findings(page))
            await visitor.scheme("dark")
            wrong.say(f"{where}, dark", await findings(page))
            await visitor.size(PHONE)
            await visitor.fits()
        await visitor.size(DESKTOP)
        await visitor.scheme("light")


async def _recover(visitor: Visitor, failed: Locator) -> None:
    """Try again until all is there; some of it may come by itself meanwhile, with the next change."""
    deadline = time.monotonic() + 20
    while await failed.count():
        assert time.monotonic() < deadline, "trying again does not help"
        with suppress(Error):
            await failed.first.get_by_role("button", name="Try again").click(timeout=1000)
        await visitor.settled()


@pytest.mark.timeout(300)
async def test_a_page_shows_that_it_loads_that_it_failed_and_recovers_on_request(
    visit: Visit, tenant: Account, wrong: Findings
) -> None:
    visitor = await visit(tenant)
    visitor.expect("status of 400")
    page = visitor.page
    for route in await _pages(visitor, "tenant"):
        broken = Broken()
        await page.route(_ASKED, broken.handle)
        await page.goto(f"{visitor.address}/console{route.path}")
        loading = page.locator("main").get_by_role("status", name="Loading")
        waits = False
        with wrong.on(f"{route.pattern} (loading)"):
            # what a page knows without asking, it may show at once
            await expect(loading.or_(page.locator("main section, main form")).first).to_be_visible()
            waits = bool(broken.held) and await loading.count() > 0
            wrong.say(f"{route.pattern} (loading)", await findings(page))
        await broken.refuse()
        with wrong.on(f"{route.pattern} (error)"):
            if waits:
                failed = page.locator("[data-state=error]")
                await expect(failed.first).to_be_visible()
                await expect(page.get_by_text(_REFUSAL).first).to_be_visible()
                wrong.say(f"{route.pattern} (error)", await findings(page))
                await page.unroute(_ASKED)
                await _recover(visitor, failed)
        await page.unroute(_ASKED)


@pytest.mark.timeout(180)
async def test_a_page_of_a_new_tenant_says_what_to_do_next(
    visit: Visit, stranger: Account, wrong: Findings
) -> None:
    visitor = await visit(stranger)
    page = visitor.page
    await visitor.load("/nodes")
    for pattern in await patterns(visitor):
        if "$" in pattern or pattern in PUBLIC | ADMINS_ONLY:
            continue
        await visitor.go(pattern)
        with wrong.on(f"{pattern} (empty)"):
            await expect(page.locator("[data-state=error], [data-state=forbidden]")).to_have_count(0)
            await expect(page.locator("h1")).to_have_count(1)
            if await page.get_by_role("search").count():
                # a pool of one's own there is from the beginning
                shown = page.locator("main [data-state=empty], main tbody tr")
                await expect(shown.first).to_be_visible()
            wrong.say(f"{pattern} (empty)", await findings(page))


async def test_what_is_not_there_or_not_allowed_says_so(
    visit: Visit, tenant: Account, wrong: Findings
) -> None:
    visitor = await visit(tenant)
    visitor.expect("status of (403|404)")
    page = visitor.page
    await visitor.load("/nodes")
    known = await patterns(visitor)
    for pattern in known:
        if "$" in pattern:
            await visitor.go(pattern.replace("$namespace", tenant.name).replace("$name", "not-there"))
            with wrong.on(f"{pattern} (not there)"):
                await expect(page.locator("[data-state=error], [data-state=forbidden]").first).to_be_visible()
                wrong.say(f"{pattern} (not there)", await findings(page))
    for pattern in ADMINS_ONLY.intersection(known):
        await visitor.go(pattern.replace("$name", "somebody"))
        with wrong.on(f"{pattern} (forbidden)"):
            await expect(page.locator("[data-state=forbidden]").first).to_be_visible()
            wrong.say(f"{pattern} (forbidden)", await findings(page))
    await visitor.go("/no/such/page")
    await expect(page.get_by_text("There is no such page")).to_be_visible()


async def test_an_expired_account_is_told_what_happened_on_every_page(
    visit: Visit, expired: Account, wrong: Findings
) -> None:
    for language, words in (("en", "This account has expired"), ("zh", "此账号已到期")):
        visitor = await visit(expired, language=language)
        page = visitor.page
        await visitor.load("/nodes")
        for pattern in ("/nodes", *sorted({"/overview", "/pods", "/account"} & {*await patterns(visitor)})):
            await visitor.go(pattern)
            with wrong.on(f"{pattern} (expired, {language})"):
                await expect(page.get_by_role("heading", name=words)).to_be_visible()
        for theme in ("light", "dark"):
            await visitor.scheme(theme)
            wrong.say(f"expired, {language}, {theme}", await findings(page))


@pytest.mark.timeout(90)
async def test_pages_say_since_when_they_are_stale_and_when_they_are_live_again(
    visit: Visit, demo: Demo, tenant: Account
) -> None:
    visitor = await visit(tenant)
    page = visitor.page
    badge = page.locator("[data-live]")
    await visitor.load("/nodes")
    await expect(badge).to_have_attribute("data-live", "live")

    demo.bring("hang", seconds=60)
    try:
        await expect(badge).to_have_attribute("data-live", "stale", timeout=30_000)
        await expect(badge).to_contain_text("as of")
        await expect(page.get_by_role("link", name="shanghai-store-1")).to_be_visible()
        for theme in ("light", "dark"):
            await visitor.scheme(theme)
            assert not await findings(page)
    finally:
        demo.bring("clear")
    await expect(badge).to_have_attribute("data-live", "live", timeout=40_000)
