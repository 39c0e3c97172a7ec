"""Administering accounts by HTTP, with exactly the console's own rights, on an API server."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio

from tests.api.test_whole import console
from tests.api.world import ADMIN, Browser, Reply
from tests.planes.installed import identity
from tests.planes.plane import Plane
from yurt_console.custom_resources import USERS
from yurt_console.tenancy.accounts import user_objects

pytestmark = pytest.mark.asyncio(loop_scope="module")

_LEARNING = 15.0
"""Seconds that a real API server may need until it knows a new right."""


class Desk:
    """An administrator's desk: a console, and one tenant to administer."""

    def __init__(self, browser: Browser, plane: Plane, tenant: str, admin: str) -> None:
        self.browser = browser
        self.plane = plane
        self.tenant = tenant
        self.admin = admin

    async def act(self, verb: str, body: Any = None, *, who: str = ADMIN, name: str = "") -> Reply:
        address = f"/users/{name or self.tenant}/{verb}"
        return await self.browser.send("POST", address, who=who, body=body)

    async def done(self, verb: str, body: Any = None) -> Any:
        """The account after a change that must be allowed, once the API server knows that it is."""
        until = time.monotonic() + _LEARNING
        while (reply := await self.act(verb, body)).status != 200:
            assert reply.status == 500, reply
            assert time.monotonic() < until, reply
            await asyncio.sleep(0.1)
        return reply.json

    async def spec(self) -> dict[str, Any]:
        user = await asyncio.to_thread(self.plane.api.get, USERS, self.tenant)
        spec: dict[str, Any] = user["spec"]
        return spec


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(installed: Plane, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    own = await asyncio.to_thread(identity, installed, "yurt-console", tmp_path_factory.mktemp("identities"))
    async with console(installed, own) as browser:
        names = []
        for person in ("ada", "eve"):
            fields = {"email": f"{person}@desk.test", "phone": "13800138000", "organization": "o"}
            reply = await browser.send("POST", "/register", body=fields)
            names.append(user_objects.name_of(fields["email"]))
            browser.world.tokens[names[-1]] = reply.json["token"]
        browser.world.tokens[ADMIN] = browser.world.tokens[names[1]]
        crowned = {"spec": {"role": "admin", "validPeriod": 0}}
        await asyncio.to_thread(installed.api.patch, USERS, names[1], crowned)
        made = Desk(browser, installed, *names)
        until = time.monotonic() + _LEARNING
        while (await browser.send("GET", "/users", who=ADMIN)).status != 200:
            assert time.monotonic() < until
            await asyncio.sleep(0.05)
        yield made
        await asyncio.to_thread(installed.api.delete_all, USERS)


async def test_suspending_says_why_to_its_owner_and_resuming_gives_all_back(desk: Desk) -> None:
    suspended = await desk.done("suspend", {"reason": "unpaid since March"})
    told = await desk.browser.send("GET", "/session", who=desk.tenant)

    assert (suspended["state"], suspended["phase"]) == ("suspended", "suspended")
    assert (suspended["suspended"], suspended["suspensionReason"]) == (True, "unpaid since March")
    assert (told.json["state"], told.json["suspensionReason"]) == ("suspended", "unpaid since March")

    resumed = await desk.done("resume")
    assert (resumed["suspended"], resumed["suspensionReason"], resumed["phase"]) == (False, "", "preparing")
    assert "suspensionReason" not in await desk.spec()


async def test_an_account_that_waits_begins_when_it_is_approved(desk: Desk) -> None:
    await asyncio.to_thread(desk.plane.api.patch, USERS, desk.tenant, {"spec": {"approved": False}})

    approved = await desk.done("approve", {})

    assert (approved["approved"], approved["phase"]) == (True, "preparing")
    assert (await desk.spec())["approved"] is True
    assert (await desk.done("approve"))["approved"] is True  # again does no harm


async def test_renewing_and_limiting_change_the_terms_and_nothing_else(desk: Desk) -> None:
    before = await desk.spec()

    assert (await desk.done("renew", {"days": 30}))["validPeriod"] == 30
    until = (datetime.now(UTC) + timedelta(days=2, hours=1)).isoformat()
    assert (await desk.done("renew", {"until": until}))["validPeriod"] == 3
    assert (await desk.done("limits", {"maxNodeNum": 9}))["maxNodeNum"] == 9
    bounded = await desk.done("limits", {"quota": {"cpu": "8", "memory": "16Gi", "pods": 20}})
    assert bounded["quota"] == {"cpu": "8", "memory": "16Gi", "pods": 20}
    freed = await desk.done("limits", {"maxNodeNum": 9, "quota": {"cpu": ""}})
    assert freed["quota"] == {"cpu": "", "memory": "16Gi", "pods": 20}

    quota = {"memory": "16Gi", "pods": 20}
    assert await desk.spec() == {**before, "validPeriod": 3, "maxNodeNum": 9, "quota": quota}


async def test_what_is_wrong_is_refused_and_nothing_is_written(desk: Desk) -> None:
    before = await desk.spec()
    for verb, body, fields in (
        ("renew", {"days": 0}, ["days"]),
        ("renew", {"days": 1.5, "until": "x"}, ["days", "until", "until"]),
        ("limits", {"maxNodeNum": -1, "role": "admin"}, ["role", "maxNodeNum"]),
        ("limits", {"quota": {"cpu": "lots", "gpu": 1}}, ["quota.gpu", "quota.cpu"]),
        ("suspend", {}, ["reason"]),
        ("approve", {"role": "admin"}, ["body"]),
        ("token", {"token": "mine"}, ["body"]),
    ):
        reply = await desk.act(verb, body)
        assert (reply.status, reply.causes) == (400, fields), (verb, reply)
    assert (await desk.act("renew", ["days"])).status == 400
    assert (await desk.act("suspend", {"reason": "x"}, name="user-0")).status == 404
    assert await desk.spec() == before


async def test_a_new_token_ends_the_old_one_and_is_shown_to_the_administrator_once(desk: Desk) -> None:
    until = time.monotonic() + _LEARNING
    while (reply := await desk.act("token")).status != 200:
        assert reply.status == 500 and time.monotonic() < until, reply
        await asyncio.sleep(0.1)

    assert reply.headers["cache-control"] == "no-store"
    assert (await desk.browser.send("GET", "/session", who=desk.tenant)).status == 401
    assert (await desk.browser.send("GET", "/session", who=reply.json["token"])).status == 200
    desk.browser.world.tokens[desk.tenant] = reply.json["token"]


async def test_administrators_accounts_are_out_of_reach_and_tenants_reach_nobody(desk: Desk) -> None:
    for verb, body in (("suspend", {"reason": "x"}), ("renew", {"days": 1}), ("token", None)):
        refused = await desk.act(verb, body, name=desk.admin)
        assert refused.status == 403
        assert [cause["reason"] for cause in refused.json["details"]["causes"]] == ["AdministratorAccount"]


async def test_two_administrators_at_once_both_get_what_they_asked_for(desk: Desk) -> None:
    await desk.done("resume")
    replies = await asyncio.gather(
        desk.act("limits", {"maxNodeNum": 4}), desk.act("renew", {"days": 40}), desk.act("approve")
    )

    assert [reply.status for reply in replies] == [200, 200, 200]
    spec = await desk.spec()
    assert (spec["maxNodeNum"], spec["validPeriod"]) == (4, 40)


async def test_deleting_takes_the_name_typed_and_then_the_account_is_gone(desk: Desk) -> None:
    address = f"/users/{desk.tenant}"
    wrong = await desk.browser.send("DELETE", address, who=ADMIN, body={"name": "ada"})
    assert (wrong.status, wrong.causes) == (400, ["name"])

    until = time.monotonic() + _LEARNING
    while (
        reply := await desk.browser.send("DELETE", address, who=ADMIN, body={"name": desk.tenant})
    ).status != 204:
        assert reply.status == 500 and time.monotonic() < until, reply
        await asyncio.sleep(0.1)

    assert (await desk.browser.send("GET", "/session", who=desk.tenant)).status == 401
    assert await asyncio.to_thread(desk.plane.api.find, USERS, desk.tenant) is None
