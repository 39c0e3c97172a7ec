"""The stream of changes: who hears of what, how often, and when it ends."""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from tests import rows
from tests.api.world import ADMIN, A, B, Browser, World, build, populate, serving
from yurt_console.api import stream


class Stream:
    """Server-sent events as they come; comments have the name ":"."""

    def __init__(self, reply: aiohttp.ClientResponse) -> None:
        self.reply = reply

    async def next(self, seconds: float = 5) -> tuple[str, Any]:
        async with asyncio.timeout(seconds):
            block = (await self.reply.content.readuntil(b"\n\n")).decode()
        name, data = "", None
        for line in block.strip("\n").split("\n"):
            field, _, value = line.partition(":")
            if field == "event":
                name = value.strip()
            elif field == "data":
                data = json.loads(value)
            else:
                name = field or ":"
        return name, data

    async def ended(self, seconds: float = 5) -> bool:
        """Whether nothing more comes."""
        async with asyncio.timeout(seconds):
            return await self.reply.content.read() == b""


@contextlib.asynccontextmanager
async def listening(browser: Browser, who: str, **query: str) -> AsyncIterator[Stream]:
    params = {"token": browser.world.tokens[who], **query}
    async with browser.session.get(browser.origin + "/changes", params=params) as reply:
        assert reply.status == 200
        assert reply.headers["Content-Type"].startswith("text/event-stream")
        assert reply.headers["Cache-Control"] == "no-store"
        stream = Stream(reply)
        assert (await stream.next())[0] == "retry"
        yield stream


async def test_a_change_reaches_whoever_sees_it_and_nobody_else() -> None:
    world = await populate(await build(change_interval=0.0))
    async with (
        serving(world) as browser,
        listening(browser, A) as mine,
        listening(browser, B) as theirs,
        listening(browser, ADMIN) as all_of_it,
        listening(browser, ADMIN, namespace=A) as one,
    ):
        world.put("pods", rows.pod("new", A))
        assert await mine.next() == ("changed", {"kind": "pods"})
        assert await all_of_it.next() == ("changed", {"kind": "pods"})
        assert await one.next() == ("changed", {"kind": "pods"})

        world.put("services", rows.service("new", B))
        assert await theirs.next() == ("changed", {"kind": "services"})
        assert await all_of_it.next() == ("changed", {"kind": "services"})

        world.put("jobs", rows.job("last", A))
        assert await mine.next() == ("changed", {"kind": "jobs"})
        assert await one.next() == ("changed", {"kind": "jobs"})


async def test_an_event_about_a_tenants_node_is_news_for_the_tenant() -> None:
    world = await populate(await build(change_interval=0.0))
    async with serving(world) as browser, listening(browser, A) as mine, listening(browser, B) as theirs:
        about = {"kind": "Node", "about_namespace": "", "about_name": "edge-aaaa"}
        world.put("events", rows.event("edge-aaaa.2", "default", **about))
        assert await mine.next() == ("changed", {"kind": "events"})

        world.put("pods", rows.pod("new", B))
        assert await theirs.next() == ("changed", {"kind": "pods"})


async def test_a_heartbeat_is_no_news() -> None:
    world = await populate(await build(change_interval=0.0))
    async with serving(world) as browser, listening(browser, A) as mine:
        same = world.console.cluster.inventory.nodes.get(("", "edge-aaaa"))
        assert same is not None
        world.put("nodes", same)
        world.put("pods", rows.pod("new", A))
        assert await mine.next() == ("changed", {"kind": "pods"})


async def test_a_burst_is_told_at_once_and_then_once_in_an_interval() -> None:
    world = await populate(await build(change_interval=0.3))
    async with serving(world) as browser, listening(browser, A) as mine:
        for number in range(200):
            world.put("pods", rows.pod(f"pod-{number}", A))
        assert await mine.next(0.2) == ("changed", {"kind": "pods"})
        for number in range(200):
            world.put("pods", rows.pod(f"pod-{number}", A, restarts=1))
        world.put("jobs", rows.job("other", A))
        assert await mine.next(0.2) == ("changed", {"kind": "jobs"})
        assert await mine.next() == ("changed", {"kind": "pods"})
        with pytest.raises(TimeoutError):
            await mine.next(0.5)


async def test_stale_and_live_are_told_also_to_who_comes_later() -> None:
    world = await populate(await build())
    freshness = world.console.cluster.cache._reflectors["pods"].freshness
    async with serving(world) as browser, listening(browser, A) as early:
        freshness.stale(1_700_000_000.0, "away")
        stale = ("stale", {"kind": "pods", "since": "2023-11-14T22:13:20Z"})
        assert await early.next() == stale
        async with listening(browser, B) as late:
            assert await late.next() == stale
            freshness.live()
            assert await early.next() == ("live", {"kind": "pods"})
            assert await late.next() == ("live", {"kind": "pods"})


async def test_a_quiet_stream_is_kept_open_by_comments() -> None:
    world = await populate(await build(keep_alive=0.1))
    async with serving(world) as browser, listening(browser, A) as mine:
        assert await mine.next() == (":", None)
        assert await mine.next() == (":", None)


@pytest.mark.parametrize(
    "change", [{"suspended": True}, {"expired": True}, {"deleting": True}, {"token": ""}]
)
async def test_a_stream_ends_when_its_account_no_longer_holds(
    change: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "CHECK_SECONDS", 0.2)
    world = await populate(await build())
    async with serving(world) as browser, listening(browser, A) as mine, listening(browser, B) as theirs:
        world.change(A, **change)
        assert await mine.next() == ("changed", {"kind": "users"})
        assert await mine.ended()
        world.put("pods", rows.pod("new", B))
        told = [await theirs.next() for _ in range(3)]
        assert ("changed", {"kind": "pods"}) in told


async def _forgotten(world: World) -> None:
    """Wait until nobody listens."""
    async with asyncio.timeout(5):
        while len(world.console.cluster.feed):  # noqa: ASYNC110 - a feed tells nobody that it lost a reader
            await asyncio.sleep(0.01)


async def test_a_reader_that_left_is_forgotten() -> None:
    world = await populate(await build(keep_alive=0.1))
    async with serving(world) as browser:
        async with listening(browser, A), listening(browser, ADMIN):
            assert len(world.console.cluster.feed) == 2
        await _forgotten(world)


async def test_a_reader_that_stalls_and_leaves_costs_nothing() -> None:
    world = await populate(await build(change_interval=0.0, keep_alive=0.1))
    async with serving(world) as browser:
        host, _, port = browser.origin.removeprefix("http://").partition(":")
        reader, writer = await asyncio.open_connection(host, int(port), limit=1024)
        token = world.tokens[A]
        writer.write(f"GET /changes?token={token} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        await reader.readuntil(b"\r\n\r\n")
        for number in range(300):
            world.put("pods", rows.pod("busy", A, restarts=number))
            await asyncio.sleep(0)
        writer.transport.abort()
        await _forgotten(world)
        assert (await browser.send("GET", "/healthz")).status == 200


async def test_stopping_the_console_ends_its_streams_at_once() -> None:
    world = await populate(await build())
    async with (
        serving(world) as browser,
        listening(browser, A) as mine,
        listening(browser, ADMIN) as all_of_it,
    ):
        browser.server.handle_exit(signal.SIGTERM, None)
        assert await mine.ended(3)
        assert await all_of_it.ended(3)
