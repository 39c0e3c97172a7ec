"""The list of accounts that administrators see, and one account's page."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests import rows
from tests.api.world import ADMIN, EXPIRED, NOW, PREPARING, SUSPENDED, A, B, Browser, build, populate, serving

pytestmark = pytest.mark.asyncio(loop_scope="module")

_DAY = 24 * 3600


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with serving(await populate(await build())) as browser:
        yield browser


async def test_an_administrator_sees_every_account_and_nothing_that_opens_one(browser: Browser) -> None:
    listed = await browser.send("GET", "/users", who=ADMIN)
    alone = await browser.send("GET", f"/users/{A}", who=ADMIN)

    found = {row["name"]: row["state"] for row in listed.json["items"]}
    assert found == {
        A: "ready", B: "ready", ADMIN: "ready", EXPIRED: "expired", SUSPENDED: "suspended",
        PREPARING: "preparing",
    }  # fmt: skip
    for reply in (listed, alone):
        for secret in ("kubeconfig", "script of", "secret", browser.world.tokens[A].split(".")[0]):
            assert secret not in reply.body.decode()
    assert (alone.json["nodeNum"], alone.json["namespace"], alone.json["approved"]) == (1, A, True)


async def test_accounts_are_found_by_mail_phone_or_state_and_sorted_by_their_end(browser: Browser) -> None:
    async def names(**query: str) -> list[str]:
        reply = await browser.get("/users", ADMIN, **query)
        return [row["name"] for row in reply["items"]]

    assert await names(q=f"{B}@EXAMPLE") == [B]
    assert await names(status="suspended") == [SUSPENDED]
    assert set((await names(sort="ends"))[-2:]) == {ADMIN, PREPARING}  # no end, or none yet, comes last
    assert await names(namespace=A) == [A]


async def test_the_calendar_and_a_joined_node_show_in_the_list(browser: Browser) -> None:
    async def row(name: str) -> tuple[str, int]:
        [found] = (await browser.get("/users", ADMIN, namespace=name))["items"]
        return found["state"], found["nodeNum"]

    browser.world.account("user-99999999999999999999", tenant_namespace="user-99999999999999999999")
    assert await row("user-99999999999999999999") == ("ready", 0)

    node = rows.node("edge-late", labels={"openyurt/tenant-node": "-"})
    scope = browser.world.console.cluster.inventory.nodes.get(("", "edge-aaaa"))
    assert scope is not None
    labels = {key: value.replace(A, "user-99999999999999999999") for key, value in scope.labels.items()}
    browser.world.put("nodes", rows.node(node.name, labels=labels))
    assert await row("user-99999999999999999999") == ("ready", 1)

    browser.world.clock[0] = NOW + 30 * _DAY
    try:
        assert await row("user-99999999999999999999") == ("expired", 1)
    finally:
        browser.world.clock[0] = NOW


async def test_an_account_that_is_not_there_is_not_found(browser: Browser) -> None:
    reply = await browser.send("GET", "/users/user-0", who=ADMIN)

    assert (reply.status, reply.json["reason"]) == (404, "NotFound")


async def test_a_tenant_is_told_which_right_is_missing(browser: Browser) -> None:
    for path in ("/users", f"/users/{A}"):
        reply = await browser.send("GET", path, who=A)
        assert reply.status == 403
        assert [cause["reason"] for cause in reply.json["details"]["causes"]] == ["AdministratorsOnly"]
        assert "no right to administer accounts" in reply.json["message"]
