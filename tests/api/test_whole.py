"""The console on a whole API server: filled by watches, registered with, and told of changes."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest_asyncio

from apimachinery.resources import NAMESPACES, SERVICES
from tests.api.world import Browser, World, serving
from tests.planes.plane import Plane
from yurt_console.api.http.cluster_context import ClusterContext
from yurt_console.api.http.state import Console
from yurt_console.cache.cluster_cache import ClusterCache
from yurt_console.cache.feed import Feed
from yurt_console.cli import install
from yurt_console.custom_resources import USERS
from yurt_console.kinds import registry
from yurt_console.kube import kubeconfig
from yurt_console.kube.client import Client
from yurt_console.settings import settings_of
from yurt_console.tenancy.accounts.accounts import Accounts
from yurt_console.tenancy.identity import session_key
from yurt_console.tenancy.identity.impersonation import Impersonator
from yurt_console.tenancy.identity.permissions import Permissions
from yurt_console.tenancy.identity.session_key import SessionKey

GOOD = {"email": "real@example.com", "phone": "13800138000", "organization": "o"}


@contextlib.asynccontextmanager
async def console(
    plane: Plane, identity: Path | None = None, clock: Callable[[], float] = time.time, **changed: Any
) -> AsyncIterator[Browser]:
    """A console of this control plane, ready; with the administrator's kubeconfig or another."""
    own = {"kubeconfig": str(plane.kubeconfig), "registration_wait": 0, "change_interval": 0.05}
    chosen = settings_of(**{**own, **changed})
    client = Client(kubeconfig.load(identity or plane.kubeconfig))
    inventory, feed = registry.inventory(chosen), Feed(chosen.server.change_interval)
    cache = ClusterCache(client, chosen, feed, inventory.resources)
    await cache.start()
    try:
        key = SessionKey(await session_key.get_or_create(client, chosen.cluster.namespace))
        accounts = Accounts(client, inventory.users, feed, chosen)
        impersonator = Impersonator(client, chosen.cluster.namespace)
        cluster = ClusterContext("", client, inventory, cache, feed, impersonator, Permissions(impersonator))
        world = World(Console(chosen, cluster, accounts, key, clock), client)
        async with asyncio.timeout(30):
            await cache.ready.wait()
        async with serving(world) as browser:
            yield browser
    finally:
        await cache.stop()
        await client.close()


@pytest_asyncio.fixture
async def browser(plane: Plane) -> AsyncIterator[Browser]:
    await asyncio.to_thread(install.run, settings_of(kubeconfig=str(plane.kubeconfig)))
    async with console(plane) as browser:
        yield browser
    plane.api.delete_all(USERS)


async def test_registering_logging_in_and_looking_around_need_nothing_but_http(
    browser: Browser, plane: Plane
) -> None:
    registered = await browser.send(
        "POST", "/register", body={**GOOD, "role": "admin", "namespace": "kube-system"}
    )
    again = await browser.send("POST", "/register", body=GOOD)
    token = registered.json["token"]
    login = await browser.send("GET", "/login", email="REAL@example.com", token=token)
    pods = await browser.send("GET", "/pods", who=token)

    assert (registered.status, registered.json["ready"]) == (200, False)
    assert again.status == 409
    assert (again.json["reason"], again.json["details"]["kind"]) == ("AlreadyExists", "users")
    assert (login.json["role"], login.json["state"]) == ("tenant", "preparing")
    assert pods.status == 403
    [user] = await asyncio.to_thread(plane.api.list, USERS)
    assert token not in str(user)


async def test_a_lost_reply_asked_for_again_gives_a_new_token_and_ends_the_old(browser: Browser) -> None:
    headers = {"Idempotency-Key": "4711"}
    first = await browser.send("POST", "/register", body=GOOD, headers=headers)
    second = await browser.send("POST", "/register", body=GOOD, headers=headers)
    old, new = first.json["token"], second.json["token"]

    assert (first.status, second.status) == (200, 200)
    assert (await browser.send("GET", "/session", who=old)).status == 401
    assert (await browser.send("GET", "/session", who=new)).status == 200


async def test_of_two_registrations_at_once_one_wins(browser: Browser) -> None:
    replies = await asyncio.gather(*(browser.send("POST", "/register", body=GOOD) for _ in range(2)))

    assert sorted(reply.status for reply in replies) == [200, 409]


