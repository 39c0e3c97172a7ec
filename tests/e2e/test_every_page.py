"""Every page, in every state a page can be in but one: `test_outage` has the API server stopped."""

from __future__ import annotations

import asyncio
import re
import time
from contextlib import suppress
from typing import NamedTuple

import pytest
from playwright.async_api import Error, Locator, expect
from playwright.async_api import Route as Asked

from tests.e2e.conftest import Findings, Visit
from tests.e2e.window import pages
from tests.e2e.window.accessible import findings
from tests.e2e.window.demo import Demo
from tests.e2e.window.pages import ADMINS_ONLY, ADMINS_OWN, PAGES, PUBLIC, Sort, Texts
from tests.e2e.window.routes import Route, filled, patterns, routes
from tests.e2e.window.visitor import DESKTOP, PHONE, Language, Theme, Visitor
from yurt_console.cli.demo.sample_accounts import Account
from yurt_console.tenancy.identity.principals import ADMIN, TENANT


class Look(NamedTuple):
    """How a window is set up."""

    language: Language
    theme: Theme


ROLES = (TENANT, ADMIN)
LOOKS: tuple[Look, ...] = (Look("en", "light"), Look("zh", "dark"))
"""Each language and each theme once; full pages are looked at in all four."""
looks = pytest.mark.parametrize("look", LOOKS, ids="-".join)
ELSEWHERE = "kube-system"
"""A namespace that is no tenant's."""
_ASKED = re.compile(r"^http://[^/]+/(?!console/|session$|readyz$|changes|version)")
"""What pages ask the console for; not what the frame around them does."""
_REFUSAL = "the test has broken this on purpose"
_STATUS = {"kind": "Status", "status": "Failure", "code": 400, "reason": "BadRequest", "message": _REFUSAL}


class Broken:
    """A console that says nothing, and then refuses everything."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self._held: list[Asked] = []
        self._refuses = False

    async def handle(self, asked: Asked) -> None:
        """Hold or refuse a request."""
        self.asked.set()
        if self._refuses:
            await asked.fulfill(status=400, json=_STATUS)
        else:
            self._held.append(asked)

    async def refuse(self) -> None:
        """Refuse from now on, what was held too."""
        self._refuses = True
        for asked in self._held:
            with suppress(Error):  # the page asks no longer
                await asked.fulfill(status=400, json=_STATUS)


async def _pages(visitor: Visitor, role: str) -> list[Route]:
    """A tenant's; of an administrator's those that a tenant has not, or that look different."""
    await visitor.load("/nodes")
    if role == ADMIN:
        return [each for each in await routes(visitor) if each.pattern in ADMINS_ONLY | ADMINS_OWN]
    return [each for each in await routes(visitor) if each.pattern not in ADMINS_ONLY]


def _shown(visitor: Visitor, said: Texts | None) -> Locator:
    """Words on the page; without any, a table's rows."""
    main = visitor.page.locator("main")
    return (main.locator("tbody tr") if said is None else main.get_by_text(said[visitor.language])).first


async def _look(visitor: Visitor, wrong: Findings, where: str) -> None:
    wrong.say(where, await findings(visitor.page))


async def test_every_page_is_named_with_what_it_shows(visit: Visit) -> None:
    visitor = await visit()
    await visitor.load("/login")

    assert await patterns(visitor) == set(PAGES)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("role", ROLES)
async def test_a_full_page_is_accessible_in_both_themes_and_fits_a_phone(
    visit: Visit, demo: Demo, wrong: Findings, language: Language, role: str
) -> None:
    visitor = await visit(demo.admin if role == ADMIN else demo.tenant, language=language)
    page = visitor.page
    titles: set[str] = set()
    for route in await _pages(visitor, role):
        await visitor.go(route.path)
        where = f"{route.pattern} ({language}, {role})"
        with wrong.on(where):
            await expect(page.locator("h1")).to_have_count(1)
            if route.page.title:
                await expect(page.locator("h1")).to_have_text(route.page.title[language])
            await expect(_shown(visitor, route.page.shown_to(role))).to_be_visible()
            await expect(page.locator("[data-state]:not([data-state=empty])")).to_have_count(0)
            title = await page.title()
            assert title not in titles, f"has the same title as another: {title}"
            titles.add(title)
            await _look(visitor, wrong, f"{where}, light")
            await visitor.scheme("dark")
            await _look(visitor, wrong, f"{where}, dark")
            await visitor.size(PHONE)
            await visitor.fits()
        await visitor.size(DESKTOP)
        await visitor.scheme("light")


@pytest.mark.timeout(180)
@pytest.mark.parametrize("language", ["en", "zh"])
async def test_no_list_is_cut_or_scrolled_sideways_on_a_small_desktop(
    visit: Visit, demo: Demo, wrong: Findings, language: Language
) -> None:
    visitor = await visit(demo.admin, language=language)
    await visitor.load("/nodes")
    for pattern, page in PAGES.items():
        if page.sort is Sort.LIST:
            await visitor.go(pattern)
            wrong.say(f"{pattern} ({language})", await visitor.cut())


async def _recover(visitor: Visitor, failed: Locator) -> None:
    """Try again until all is there; some of it may come by itself meanwhile, with the next change."""
    deadline = time.monotonic() + 20
    while await failed.count():
        assert time.monotonic() < deadline, "trying again does not help"
        with suppress(Error):
            retry = failed.first.get_by_role("button", name=pages.RETRY[visitor.language])
            await retry.click(timeout=1000)
        await visitor.settled()


