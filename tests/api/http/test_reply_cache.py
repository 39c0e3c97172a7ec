"""Cached replies: never another's, never an old one, and never past the guard."""

from __future__ import annotations

import gc
import itertools
import types
from collections.abc import AsyncIterator

import msgspec
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st

from tests import rows
from tests.api.test_streams import login
from tests.api.world import ADMIN, A, B, Browser, Reply, build, populate, serving
from yurt_console.api.http.caching.reply_cache import ReplyCache
from yurt_console.api.http.responses import Freshness, Response
from yurt_console.tenancy.identity.principals import AccountState, Principal

CACHED = ("/clusterOverview", "/nodes", "/pods", "/pods?limit=1", "/clusterEvents", "/namespaces?sort=-name")


@pytest_asyncio.fixture
async def browser() -> AsyncIterator[Browser]:
    async with serving(await populate(await build())) as browser:
        yield browser


async def send(browser: Browser, path: str, headers: dict[str, str]) -> Reply:
    address, _, query = path.partition("?")
    return await browser.send(
        "GET", address, headers=headers, query=dict(pair.split("=") for pair in query.split("&") if pair)
    )


async def test_the_second_request_is_served_from_the_cache(browser: Browser) -> None:
    cache = browser.world.console.reply_cache
    for path in CACHED:
        first = await browser.send("GET", path.partition("?")[0], who=A)
        hits = cache.hits
        second = await browser.send("GET", path.partition("?")[0], who=A)
        assert cache.hits == hits + 1
        assert (first.status, first.body, first.headers["etag"]) == (
            second.status,
            second.body,
            second.headers["etag"],
        )


async def test_whoever_asks_first_every_caller_gets_what_they_alone_would_get(browser: Browser) -> None:
    """Every order of callers, credentials and encodings, against replies of a console that caches nothing."""
    world = browser.world
    who = {A: A, B: B, ADMIN: ADMIN}
    ways = {name: {"Authorization": f"Bearer {world.tokens[account]}"} for name, account in who.items()}
    ways |= {f"cookie {name}": await login(browser, account) for name, account in who.items()}
    expected = {}
    for (name, headers), path in itertools.product(ways.items(), CACHED):
        world.console.reply_cache.__init__()  # type: ignore[misc]
        expected[name, path] = await send(browser, path, headers)

    for order in itertools.permutations(ways, 2):
        world.console.reply_cache.__init__()  # type: ignore[misc]
        for name in (*order, *order):
            for path, encoding in itertools.product(CACHED[:3], ("gzip", "identity")):
                reply = await send(browser, path, {**ways[name], "Accept-Encoding": encoding})
                assert (reply.status, reply.body) == (200, expected[name, path].body), (order, name, path)
                assert reply.headers["etag"] == expected[name, path].headers["etag"]


async def test_an_account_that_may_no_longer_look_gets_nothing_from_the_cache(browser: Browser) -> None:
    world = browser.world
    cookie = await login(browser, A)
    token = {"Authorization": f"Bearer {world.tokens[A]}"}
    etag = (await send(browser, "/pods", cookie)).headers["etag"]

    async def codes() -> list[int]:
        found = [(await send(browser, path, each)).status for path in CACHED for each in (cookie, token)]
        found += [(await send(browser, "/pods", {**cookie, "If-None-Match": etag})).status]
        return sorted(set(found))

    assert await codes() == [200, 304]
    user = world.console.cluster.inventory.users.get(("", A))
    assert user is not None
    for change, refused in (
        ({"suspended": True}, [403]),
        ({"deleting": True}, [401]),  # its token is no credential any more
        ({"expired": True}, [403]),
        ({"approved": False}, [403]),
        ({"effective_time": ""}, [403]),
    ):
        world.change(A, **change)
        assert await codes() == refused, change
        world.put("users", user)
        assert await codes() == [200, 304]
    world.change(A, token_generation=user.token_generation + 1)
    assert (await send(browser, "/pods", cookie)).status == 401
    assert (await send(browser, "/pods", {**cookie, "If-None-Match": etag})).status == 401


async def test_a_token_ends_with_its_reset_and_with_a_copy_of_its_record(browser: Browser) -> None:
    """A record that stands in two Users is nobody's: somebody copied it."""
    world = browser.world
    token = {"Authorization": f"Bearer {world.tokens[A]}"}
    user = world.console.cluster.inventory.users.get(("", A))
    assert user is not None
    assert (await send(browser, "/pods", token)).status == 200
    copy = rows.user("copied", token=user.token, email="copied@example.com")
    world.put("users", copy)
    assert (await send(browser, "/pods", token)).status == 401
    world.change("copied", token="")
    assert (await send(browser, "/pods", token)).status == 200
    world.change(A, token=rows.user("x").token)
    assert (await send(browser, "/pods", token)).status == 401