async def test_logging_out_everywhere_ends_every_session_but_not_the_token(browser: Browser) -> None:
    token = (await browser.send("POST", "/register", body=GOOD)).json["token"]
    login = await browser.send("POST", "/session", body={"email": GOOD["email"], "token": token})
    cookie = {"Cookie": login.headers["set-cookie"].partition(";")[0]}
    assert (await browser.send("GET", "/session", headers=cookie)).status == 200

    headers = {**cookie, "Origin": browser.origin}
    assert (await browser.send("DELETE", "/session", headers=headers, everywhere="true")).status == 204

    assert (await browser.send("GET", "/session", headers=cookie)).status == 401
    assert (await browser.send("GET", "/session", who=token)).status == 200


async def _begun(browser: Browser) -> tuple[str, dict[str, str]]:
    """A ready account: its token, and the headers that a browser of it sends."""
    token = (await browser.send("POST", "/register", body=GOOD)).json["token"]
    login = await browser.send("POST", "/session", body={"email": GOOD["email"], "token": token})
    name = login.json["name"]
    begun = {"status": {"effectiveTime": "2020-01-01T00:00:00Z"}}  # what the operator would do
    await browser.world.client.merge_patch(USERS, name, {"spec": {"validPeriod": 0, "namespace": name}})
    await browser.world.client.merge_patch(USERS, name, begun, subresource="status")
    headers = {"Cookie": login.headers["set-cookie"].partition(";")[0], "Origin": browser.origin}
    async with asyncio.timeout(15):
        while (await browser.send("GET", "/pods", headers=headers)).status != 200:  # noqa: ASYNC110 - seen from outside only
            await asyncio.sleep(0.02)
    return token, headers


async def test_a_new_token_ends_the_old_and_all_sessions_but_the_one_that_asked(browser: Browser) -> None:
    token, headers = await _begun(browser)

    foreign = await browser.send(
        "POST", "/account/token", headers={**headers, "Origin": "https://evil.example"}
    )
    reply = await browser.send("POST", "/account/token", headers=headers)

    assert (foreign.status, reply.status) == (403, 200)
    assert reply.headers["cache-control"] == "no-store"
    renewed = {"Cookie": reply.headers["set-cookie"].partition(";")[0]}
    assert (await browser.send("GET", "/session", headers=headers)).status == 401
    assert (await browser.send("GET", "/session", who=token)).status == 401
    assert (await browser.send("GET", "/session", headers=renewed)).status == 200
    assert (await browser.send("GET", "/session", who=reply.json["token"])).status == 200


async def test_an_account_is_removed_only_by_who_types_its_mail(browser: Browser) -> None:
    token, headers = await _begun(browser)

    for body in ({}, {"email": "other@example.com"}, {"email": 1}):
        wrong = await browser.send("DELETE", "/account", headers=headers, body=body)
        assert (wrong.status, wrong.causes) == (400, ["email"])
    assert (await browser.send("GET", "/session", who=token)).status == 200
    right = await browser.send("DELETE", "/account", headers=headers, body={"email": "REAL@example.com"})

    assert right.status == 204
    assert "max-age=0" in right.headers["set-cookie"].lower()
    assert (await browser.send("GET", "/session", who=token)).status == 401
    assert (await browser.send("GET", "/session", headers=headers)).status == 401


async def test_what_others_do_is_shown_within_moments(browser: Browser, plane: Plane) -> None:
    token = (await browser.send("POST", "/register", body=GOOD)).json["token"]
    name = (await browser.send("GET", "/session", who=token)).json["name"]

    def furnish() -> None:
        plane.api.create(NAMESPACES, {"metadata": {"name": name}})
        plane.api.create(SERVICES, {"metadata": {"name": "web"}, "spec": {"ports": [{"port": 80}]}}, name)

    await asyncio.to_thread(furnish)
    # What the operator would do.
    begun = {"status": {"effectiveTime": "2020-01-01T00:00:00Z"}}
    await browser.world.client.merge_patch(USERS, name, {"spec": {"validPeriod": 0, "namespace": name}})
    await browser.world.client.merge_patch(USERS, name, begun, subresource="status")

    async def shown() -> bool:
        reply = await browser.send("GET", "/services", who=token)
        return reply.status == 200 and [row["name"] for row in reply.json["items"]] == ["web"]

    async with asyncio.timeout(15):
        while not await shown():  # noqa: ASYNC110 - what is waited for is seen from outside only
            await asyncio.sleep(0.05)
    await asyncio.to_thread(plane.api.delete, NAMESPACES, name, wait=0)