@pytest.mark.timeout(300)
@pytest.mark.parametrize(("role", "look"), [*zip(ROLES, LOOKS, strict=True)], ids=ROLES)
async def test_a_page_shows_that_it_loads_that_it_failed_and_recovers_on_request(
    visit: Visit, demo: Demo, wrong: Findings, role: str, look: Look
) -> None:
    account = demo.admin if role == ADMIN else demo.tenant
    visitor = await visit(account, **look._asdict())
    visitor.expect("status of 400")
    page = visitor.page
    failed = page.locator("[data-state=error]")
    for route in await _pages(visitor, role):
        if role == ADMIN and not route.page.admins_only:
            continue
        broken = Broken()
        await page.route(_ASKED, broken.handle)
        await page.goto(f"{visitor.address}/console{route.path}")
        with wrong.on(f"{route.pattern} (loading)"):
            if route.page.asks:
                await asyncio.wait_for(broken.asked.wait(), timeout=15)
                loading = page.locator("main").get_by_role("status", name=pages.LOADING[look.language])
                await expect(loading.first).to_be_visible()
            else:
                await expect(_shown(visitor, route.page.full)).to_be_visible()
            await _look(visitor, wrong, f"{route.pattern} (loading)")
        await broken.refuse()
        with wrong.on(f"{route.pattern} (error)"):
            if route.page.asks:
                await expect(failed.first).to_contain_text(pages.FAILED[look.language])
                await expect(failed.first).to_contain_text(_REFUSAL)
                await _look(visitor, wrong, f"{route.pattern} (error)")
                await page.unroute(_ASKED)
                await _recover(visitor, failed)
                await expect(_shown(visitor, route.page.full)).to_be_visible()
        await page.unroute(_ASKED)


@looks
async def test_a_page_of_a_new_tenant_says_what_to_do_next(
    visit: Visit, stranger: Account, wrong: Findings, look: Look
) -> None:
    visitor = await visit(stranger, **look._asdict())
    for pattern, page in PAGES.items():
        if page.empty is None:
            continue
        await visitor.go(pattern)
        with wrong.on(f"{pattern} (empty, {look.language})"):
            if page.sort is Sort.LIST:
                await expect(visitor.page.locator("[data-state=empty]")).to_contain_text(
                    page.empty[look.language]
                )
            await expect(_shown(visitor, page.empty)).to_be_visible()
            await expect(visitor.page.locator("[data-state=error], [data-state=forbidden]")).to_have_count(0)
            await _look(visitor, wrong, f"{pattern} (empty, {look.language})")


@looks
async def test_a_search_that_finds_nothing_says_so_and_is_taken_back(
    visit: Visit, demo: Demo, wrong: Findings, look: Look
) -> None:
    visitor = await visit(demo.admin, **look._asdict())
    nothing = visitor.page.locator("[data-state=empty]")
    for pattern, page in PAGES.items():
        if page.sort is not Sort.LIST:
            continue
        await visitor.go(f"{pattern}?q=nothing-is-called-like-this")
        with wrong.on(f"{pattern} (nothing found, {look.language})"):
            await expect(nothing).to_contain_text(pages.NO_MATCH[look.language])
            await _look(visitor, wrong, f"{pattern} (nothing found, {look.language})")
            await nothing.get_by_role("button", name=pages.CLEAR[look.language]).click()
            await expect(_shown(visitor, None)).to_be_visible()


@looks
async def test_what_is_not_there_or_not_allowed_says_so(
    visit: Visit, tenant: Account, wrong: Findings, look: Look
) -> None:
    visitor = await visit(tenant, **look._asdict())
    visitor.expect("status of (403|404)")
    forbidden = visitor.page.locator("[data-state=forbidden]").first
    for pattern, page in PAGES.items():
        if page.sort is Sort.OBJECT:
            await visitor.go(filled(pattern, tenant.name, "not-there"))
            with wrong.on(f"{pattern} (not there, {look.language})"):
                state = visitor.page.locator("[data-state=error]").first
                await expect(state).to_contain_text(pages.NOT_FOUND[look.language])
                await _look(visitor, wrong, f"{pattern} (not there, {look.language})")
        if not page.refuses:
            continue
        await visitor.go(f"{filled(pattern, ELSEWHERE, 'somebody')}?namespace={ELSEWHERE}")
        with wrong.on(f"{pattern} (forbidden, {look.language})"):
            await expect(forbidden).to_contain_text(pages.FORBIDDEN[look.language])
            right = (
                "only administrators"
                if page.admins_only
                else f"no right to look into namespace '{ELSEWHERE}'"
            )
            await expect(forbidden).to_contain_text(right)
            await expect(forbidden.get_by_role("button")).to_have_count(0)
            await _look(visitor, wrong, f"{pattern} (forbidden, {look.language})")
    await visitor.go("/no/such/page")
    lost = {"en": "There is no such page", "zh": "没有这个页面"}
    await visitor.sees(lost[look.language])


@looks
async def test_an_expired_account_is_told_what_happened_on_every_page(
    visit: Visit, expired: Account, wrong: Findings, look: Look
) -> None:
    visitor = await visit(expired, **look._asdict())
    heading = visitor.page.get_by_role("heading", name=pages.EXPIRED[look.language])
    for pattern in PAGES:
        if pattern in PUBLIC:
            continue
        await visitor.go(filled(pattern, expired.name, "anything"))
        with wrong.on(f"{pattern} (expired, {look.language})"):
            await expect(heading).to_be_visible()
            await expect(visitor.page.locator("h1")).to_have_count(1)
    await _look(visitor, wrong, f"expired, {look.language}")
    until = {"en": "Your namespace and nodes are kept until", "zh": "您的命名空间和节点会保留到"}
    await visitor.sees(until[look.language])
