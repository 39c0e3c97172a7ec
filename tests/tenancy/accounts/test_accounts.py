"""Accounts on an API server: registering, once and at once, again and too often, and logging in."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from apimachinery.errors import BadRequestError, NotFoundError, TooManyRequestsError, UnauthorizedError
from apimachinery.resources import SECRETS
from tests.planes.plane import Plane
from yurt_console.cache.cluster_cache import CachedResource, ClusterCache
from yurt_console.cache.feed import Feed
from yurt_console.cache.store import Table
from yurt_console.cache.wire import users
from yurt_console.custom_resources import USERS
from yurt_console.inventory.inventory import USER_INDEXES
from yurt_console.kube.client import Client
from yurt_console.kube.errors import AlreadyExists
from yurt_console.kube.kubeconfig import load
from yurt_console.rows import User
from yurt_console.settings import Settings, settings_of
from yurt_console.tenancy.accounts import profile, user_objects
from yurt_console.tenancy.accounts.accounts import Accounts
from yurt_console.tenancy.identity import session_key
from yurt_console.tenancy.identity.sessions import Session

EMAIL, PHONE, ORGANIZATION = "ann@example.com", "13800138000", "ACME"
NAME = user_objects.name_of(EMAIL)
EMAILS = {EMAIL, "bob@example.com", "eve@example.com"}


@dataclass
class Console:
    """One replica's accounts."""

    client: Client
    table: Table[User]
    feed: Feed
    accounts: Accounts

    async def register(self, email: str = EMAIL, key: str | None = None) -> str:
        return (await self.accounts.register(email, PHONE, ORGANIZATION, key)).token

    def with_settings(self, **changes: Any) -> Accounts:
        settings = settings_of(**{"registration_wait": 0, **changes})
        return Accounts(self.client, self.table, self.feed, settings)

    async def spec(self, name: str = NAME) -> dict[str, Any]:
        spec: dict[str, Any] = (await self.client.get(USERS, name))["spec"]
        return spec


async def made(client: Client) -> set[str]:
    """Which of the people in these tests have an account."""
    return EMAILS & {user["spec"]["email"] for user in await client.list(USERS)}


@pytest.fixture
async def console(installed: Plane) -> AsyncIterator[Console]:
    """No operator runs, so registering waits for nothing but this replica's own table."""
    settings = settings_of(registration_wait=0)
    feed = Feed(settings.server.change_interval)
    table: Table[User] = Table("users", scope=lambda user: user.name, indexes=USER_INDEXES)
    async with Client(load(installed.kubeconfig)) as client:
        cache = ClusterCache(client, settings, feed, [CachedResource(USERS, table, users.USERS)])
        await cache.start()
        await asyncio.wait_for(cache.ready.wait(), 20)
        yield Console(client, table, feed, Accounts(client, table, feed, settings))
        await cache.stop()
        for email in await made(client):
            await client.delete(USERS, user_objects.name_of(email))


async def test_who_registered_can_log_in_at_once(console: Console) -> None:
    token = await console.register()
    user = console.accounts.login(EMAIL, token)
    assert (user.name, user.phone, user.organization) == (NAME, "+8613800138000", "ACME")
    assert console.accounts.login(" Ann@EXAMPLE.com", token).name == NAME
    assert console.accounts.by_token(token) == user


async def test_the_cluster_never_learns_the_token(console: Console) -> None:
    token = await console.register(key="a-key")
    assert token.split(".")[1] not in str(await console.client.get(USERS, NAME))
    assert "a-key" not in str(await console.client.get(USERS, NAME))


async def test_only_the_operator_makes_it_ready(console: Console) -> None:
    assert not (await console.accounts.register(EMAIL, PHONE, ORGANIZATION)).ready
    assert "effectiveTime" not in (await console.client.get(USERS, NAME)).get("status", {})


