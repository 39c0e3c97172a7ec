"""Watches on the way from an API server: long lines, endless ones, cut ones, and such as never begin."""

from __future__ import annotations

import asyncio

import msgspec
import pytest
from aiohttp import web

from apimachinery.resources import PODS
from tests.kube.fake_server import answering, speaking
from tests.kube.talking import always, client, failure, refusal
from yurt_console.kube.client import Client
from yurt_console.kube.credentials import Credentials
from yurt_console.kube.errors import (
    Gone,
    MalformedReply,
    Unreachable,
)
from yurt_console.kube.watching import parse


async def test_a_watch_gives_lines_of_megabytes_however_they_arrive() -> None:
    big = msgspec.json.encode(
        {"type": "ADDED", "object": {"metadata": {"resourceVersion": "1", "x": "y" * 3_000_000}}}
    )

    async def handler(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        await response.prepare(request)
        for start in range(0, len(big), 100_000):
            await response.write(big[start : start + 100_000])
        await response.write(b"\n" + big[:10])
        await response.write(big[10:] + b"\n")
        return response

    async with answering(handler) as server, client(server) as kube:
        assert await watched(kube) == [big, big]


async def test_an_endless_watch_line_is_given_up() -> None:
    answer = always(lambda: web.Response(body=b"x" * 2000, content_type="application/json"))
    async with answering(answer) as server, Client(Credentials(server), watch_line_limit=1000) as kube:
        assert isinstance(await failure(watched(kube)), MalformedReply)


async def test_a_watch_that_is_cut_gives_what_it_had_and_is_unreachable() -> None:
    line = b'{"type":"ADDED","object":{"metadata":{"resourceVersion":"7"}}}'
    reply = (
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
        b'%x\r\n%s\n\r\n5\r\n{"typ' % (len(line) + 1, line)
    )
    found: list[str] = []
    async with speaking(reply) as server, client(server) as kube:
        with pytest.raises(Unreachable):
            async with kube.watch(PODS, resource_version="1", timeout_seconds=5) as lines:
                async for entry in lines:
                    found.append(parse(entry).resource_version)
    assert found == ["7"]


async def test_a_watch_of_an_old_version_is_gone() -> None:
    answer = always(lambda: refusal(410, "too old resource version"))
    async with answering(answer) as server, client(server) as kube:
        assert isinstance(await failure(watched(kube)), Gone)


async def test_a_watch_that_answers_with_a_web_page_is_malformed() -> None:
    answer = always(lambda: web.Response(text="<html>log in", content_type="text/html"))
    async with answering(answer) as server, client(server) as kube:
        assert isinstance(await failure(watched(kube)), MalformedReply)


async def test_a_watch_that_never_begins_is_given_up_after_the_timeout() -> None:
    stay = asyncio.Event()
    async with speaking(b"HTTP/1.1 200 OK\r\n", stay=stay) as server, client(server, timeout=0.2) as kube:
        async with asyncio.timeout(5):
            assert isinstance(await failure(watched(kube)), Unreachable)
        stay.set()


async def test_a_watch_that_outlives_its_time_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("yurt_console.kube.client._WATCH_GRACE", -0.8)
    stay = asyncio.Event()
    begun = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    async with speaking(begun, stay=stay) as server, client(server) as kube:
        async with asyncio.timeout(5):
            assert isinstance(await failure(watched(kube)), Unreachable)
        stay.set()


async def test_an_error_of_the_one_who_watches_is_not_ours_to_translate() -> None:
    answer = always(lambda: web.Response(text="", content_type="application/json"))
    async with answering(answer) as server, client(server) as kube:
        with pytest.raises(TimeoutError):
            async with kube.watch(PODS, resource_version="1", timeout_seconds=5):
                raise TimeoutError


async def watched(kube: Client) -> list[bytes]:
    async with kube.watch(PODS, resource_version="1", timeout_seconds=1, label_selector="a=b") as lines:
        return [line async for line in lines]
