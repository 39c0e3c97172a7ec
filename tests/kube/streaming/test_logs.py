"""Logs as byte streams: what is asked, how they end, and that a slow reader fills no memory."""

from __future__ import annotations

import asyncio

import pytest
from aiohttp import web

from tests.kube.fake_server import answering, speaking
from tests.kube.talking import always, client, failure, refusal
from yurt_console.kube.client import Client
from yurt_console.kube.errors import BadRequest, Unreachable
from yurt_console.kube.streaming.logs import LogOptions, opened


async def whole(kube: Client, options: LogOptions) -> bytes:
    async with opened(kube, "ns", "web", options) as chunks:
        return b"".join([chunk async for chunk in chunks])


async def test_every_option_is_asked_for_and_none_that_is_left_out() -> None:
    requests: list[web.Request] = []

    async def handler(request: web.Request) -> web.Response:
        requests.append(request)
        return web.Response(text="line\n")

    options = LogOptions(
        container="main",
        previous=True,
        follow=True,
        timestamps=True,
        since_time="2026-01-02T03:04:05Z",
        tail_lines=0,
        limit_bytes=9,
    )
    async with answering(handler) as server, client(server) as kube:
        assert await whole(kube, options) == b"line\n"
        await whole(kube, LogOptions())
    assert [request.path for request in requests] == ["/api/v1/namespaces/ns/pods/web/log"] * 2
    assert dict(requests[0].query) == {
        "container": "main",
        "previous": "true",
        "follow": "true",
        "timestamps": "true",
        "sinceTime": "2026-01-02T03:04:05Z",
        "tailLines": "0",
        "limitBytes": "9",
    }
    assert not requests[1].query
    assert {request.headers["Accept-Encoding"] for request in requests} == {"identity"}


async def test_a_refused_log_is_the_error_of_its_status() -> None:
    answer = always(lambda: refusal(400, "container is waiting to start"))
    async with answering(answer) as server, client(server) as kube:
        error = await failure(whole(kube, LogOptions()))
    assert isinstance(error, BadRequest)
    assert "waiting to start" in str(error)


async def test_a_cut_gives_what_came_and_is_unreachable() -> None:
    found: list[bytes] = []
    reply = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nline\n\r\n9\r\nha"
    async with speaking(reply) as server, client(server) as kube:
        with pytest.raises(Unreachable):
            async with opened(kube, "ns", "web", LogOptions(follow=True)) as chunks:
                async for chunk in chunks:
                    found.append(chunk)
    assert b"".join(found).startswith(b"line\n")


async def test_a_log_that_is_followed_outlasts_the_timeout_of_requests() -> None:
    more = asyncio.Event()

    async def handler(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b"one")
        await more.wait()
        await response.write(b"two")
        return response

    async with (
        answering(handler) as server,
        client(server, timeout=0.05) as kube,
        opened(kube, "ns", "web", LogOptions(follow=True)) as chunks,
    ):
        assert await anext(chunks) == b"one"
        asyncio.get_running_loop().call_later(0.2, more.set)
        assert await anext(chunks) == b"two"


async def test_a_slow_reader_holds_the_server_back() -> None:
    sent = 0

    async def handler(request: web.Request) -> web.StreamResponse:
        nonlocal sent
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(1000):
            await response.write(b"x" * 100_000)
            sent += 100_000
        return response

    async with (
        answering(handler) as server,
        client(server) as kube,
        opened(kube, "ns", "web", LogOptions(follow=True)) as chunks,
    ):
        received = len(await anext(chunks))
        before = -1
        while before != sent:  # the server stands still once every buffer on the way is full
            before = sent
            for _ in range(200):
                await asyncio.sleep(0)
        assert sent < 50_000_000
        async for chunk in chunks:
            received += len(chunk)
            assert len(chunk) < 2**20
    assert received == 100_000_000