async def test_a_cookie_and_an_account_end_by_the_clock_alone(browser: Browser) -> None:
    world = browser.world
    cookie = await login(browser, A)
    token = {"Authorization": f"Bearer {world.tokens[A]}"}
    for headers in (cookie, token):
        assert (await send(browser, "/pods", headers)).status == 200
    world.clock[0] += 12 * 3600 + 1
    assert (await send(browser, "/pods", cookie)).status == 401
    assert (await send(browser, "/pods", token)).status == 200
    world.clock[0] += 7 * 24 * 3600
    assert (await send(browser, "/pods", token)).status == 403


async def test_a_row_that_changes_is_seen_at_once_also_by_its_new_owner(browser: Browser) -> None:
    world = browser.world
    headers = {who: {"Authorization": f"Bearer {world.tokens[who]}"} for who in (A, B, ADMIN)}

    async def names(who: str) -> list[str]:
        return [row["name"] for row in (await send(browser, "/pods", headers[who])).json["items"]]

    before = {who: await names(who) for who in headers}
    world.put("pods", rows.pod("new", A))
    assert await names(A) == sorted([*before[A], "new"])
    assert await names(B) == before[B]
    assert "new" in await names(ADMIN)
    stale = world.console.cluster.cache._reflectors["pods"].freshness
    stale.stale(1_700_000_000.0, "no answer")
    assert (await send(browser, "/pods", headers[A])).json["staleSince"] == "2023-11-14T22:13:20Z"
    stale.live()
    assert (await send(browser, "/pods", headers[A])).json["staleSince"] is None


principals = st.builds(
    Principal,
    subject=st.sampled_from(["a", "b"]),
    uid=st.sampled_from(["1", "2"]),
    email=st.just("a@example.com"),
    role=st.sampled_from(["tenant", "admin"]),
    tenant=st.sampled_from(["a", "b", ""]),
    scopes=st.none() | st.frozensets(st.sampled_from(["a", "b"])),
    state=st.sampled_from(AccountState),
    session_generation=st.integers(0, 1),
)
texts = st.one_of(
    st.binary(max_size=4), st.binary(min_size=95, max_size=98), st.sampled_from([b"token=1", b"%00"])
)
requests = st.tuples(principals, st.sampled_from([b"/pods", b"/p"]), texts, texts)


@given(st.lists(requests, min_size=2, max_size=8))
def test_a_reply_is_found_by_exactly_the_request_that_it_was_made_for(made: list[tuple]) -> None:  # type: ignore[type-arg]
    cache = ReplyCache()
    last = {}
    for number, (principal, path, query, accepts) in enumerate(made):
        key = cache.key(principal, path, query, accepts)
        response = Response.of(200, {}, b"%d" % number)
        cache.put(key, principal, Freshness(lambda *_: 1, None, 1, f'W/"{number}"'), response)
        last[principal, path, query, accepts] = number
    for principal, path, query, accepts in made:
        key = cache.key(principal, path, query, accepts)
        found = cache.get(key, principal, b"", None)
        expected = last[principal, path, query, accepts]
        # a newer state of the same account may have taken the place; another's reply never
        assert found is None or found.body == b"%d" % expected


async def test_cached_replies_add_nothing_to_a_garbage_collection(browser: Browser) -> None:
    """A full collection visits every tracked object: with thousands of replies it stopped all requests."""
    cache = browser.world.console.reply_cache

    async def tracked(offsets: range) -> int:
        for offset in offsets:
            assert (await browser.send("GET", "/pods", who=A, offset=offset)).status == 200
        for _ in range(3):  # a tuple is let go once what it holds was
            gc.collect()
        held = reachable(cache)
        assert len([thing for thing in held if isinstance(thing, Response)]) >= offsets.stop
        return len([thing for thing in held if gc.is_tracked(thing)])

    before = await tracked(range(10))
    assert await tracked(range(10, 110)) - before < 10


def reachable(cache: ReplyCache) -> list[object]:
    """Every object that the replies of ``cache`` hold, but for types, functions and modules."""
    found: dict[int, object] = {}
    waiting: list[object] = [cache._entries]
    while waiting:
        thing = waiting.pop()
        if id(thing) in found or isinstance(thing, type | types.FunctionType | types.ModuleType):
            continue
        found[id(thing)] = thing
        if isinstance(thing, msgspec.Struct):  # one that is not tracked tells no referents
            waiting += [getattr(thing, field) for field in thing.__struct_fields__]
        waiting += gc.get_referents(thing)
    return list(found.values())


def test_long_queries_cost_a_fixed_size() -> None:
    account = ("a", "1", "a@example.com")
    principal = Principal(*account, "tenant", "a", frozenset({"a"}), AccountState.READY, 0)
    key = ReplyCache.key(principal, b"/pods", b"q=" + b"x" * 8000, b"gzip")

    assert len(repr(key)) < 120
    assert b"secret" not in repr(ReplyCache.key(principal, b"/pods", b"token=secret", b"")).encode()
