"""The browser's way in and out: the cookie, how long it holds, and which pages may use it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from http.cookies import SimpleCookie

import pytest
import pytest_asyncio

from tests.api.world import EXPIRED, NOW, A, Browser, Reply, World, build, populate, serving
from yurt_console.tenancy.accounts import tokens

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with serving(await populate(await build())) as browser:
        yield browser


@pytest.fixture
def world(browser: Browser) -> World:
    browser.world.clock[0] = NOW
    return browser.world


async def _login(browser: Browser, who: str = A, **headers: str) -> Reply:
    body = {"email": f"{who}@example.com", "token": browser.world.tokens[who]}
    return await browser.send("POST", "/session", body=body, headers=headers)


def _cookie(reply: Reply) -> dict[str, str]:
    return {"Cookie": reply.headers["set-cookie"].partition(";")[0]}


async def test_logging_in_sets_a_cookie_that_no_script_can_read_and_no_other_site_sends(
    browser: Browser,
) -> None:
    reply = await _login(browser)

    [morsel] = SimpleCookie(reply.headers["set-cookie"]).values()
    assert reply.status == 200
    assert reply.json["name"] == A
    assert (morsel["httponly"], morsel["samesite"], morsel["path"]) == (True, "Strict", "/")
    assert (morsel["max-age"], morsel["domain"], morsel["secure"]) == (str(12 * 3600), "", "")
    assert browser.world.tokens[A] not in reply.headers["set-cookie"]


async def test_a_session_holds_for_its_hours_and_not_a_second_longer(browser: Browser, world: World) -> None:
    cookie = _cookie(await _login(browser))

    world.clock[0] = NOW + 12 * 3600 - 1
    assert (await browser.send("GET", "/pods", headers=cookie)).status == 200
    world.clock[0] = NOW + 12 * 3600
    assert (await browser.send("GET", "/pods", headers=cookie)).status == 401


async def test_a_reset_token_ends_every_session(browser: Browser, world: World) -> None:
    cookie = _cookie(await _login(browser))
    user = world.console.cluster.inventory.users.get(("", A))
    assert user is not None

    world.change(A, token_generation=user.token_generation + 1)

    assert (await browser.send("GET", "/session", headers=cookie)).status == 401


async def test_a_cookie_that_was_changed_is_nobodys(browser: Browser, world: World) -> None:
    text = _cookie(await _login(browser))["Cookie"]
    for changed in (
        text[:-1] + ("A" if text[-1] != "A" else "B"),
        text + "A",
        text.replace(f".{int(NOW) + 12 * 3600}.", f".{int(NOW) + 13 * 3600}."),
        text[:40],
    ):
        assert changed != text
        assert (await browser.send("GET", "/session", headers={"Cookie": changed})).status == 401


async def test_the_account_that_came_back_under_the_same_name_is_another(
    browser: Browser, world: World
) -> None:
    cookie = _cookie(await _login(browser))
    user = world.console.cluster.inventory.users.get(("", A))
    assert user is not None

    world.change(A, uid="00000000-0000-0000-0000-000000000000")
    assert (await browser.send("GET", "/session", headers=cookie)).status == 401
    world.change(A, uid=user.uid)


async def test_a_record_copied_into_two_accounts_lets_nobody_in(browser: Browser, world: World) -> None:
    token, record = tokens.issue()
    before = world.console.cluster.inventory.users.get(("", EXPIRED))
    user = world.console.cluster.inventory.users.get(("", A))
    assert before is not None
    assert user is not None
    world.change(A, token=record)
    world.change(EXPIRED, token=record)

    assert (await browser.send("GET", "/session", who=token)).status == 401
    world.change(A, token=user.token)
    world.change(EXPIRED, token=before.token)


async def test_logging_out_takes_the_cookie_back_also_from_a_session_that_is_over(browser: Browser) -> None:
    cookie = _cookie(await _login(browser))
    origin = {"Origin": browser.origin}

    for sent in (cookie, {"Cookie": "yurt-console=nonsense"}, {}):
        reply = await browser.send("DELETE", "/session", headers={**origin, **sent})
        [morsel] = SimpleCookie(reply.headers["set-cookie"]).values()
        assert (reply.status, reply.body, morsel.value, morsel["max-age"]) == (204, b"", "", "0")
        assert reply.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://127.0.0.1:1", "https://127.0.0.1", ""]
)
async def test_what_changes_something_must_come_from_our_own_pages(browser: Browser, origin: str) -> None:
    cookie = _cookie(await _login(browser))

    out = await browser.send("DELETE", "/session", headers={**cookie, "Origin": origin})
    login = await _login(browser, Origin=origin)

    for refused in (out, login):
        assert refused.status == 403
        assert refused.causes == ["Origin"]


async def test_a_browser_that_hides_where_it_comes_from_changes_nothing(browser: Browser) -> None:
    cookie = _cookie(await _login(browser))

    assert (await browser.send("DELETE", "/session", headers=cookie)).status == 403
    assert (await browser.send("GET", "/session", headers=cookie)).status == 200


async def test_our_own_pages_are_those_of_the_host_asked_or_of_the_setting() -> None:
    world = await populate(await build(origin="https://console.example.com/"))
    async with serving(world) as browser:
        own = await _login(browser, Origin="https://Console.example.com:443")
        host = await _login(browser, Origin=browser.origin)

    assert (own.status, host.status) == (200, 403)


async def test_everywhere_needs_an_api_server_and_somebody(browser: Browser) -> None:
    origin = {"Origin": browser.origin}
    cookie = _cookie(await _login(browser))

    nobody = await browser.send("DELETE", "/session", headers=origin, everywhere="true")
    away = await browser.send("DELETE", "/session", headers={**origin, **cookie}, everywhere="true")
    wrong = await browser.send("DELETE", "/session", headers=origin, everywhere="maybe")

    assert (nobody.status, away.status, wrong.status, wrong.causes) == (401, 503, 400, ["everywhere"])
