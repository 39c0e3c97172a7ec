"""Who may register, how many at once, and what those hear who may not."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import pytest

from tests.api.test_whole import console
from tests.api.world import ADMIN, A, Browser, Reply, build, populate, serving
from tests.planes.plane import Plane
from yurt_console.custom_resources import USERS
from yurt_console.tenancy.accounts import user_objects

GOOD = {"email": "real@registration.test", "phone": "13800138000", "organization": "o"}


def causes(reply: Reply) -> list[str]:
    return [cause["reason"] for cause in reply.json["details"]["causes"]]


@pytest.mark.parametrize("mode", ["open", "approval", "closed"])
async def test_a_page_can_ask_who_may_register_before_it_shows_its_form(mode: str) -> None:
    async with serving(await build(registration=mode, valid_period=30)) as browser:
        reply = await browser.send("GET", "/registration")

    assert reply.json == {"mode": mode, "validPeriod": 30, "maxNodeNum": 3}


async def test_where_registration_is_closed_nobody_registers_and_everybody_is_told() -> None:
    async with serving(await populate(await build(registration="closed"))) as browser:
        for body in (GOOD, {}):
            reply = await browser.send("POST", "/register", body=body)
            assert (reply.status, causes(reply)) == (403, ["RegistrationClosed"])
            assert "ask an administrator" in reply.json["message"]


async def test_an_account_that_waits_for_approval_may_look_at_itself_and_nothing_else() -> None:
    async with serving(await populate(await build())) as browser:
        browser.world.change(A, approved=False, effective_time="", tenant_namespace="")

        own = await browser.send("GET", "/session", who=A)
        login = await browser.send("GET", "/login", who=A, email=f"{A}@example.com")
        pods = await browser.send("GET", "/pods", who=A)
        listed = await browser.get("/users", ADMIN, status="pending-approval")

    for reply in (own, login):
        assert (reply.json["state"], reply.json["phase"], reply.json["next"]) == (
            "pending-approval",
            "pending-approval",
            "approval",
        )
        assert reply.json["spec"]["kubeConfig"] == ""
    assert (pods.status, causes(pods)) == (403, ["AccountPendingApproval"])
    assert [row["name"] for row in listed["items"]] == [A]


async def test_wrong_logins_make_their_address_wait_and_nobody_elses() -> None:
    world = await populate(await build(login_failures_per_address=3, trusted_proxies="127.0.0.1/32"))
    async with serving(world) as browser:
        email, token = f"{A}@example.com", browser.world.tokens[A]

        async def login(given: str, address: str) -> Reply:
            body = {"email": email, "token": given}
            return await browser.send("POST", "/session", body=body, headers={"X-Forwarded-For": address})

        assert [(await login(token, "192.0.2.1")).status for _ in range(5)] == [200] * 5
        assert [(await login("wrong", "192.0.2.1")).status for _ in range(4)] == [401, 401, 401, 429]
        refused = await login(token, "192.0.2.1")
        assert (refused.status, causes(refused)) == (429, ["TooManyFailures"])
        assert 0 < int(refused.headers["retry-after"]) <= 1200
        read = await browser.send(
            "GET", "/login", email=email, token=token, headers={"X-Forwarded-For": "192.0.2.1"}
        )
        assert read.status == 429
        assert (await login(token, "192.0.2.2")).status == 200


async def _flood(browser: Browser, count: int, *, addresses: int) -> list[Reply]:
    async def one(number: int) -> Reply:
        body = {**GOOD, "email": f"flood{number}@registration.test"}
        headers = {"X-Forwarded-For": f"192.0.2.{number % addresses}"}
        return await browser.send("POST", "/register", body=body, headers=headers, wait="false")

    return await asyncio.gather(*(one(number) for number in range(count)))


@pytest.mark.parametrize(
    ("addresses", "cause"), [(1, "TooManyFromAddress"), (40, "TooManyRegistrations")], ids=["one", "many"]
)
async def test_a_flood_of_registrations_is_told_to_wait_and_leaves_nothing_half_made(
    installed: Plane, addresses: int, cause: str
) -> None:
    limits: dict[str, Any] = {"registrations_per_address": 5, "registrations": 8}
    async with console(installed, trusted_proxies="127.0.0.1/32", **limits) as browser:
        try:
            replies = await _flood(browser, 40, addresses=addresses)
            allowed = 5 if addresses == 1 else 8

            assert Counter(reply.status for reply in replies) == {200: allowed, 429: 40 - allowed}
            refused = [reply for reply in replies if reply.status == 429]
            assert {cause for reply in refused for cause in causes(reply)} == {cause}
            assert all(int(reply.headers["retry-after"]) > 0 for reply in refused)
            assert (await browser.send("GET", "/readyz")).status == 200
            made = {user["metadata"]["name"] for user in await asyncio.to_thread(installed.api.list, USERS)}
            welcome = {number for number, reply in enumerate(replies) if reply.status == 200}
            assert made == {user_objects.name_of(f"flood{number}@registration.test") for number in welcome}
            for number in welcome:
                token = replies[number].json["token"]
                assert (await browser.send("GET", "/session", who=token)).status == 200
        finally:
            await asyncio.to_thread(installed.api.delete_all, USERS)


async def test_who_registers_where_accounts_are_approved_waits_and_is_answered_at_once(
    installed: Plane,
) -> None:
    async with console(installed, registration="approval", registration_wait=600) as browser:
        try:
            reply = await asyncio.wait_for(browser.send("POST", "/register", body=GOOD), 20)
            own = await browser.send("GET", "/session", who=reply.json["token"])
            name = user_objects.name_of(GOOD["email"])
            user = await asyncio.to_thread(installed.api.get, USERS, name)
        finally:
            await asyncio.to_thread(installed.api.delete_all, USERS)

    assert (reply.status, reply.json["ready"], own.json["phase"]) == (200, False, "pending-approval")
    assert user["spec"]["approved"] is False
