"""A list in pages: every object once, whatever comes between two pages; the next page asked for in time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from apimachinery.resources import PODS
from tests.cache.api_server import NEVER, ApiServer, serving
from tests.cache.copying import eventually
from yurt_console.cache.pager import ListPager
from yurt_console.kinds.registry import DECODERS
from yurt_console.kube.client import Client
from yurt_console.kube.credentials import Credentials
from yurt_console.kube.errors import Gone
from yurt_console.rows import Pod


@asynccontextmanager
async def listing(server: ApiServer) -> AsyncIterator[ListPager[Pod]]:
    async with Client(Credentials(server.url)) as client:
        pages = ListPager[Pod](client, PODS, DECODERS[PODS], 3)
        try:
            yield pages
        finally:
            pages.close()


async def rest(pages: ListPager[Pod]) -> list[str]:
    """The names on all pages that are left."""
    names = []
    while True:
        names += [row.name for row in (await pages.next_page()).rows]
        if not pages.begun:
            return names


def fill(server: ApiServer) -> list[str]:
    names = [f"pod-{number}" for number in range(8)]
    for name in names:
        server.put("pods", name, "a")
    return names


async def test_the_next_page_is_asked_for_before_anybody_wants_it() -> None:
    async with serving() as server, listing(server) as pages:
        names = fill(server)
        first = await pages.next_page()
        await eventually(lambda: len(server.lists("pods")) == 2)

        assert [row.name for row in first.rows] + await rest(pages) == names
        assert len(server.lists("pods")) == 3


async def test_the_next_page_is_asked_for_while_this_one_still_arrives() -> None:
    async with serving() as server, listing(server) as pages:
        names = fill(server)
        server.arriving.clear()
        reader = asyncio.create_task(pages.next_page())
        await eventually(lambda: len(server.lists("pods")) == 2)
        assert not reader.done()

        server.arriving.set()
        assert [row.name for row in (await reader).rows] + await rest(pages) == names
        assert len(server.lists("pods")) == 3


@pytest.mark.parametrize("asked", [1, 2])
async def test_a_reader_cancelled_while_a_page_comes_leaves_no_request_behind(asked: int) -> None:
    """Before anything of it came, and with the next one asked for."""
    async with serving() as server, listing(server) as pages:
        names = fill(server)
        server.arriving.clear()
        if asked == 1:
            server.fail(NEVER, plural="pods")
        reader = asyncio.create_task(pages.next_page())
        await eventually(lambda: server.answering == asked)
        reader.cancel()
        await asyncio.gather(reader, return_exceptions=True)
        await eventually(lambda: server.answering == 0)

        server.arriving.set()
        assert await rest(pages) == names


@pytest.mark.parametrize("turns", range(12))
async def test_a_page_whose_reader_was_cancelled_comes_again(turns: int) -> None:
    """However far it had got: no page may be lost between one that was given and the one asked for next."""
    async with serving() as server, listing(server) as pages:
        names = fill(server)
        seen = [row.name for row in (await pages.next_page()).rows]
        await eventually(lambda: len(server.lists("pods")) == 2)
        reader = asyncio.create_task(pages.next_page())
        for _ in range(turns):
            await asyncio.sleep(0)
        if not reader.cancel():
            seen += [row.name for row in reader.result().rows]
        await asyncio.gather(reader, return_exceptions=True)

        assert seen + await rest(pages) == names


async def test_a_page_that_failed_is_asked_for_again() -> None:
    async with serving() as server, listing(server) as pages:
        names = fill(server)
        server.fail(410, plural="pods", matches=lambda request: "continue" in request.query)
        seen = [row.name for row in (await pages.next_page()).rows]
        with pytest.raises(Gone):
            await pages.next_page()

        assert seen + await rest(pages) == names


async def test_a_list_that_is_closed_begins_anew_and_leaves_no_request_behind() -> None:
    async with serving() as server, listing(server) as pages:
        names = fill(server)
        server.fail(NEVER, plural="pods", matches=lambda request: "continue" in request.query)
        await pages.next_page()
        await eventually(lambda: len(server.lists("pods")) == 2)
        pages.close()

        assert not pages.begun
        assert await rest(pages) == names
