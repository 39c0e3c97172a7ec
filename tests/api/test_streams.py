"""Streams end with the session that opened them, and are bounded; upgrades come from our own pages."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest

from tests.api.test_changes import Stream, listening
from tests.api.world import ADMIN, A, B, Browser, build, populate, serving

UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}


async def login(browser: Browser, who: str) -> dict[str, str]:
    """The headers of a browser that has logged in."""
    body = {"email": f"{who}@example.com", "token": browser.world.tokens[who]}
    reply = await browser.send("POST", "/session", body=body)
    return {"Cookie": reply.headers["set-cookie"].partition(";")[0]}


@contextlib.asynccontextmanager
async def watching(browser: Browser, headers: dict[str, str], **query: str) -> AsyncIterator[Stream]:
    async with browser.session.get(browser.origin + "/changes", headers=headers, params=query) as reply:
        assert reply.status == 200, await reply.read()
        stream = Stream(reply)
        assert (await stream.next())[0] == "retry"
        yield stream


async def test_logging_out_ends_the_streams_of_that_session_and_of_no_other() -> None:
    world = await populate(await build())
    async with serving(world) as browser:
        world.clock[0] -= 1
        first = await login(browser, A)
        world.clock[0] += 1  # a session of its own: its end differs
        second = await login(browser, A)
        assert first != second
        async with watching(browser, first) as ending, watching(browser, second) as staying:
            gone = await browser.send("DELETE", "/session", headers={**first, "Origin": browser.origin})
            assert gone.status == 204
            assert await ending.ended()
            world.put("pods", *world.console.cluster.inventory.pods.rows(B))
            world.change(A, max_node_num=4)
            assert (await staying.next())[0] == "changed"


@pytest.mark.parametrize("change", [{"token_generation": 7}, {"suspended": True}, {"deleting": True}])
async def test_an_administrators_stream_of_one_namespace_ends_with_the_own_account(
    change: dict[str, object],
) -> None:
    world = await populate(await build(change_interval=0.0))
    async with serving(world) as browser:
        headers = await login(browser, ADMIN)
        async with watching(browser, headers, namespace=A) as stream:
            world.change(ADMIN, **change)
            with contextlib.suppress(AssertionError):
                assert await stream.next() == ("changed", {"kind": "users"})
            assert await stream.ended()
        assert len(world.console.streams) == 0


async def test_streams_of_an_account_are_bounded_and_a_place_is_free_when_one_ends() -> None:
    world = await populate(await build(streams_per_account=2, streams_per_address=0))
    async with serving(world) as browser, listening(browser, A), listening(browser, B):
        async with listening(browser, A):
            refused = await browser.send("GET", "/changes", who=A)
            assert (refused.status, refused.json["reason"]) == (429, "TooManyRequests")
            assert "streams_per_account" in refused.json["message"]
            assert refused.json["details"]["causes"][0]["reason"] == "StreamsPerAccount"
            assert int(refused.headers["retry-after"]) > 0
            assert len(world.console.streams) == 3
        async with asyncio.timeout(5):
            while len(world.console.streams) > 2:  # noqa: ASYNC110 - the server notices in its own time
                await asyncio.sleep(0.01)
        async with listening(browser, A):
            pass


async def test_streams_of_an_address_are_bounded_whoever_opens_them() -> None:
    world = await populate(await build(streams_per_address=2))
    async with serving(world) as browser, listening(browser, A), listening(browser, B):
        refused = await browser.send("GET", "/changes", who=ADMIN)

    assert refused.status == 429
    assert "streams_per_address" in refused.json["message"]


async def test_a_head_of_a_stream_takes_no_place() -> None:
    world = await populate(await build(streams_per_account=1))
    async with serving(world) as browser:
        for _ in range(3):
            assert (await browser.send("HEAD", "/changes", who=A)).status == 200
        async with asyncio.timeout(5):
            while len(world.console.streams):  # noqa: ASYNC110 - the server notices in its own time
                await asyncio.sleep(0.01)
        async with listening(browser, A):
            pass


@pytest.mark.parametrize("path", ["/changes", "/pods", "/session", "/healthz"])
@pytest.mark.parametrize("origin", ["https://evil.example", "null", "", None])
async def test_an_upgrade_with_a_cookie_from_a_foreign_page_is_refused(path: str, origin: str | None) -> None:
    """Browsers send cookies with any page's WebSocket handshake, and ask nobody first."""
    world = await populate(await build())
    async with serving(world) as browser:
        headers = {**await login(browser, A), **UPGRADE}
        if origin is not None:
            headers["Origin"] = origin
        reply = await browser.send("GET", path, headers=headers)

    assert reply.status == 403
    assert reply.causes == ["Origin"]


async def test_an_upgrade_of_our_own_page_or_of_no_browser_is_served_as_plain_http() -> None:
    """These routes take no WebSocket: HTTP lets a server ignore the header."""
    world = await populate(await build())
    async with serving(world) as browser:
        own = {**await login(browser, A), **UPGRADE, "Origin": browser.origin}
        replies = [await browser.send("GET", "/pods", headers=own)]
        replies.append(await browser.send("GET", "/pods", who=A, headers=UPGRADE))

    assert [reply.status for reply in replies] == [200, 200]
