"""How replies leave a connection, on real sockets."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import pytest
import uvloop

from tests.api.world import A, Browser, build, populate, serving
from yurt_console.api.http.protocol import CoalescingTransport

BIG = 1024 * 1024
DATA_SEGMENTS_IN = 152
"""Offset of ``tcpi_data_segs_in`` in the kernel's ``struct tcp_info``."""


@contextlib.asynccontextmanager
async def connected() -> AsyncIterator[tuple[CoalescingTransport, socket.socket]]:
    """A transport, and the other end of its connection."""
    ours, theirs = socket.socketpair()
    theirs.setblocking(False)
    transport, _ = await asyncio.get_running_loop().create_connection(asyncio.Protocol, sock=ours)
    try:
        yield CoalescingTransport(transport), theirs
    finally:
        transport.abort()
        theirs.close()


async def received(end: socket.socket) -> bytes:
    """What the next read has; "" at the end."""
    return await asyncio.wait_for(asyncio.get_running_loop().sock_recv(end, BIG), 10)


@contextlib.asynccontextmanager
async def served() -> AsyncIterator[tuple[Browser, socket.socket]]:
    """A console, and a connection to it."""
    async with serving(await populate(await build())) as browser:
        address = urlsplit(browser.origin)
        with socket.create_connection((address.hostname, address.port)) as end:
            end.setblocking(False)
            yield browser, end


async def test_head_and_body_of_a_reply_are_one_segment() -> None:
    async with served() as (_, end):
        end.send(b"GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n")
        head, _, body = (await received(end)).partition(b"\r\n\r\n")
        info = end.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, DATA_SEGMENTS_IN + 4)

    assert head.startswith(b"HTTP/1.1 200 OK\r\n")
    assert body
    assert struct.unpack_from("=I", info, DATA_SEGMENTS_IN) == (1,)


async def test_replies_to_pipelined_requests_keep_their_order() -> None:
    async with served() as (browser, end):
        paths = ("/readyz", f"/pods?token={browser.world.tokens[A]}", "/nothing")
        requests = [f"GET {path} HTTP/1.1\r\nHost: x\r\n" for path in paths]
        end.send(("\r\n".join(requests) + "Connection: close\r\n\r\n").encode())
        replies = b""
        while part := await received(end):
            replies += part

    assert [part.split()[0] for part in replies.split(b"HTTP/1.1 ")[1:]] == [b"200", b"200", b"404"]


async def test_what_one_turn_writes_arrives_at_once_and_in_order() -> None:
    async with connected() as (transport, end):
        for part in (b"head", b"body", b"more"):
            transport.write(part)
        with pytest.raises(BlockingIOError):
            end.recv(BIG)
        assert await received(end) == b"headbodymore"
        transport.write(b"next")
        assert await received(end) == b"next"


async def test_much_does_not_wait_so_that_flow_control_sees_it() -> None:
    async with connected() as (transport, _):
        transport.write(b"x" * BIG)
        assert transport.below.get_write_buffer_size() > 0


async def test_closing_sends_what_was_written_before() -> None:
    async with connected() as (transport, end):
        transport.write(b"last")
        transport.close()
        assert transport.is_closing()
        assert await received(end) == b"last"
        assert await received(end) == b""


def test_a_client_that_goes_in_the_middle_of_a_reply_raises_nothing() -> None:
    """On uvloop, which the console runs on: a write to a closed transport raises there."""

    async def lost(turns: int) -> list[dict[str, object]]:
        problems: list[dict[str, object]] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, context: problems.append(context))
        async with connected() as (transport, _):
            transport.write(b"head")
            transport.below.abort()
            for _turn in range(turns):
                await asyncio.sleep(0)
            transport.write(b"body")
            transport.close()
            await asyncio.sleep(0)
        return problems

    assert [uvloop.run(lost(turns)) for turns in range(3)] == [[], [], []]