async def test_registering_waits_for_the_operator_by_the_feed(console: Console) -> None:
    patient = console.with_settings(registration_wait=20)
    waiting = asyncio.create_task(patient.register(EMAIL, PHONE, ORGANIZATION))
    with console.feed.subscribe(frozenset({NAME}), interval=0.0) as changes:
        async with asyncio.timeout(10):
            async for _ in changes:
                if console.table.get(("", NAME)):
                    break
    assert not waiting.done()
    status = {"effectiveTime": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")}
    await console.client.merge_patch(USERS, NAME, {"status": status}, subresource="status")
    assert (await asyncio.wait_for(waiting, 5)).ready


async def test_who_will_not_wait_is_answered_as_soon_as_it_is_noted(console: Console) -> None:
    patient = console.with_settings(registration_wait=600)

    registered = await asyncio.wait_for(patient.register(EMAIL, PHONE, ORGANIZATION, wait=False), 20)

    assert not registered.ready
    assert console.accounts.login(EMAIL, registered.token).name == NAME


async def test_a_cancelled_registration_leaves_no_task_and_no_subscription(console: Console) -> None:
    before, subscriptions = asyncio.all_tasks(), len(console.feed)
    waiting = asyncio.create_task(
        console.with_settings(registration_wait=60).register(EMAIL, PHONE, ORGANIZATION)
    )
    with console.feed.subscribe(frozenset({NAME}), interval=0.0) as changes:
        async with asyncio.timeout(10):
            await anext(changes)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    assert len(console.feed) == subscriptions
    assert asyncio.all_tasks() - before == set()


async def test_twenty_at_once_are_one_account(console: Console) -> None:
    results = await asyncio.gather(*(console.register() for _ in range(20)), return_exceptions=True)
    tokens = [result for result in results if isinstance(result, str)]
    refusals = [result for result in results if isinstance(result, AlreadyExists)]
    assert (len(tokens), len(refusals)) == (1, 19)
    status = refusals[0].status
    assert (status.code, status.reason) == (409, "AlreadyExists")
    assert (status.details.kind, status.details.group, status.details.name) == (
        "users",
        "user.openyurt.io",
        NAME,
    )
    assert console.accounts.login(EMAIL, tokens[0])


async def test_a_lost_reply_asked_for_again_gives_a_new_token_and_kills_the_old(console: Console) -> None:
    lost = await console.register(key="key-1")
    token = await console.register(key="key-1")
    assert console.accounts.login(EMAIL, token)
    with pytest.raises(UnauthorizedError):
        console.accounts.login(EMAIL, lost)
    assert (await console.spec())["tokenGeneration"] == 2


async def test_a_repetition_persists_while_others_write_into_the_account(console: Console) -> None:
    await console.register(key="key-1")
    tokens = await asyncio.gather(*(console.register(key="key-1") for _ in range(4)))
    assert [console.accounts.by_token(token) is not None for token in tokens].count(True) == 1


@pytest.mark.parametrize("key", [None, "key-2"])
async def test_without_the_same_key_an_account_is_not_given_away(console: Console, key: str | None) -> None:
    token = await console.register(key="key-1")
    with pytest.raises(AlreadyExists):
        await console.register(key=key)
    assert console.accounts.login(EMAIL, token)


async def test_the_same_key_with_other_fields_is_not_a_repetition(console: Console) -> None:
    token = await console.register(key="key-1")
    with pytest.raises(AlreadyExists):
        await console.accounts.register(EMAIL, PHONE, "somebody else", "key-1")
    assert console.accounts.login(EMAIL, token)


def test_a_repetition_is_one_for_ten_minutes_only() -> None:
    who = profile.read(EMAIL, PHONE, ORGANIZATION, region="CN")
    user = user_objects.new_user(who, "", Settings(), key="key-1")
    user["metadata"]["creationTimestamp"] = "2026-01-01T00:00:00Z"
    created = datetime(2026, 1, 1, tzinfo=UTC).timestamp()
    assert user_objects.is_repeat(user, "key-1", who, created + 599)
    assert not user_objects.is_repeat(user, "key-1", who, created + 601)
    assert not user_objects.is_repeat(user, "key-2", who, created)
    assert not user_objects.is_repeat(user, "", who, created)
    assert not user_objects.is_repeat(user_objects.new_user(who, "", Settings()), "", who, created)


@pytest.mark.parametrize("key", ["", "with space", "x" * 256, "é", "a\n"])
async def test_a_malformed_key_is_refused_by_name(console: Console, key: str) -> None:
    with pytest.raises(BadRequestError) as refusal:
        await console.register(key=key)
    assert [cause.field for cause in refusal.value.status.details.causes] == ["Idempotency-Key"]
    assert await made(console.client) == set()


async def test_nothing_is_made_when_something_is_wrong(console: Console) -> None:
    with pytest.raises(BadRequestError) as refusal:
        await console.accounts.register("a@localhost", None, 7)
    assert [cause.field for cause in refusal.value.status.details.causes] == [
        "email",
        "phone",
        "organization",
    ]
    assert await made(console.client) == set()


async def test_an_address_that_registers_too_often_is_told_when_to_come_back(console: Console) -> None:
    limited = console.with_settings(registrations_per_address=1)
    with pytest.raises(BadRequestError):
        await limited.register("nobody", PHONE, ORGANIZATION, address="203.0.113.7")
    await limited.register(EMAIL, PHONE, ORGANIZATION, address="203.0.113.7")
    with pytest.raises(TooManyRequestsError) as refusal:
        await limited.register("bob@example.com", PHONE, ORGANIZATION, address="203.0.113.7")
    assert 0 < refusal.value.retry_after <= 3600
    await limited.register("eve@example.com", PHONE, ORGANIZATION, address="203.0.113.8")
    assert await made(console.client) == {EMAIL, "eve@example.com"}


async def test_every_wrong_login_is_the_same(console: Console) -> None:
    token = await console.register()
    other = await console.register("bob@example.com")
    said = set()
    for email, given in (
        (EMAIL, other),
        ("nobody@example.com", token),
        (EMAIL, token[:-1] + ("a" if token[-1] != "a" else "b")),
        (EMAIL, token.split(".")[0]),
        (EMAIL, ""),
        ("", token),
        ("\x00", "\x00"),
    ):
        with pytest.raises(UnauthorizedError) as refusal:
            console.accounts.login(email, given)
        said.add(str(refusal.value))
    assert len(said) == 1


async def test_a_reset_token_replaces_the_old_and_ends_sessions(console: Console) -> None:
    old = await console.register()
    user = console.accounts.login(EMAIL, old)
    session = Session(user.uid, user.token_generation, 0)
    assert console.accounts.by_session(session) == user
    new = await console.accounts.reset_token(NAME)
    assert console.accounts.login(EMAIL, new)
    assert console.accounts.by_token(old) is None
    assert console.accounts.by_session(session) is None


async def test_logging_out_everywhere_keeps_the_token(console: Console) -> None:
    token = await console.register()
    user = console.accounts.login(EMAIL, token)
    await console.accounts.end_sessions(NAME)
    assert console.accounts.by_session(Session(user.uid, user.token_generation, 0)) is None
    assert console.accounts.login(EMAIL, token)


async def test_resets_at_once_leave_one_token_that_works(console: Console) -> None:
    await console.register()
    results = await asyncio.gather(*(console.accounts.reset_token(NAME) for _ in range(3)))
    assert sum(console.accounts.by_token(token) is not None for token in results) == 1
    assert (await console.spec())["tokenGeneration"] == 4


async def test_nobodys_token_cannot_be_reset(console: Console) -> None:
    with pytest.raises(NotFoundError):
        await console.accounts.reset_token("user-nobody")


async def test_a_record_copied_into_another_user_opens_neither(console: Console) -> None:
    token = await console.register()
    record = (await console.spec())["token"]
    await console.register("bob@example.com")
    bob = user_objects.name_of("bob@example.com")
    with console.feed.subscribe(frozenset({bob}), interval=0.0) as changes:
        await console.client.merge_patch(USERS, bob, {"spec": {"token": record}})
        async with asyncio.timeout(10):
            async for _ in changes:
                if len(console.table.by("token", token.split(".")[0])) == 2:
                    break
    assert console.accounts.by_token(token) is None


async def test_all_replicas_share_one_session_key(console: Console) -> None:
    keys = await asyncio.gather(
        *(session_key.get_or_create(console.client, "yurt-console") for _ in range(5))
    )
    try:
        assert len(set(keys)) == 1
        assert len(keys[0]) == 32
    finally:
        await console.client.delete(SECRETS, session_key.SECRET_NAME, "yurt-console")
