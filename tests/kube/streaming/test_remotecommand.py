"""Commands in containers over a WebSocket: both protocols, refusals, bounds, and connections that end."""

from __future__ import annotations

import asyncio
import tracemalloc
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import pytest
from aiohttp import WSMsgType, web

from tests.kube.fake_server import answering
from tests.kube.streaming.exec_server import SUCCESS, refusing_lists, speaking
from tests.kube.talking import TOKEN, always, client, failure, refusal
from yurt_console.kube.client import Client
from yurt_console.kube.connections.transport import Transport
from yurt_console.kube.credentials import Credentials, TokenFile
from yurt_console.kube.errors import (
    BadRequest,
    Forbidden,
    InternalError,
    MalformedReply,
    NotFound,
    ServiceUnavailable,
    TooManyRequests,
    Unauthorized,
    Unreachable,
)
from yurt_console.kube.streaming.channels import V4, V5, ExitStatus, Size
from yurt_console.kube.streaming.remotecommand import CHUNK, Process, execute

BOTH = pytest.mark.parametrize("protocol", [V5, V4])


async def run(kube: Client, *command: str, stdin: bytes = b"", tty: bool = False) -> tuple[Process, bytes]:
    """A command run to its end, and its output."""
    async with execute(kube, "ns", "web", command, stdin=bool(stdin), tty=tty) as process:
        if stdin:
            await process.write(stdin)
            await process.close_stdin()
        output = b"".join([frame.data async for frame in process.output()])
    return process, output


async def succeed(socket: web.WebSocketResponse, _: web.Request) -> None:
    await socket.send_bytes(b"\x01")  # as kubelets say that they are there
    await socket.send_bytes(b"\x01out")
    await socket.send_bytes(b"\x02err")
    await socket.send_bytes(SUCCESS)
    await socket.close()


@BOTH
async def test_output_comes_by_channel_and_the_status_at_the_end(protocol: str) -> None:
    requests: list[web.Request] = []
    async with (
        answering(speaking(succeed, protocol, requests=requests)) as server,
        client(server) as kube,
        execute(kube, "ns", "web", ["sh", "-c", "a b", ""], container="main") as process,
    ):
        frames = [(int(frame.channel), frame.data) async for frame in process.output()]
        assert process.ends_stdin == (protocol == V5)
    assert frames == [(1, b"out"), (2, b"err")]
    assert process.exit_status == ExitStatus(0)
    [request] = requests
    assert request.path == "/api/v1/namespaces/ns/pods/web/exec"
    assert request.query.getall("command") == ["sh", "-c", "a b", ""]
    assert {key: request.query[key] for key in request.query if key != "command"} == {
        "stdout": "true",
        "stderr": "true",
        "container": "main",
    }
    assert request.headers["Authorization"] == f"Bearer {TOKEN}"
    assert "Origin" not in request.headers  # API servers compare it with their own address


async def echo(socket: web.WebSocketResponse, _: web.Request) -> None:
    """Cat: until stdin ends, which in v4 it cannot."""
    async for message in socket:
        if message.type is not WSMsgType.BINARY:
            continue
        channel, data = message.data[:1], message.data[1:]
        assert len(message.data) <= CHUNK + 1
        if channel == b"\x04":
            await socket.send_bytes(b"\x02" + data)
        elif channel == b"\xff" or data == b"quit":
            break
        else:
            await socket.send_bytes(b"\x01" + data)
    await socket.send_bytes(SUCCESS)
    await socket.close()


async def test_v5_ends_stdin_and_the_command_goes_on_to_its_end() -> None:
    sent = bytes(range(256)) * 1000
    async with answering(speaking(echo, V5)) as server, client(server) as kube:
        process, output = await run(kube, "cat", stdin=sent)
    assert output == sent
    assert process.exit_status == ExitStatus(0)


async def test_v4_cannot_end_stdin_and_says_so() -> None:
    async with (
        answering(speaking(echo, V4)) as server,
        client(server) as kube,
        execute(kube, "ns", "web", ["cat"], stdin=True) as process,
    ):
        assert not await process.close_stdin()
        await process.resize(Size(80, 24))
        await process.write(b"quit")
        assert [frame.data async for frame in process.output()] == [b'{"Width":80,"Height":24}']


@pytest.mark.parametrize("status", [400, 403])
async def test_a_server_that_refuses_the_list_is_asked_for_v4_alone(status: int) -> None:
    offers: list[Sequence[str]] = []
    async with answering(refusing_lists(succeed, V4, status, offers)) as server, client(server) as kube:
        assert (await run(kube, "true"))[0].exit_status == ExitStatus(0)
    assert offers == [[V5, V4], [V4]]


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (400, BadRequest),
        (401, Unauthorized),
        (403, Forbidden),
        (404, NotFound),
        (429, TooManyRequests),
        (500, InternalError),
        (503, ServiceUnavailable),
    ],
)
async def test_a_refused_handshake_is_the_error_of_its_status(code: int, kind: type[Exception]) -> None:
    asked: list[str] = []

    async def refuse(request: web.Request) -> web.Response:
        asked.append(request.path)
        return refusal(code, f"you sent {request.headers['Authorization']}", **{"Retry-After": "7"})

    async with answering(refuse) as server, client(server) as kube:
        error = await failure(run(kube, "true"))
    assert type(error) is kind
    assert "you sent Bearer [redacted]" in str(error)
    assert getattr(error, "retry_after") == 7  # noqa: B009 - KubeError has none
    assert asked == ["/api/v1/namespaces/ns/pods/web/exec"]


async def test_a_page_of_html_instead_of_a_handshake_is_not_repeated() -> None:
    page = always(lambda: web.Response(status=502, text="<h1>secrets</h1>" * 100_000))
    async with answering(page) as server, client(server) as kube:
        error = await failure(run(kube, "true"))
    assert "secrets" not in str(error)
    assert "502" in str(error)


async def test_a_200_is_no_websocket() -> None:
    async with answering(always(lambda: web.json_response({}))) as server, client(server) as kube:
        assert isinstance(await failure(run(kube, "true")), MalformedReply)


async def test_a_server_without_our_protocols_is_malformed() -> None:
    async with answering(speaking(succeed)) as server, client(server) as kube:
        assert isinstance(await failure(run(kube, "true")), MalformedReply)


async def test_a_newer_credential_is_tried_once(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("old")
    seen: list[str] = []
    accepting = speaking(succeed, V5)

    async def handler(request: web.Request) -> web.StreamResponse:
        seen.append(request.headers["Authorization"])
        if seen[-1] == "Bearer old":
            file.write_text("new")
            return refusal(401, "old")
        return await accepting(request)

    async with answering(handler) as server, client(server, source=TokenFile(file)) as kube:
        assert (await run(kube, "true"))[1] == b"outerr"
    assert seen == ["Bearer old", "Bearer new"]


async def test_handshakes_are_counted_as_requests_are() -> None:
    accepting, codes = speaking(succeed, V5), [403, 101]

    async def handler(request: web.Request) -> web.StreamResponse:
        return refusal(403, "no") if codes.pop(0) == 403 else await accepting(request)

    async with answering(handler) as server, client(server) as kube:
        await failure(run(kube, "true"))
        await run(kube, "true")
        assert kube.counts == {("GET", "403"): 1, ("GET", "101"): 1}
    async with client("http://127.0.0.1:1") as kube:
        await failure(run(kube, "true"))
        assert kube.counts == {("GET", "<error>"): 1}


async def test_impersonation_goes_with_the_handshake() -> None:
    requests: list[web.Request] = []
    async with (
        answering(speaking(succeed, V5, requests=requests)) as server,
        client(server) as kube,
        kube.impersonating("bob", ["g"]) as bob,
    ):
        await run(bob, "true")
    assert requests[0].headers["Impersonate-User"] == "bob"
    assert requests[0].headers["Impersonate-Group"] == "g"


async def test_a_connection_that_ends_before_the_command_is_unreachable() -> None:
    async def drop(socket: web.WebSocketResponse, request: web.Request) -> None:
        await socket.send_bytes(b"\x01out")
        assert request.transport is not None
        request.transport.abort()

    async def close(socket: web.WebSocketResponse, _: web.Request) -> None:
        await socket.close()

    for end in (drop, close):
        async with answering(speaking(end, V5)) as server, client(server) as kube:
            assert isinstance(await failure(run(kube, "true")), Unreachable)


async def test_a_status_counts_when_the_close_frame_is_lost() -> None:
    async def drop(socket: web.WebSocketResponse, request: web.Request) -> None:
        await socket.send_bytes(SUCCESS)
        assert request.transport is not None
        request.transport.close()

    async with answering(speaking(drop, V5)) as server, client(server) as kube:
        assert (await run(kube, "true"))[0].exit_status == ExitStatus(0)


async def test_output_after_the_status_is_not_lost() -> None:
    async def late(socket: web.WebSocketResponse, _: web.Request) -> None:
        await socket.send_bytes(SUCCESS)
        await socket.send_bytes(b"\x01late")
        await socket.close()

    async with answering(speaking(late, V5)) as server, client(server) as kube:
        assert (await run(kube, "true"))[1] == b"late"


@pytest.mark.parametrize("message", [b"", b"\x09x", b"\x01" + b"x" * 2**20, "text"])
async def test_what_is_no_frame_or_too_long_is_malformed(message: bytes | str) -> None:
    async def speak(socket: web.WebSocketResponse, _: web.Request) -> None:
        await (socket.send_str(message) if isinstance(message, str) else socket.send_bytes(message))
        await socket.receive()

    async with answering(speaking(speak, V5)) as server, client(server) as kube:
        assert isinstance(await failure(run(kube, "true")), MalformedReply)


async def test_a_slow_reader_holds_the_server_back() -> None:
    sent = 0
    message = b"\x01" + b"x" * 32 * 1024
    total = 3000

    async def flood(socket: web.WebSocketResponse, _: web.Request) -> None:
        nonlocal sent
        for _each in range(total):
            await socket.send_bytes(message)
            sent += 1
        await socket.send_bytes(SUCCESS)
        await socket.close()

    async with (
        answering(speaking(flood, V5)) as server,
        client(server) as kube,
        execute(kube, "ns", "web", ["yes"]) as process,
    ):
        output = process.output()
        await anext(output)
        before = -1
        while before != sent:  # the server stands still once every buffer on the way is full
            before = sent
            for _ in range(200):
                await asyncio.sleep(0)
        assert sent < total / 2
        tracemalloc.start()
        count = 1
        async for _frame in output:
            count += 1
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert count == total
    assert peak < 8 * 2**20


async def test_a_server_that_falls_silent_is_given_up_and_one_that_answers_pings_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("yurt_console.kube.connections.websocket._PONG_SECONDS", 0.1)
    pinged = asyncio.Event()

    async def silent(socket: web.WebSocketResponse, _: web.Request) -> None:
        async for message in socket:
            if message.type is WSMsgType.PING:
                pinged.set()

    async def alive(socket: web.WebSocketResponse, _: web.Request) -> None:
        for _each in range(6):
            assert (await socket.receive()).type is WSMsgType.PING
            await socket.pong()
        await succeed(socket, _)

    def pinging(server: str) -> Client:
        credentials = Credentials(server, client(server).credentials.source)
        return Client(credentials, transport=partial(Transport, ping_seconds=0.05))

    async with answering(speaking(silent, V5)) as server, pinging(server) as kube:
        assert "no answer in time" in str(await failure(run(kube, "true")))
    assert pinged.is_set()
    async with answering(speaking(alive, V5)) as server, pinging(server) as kube:
        assert (await run(kube, "true"))[1] == b"outerr"


async def test_the_servers_pings_are_answered() -> None:
    async def ping(socket: web.WebSocketResponse, request: web.Request) -> None:
        await socket.ping(b"are you there")
        answer = await socket.receive()
        assert (answer.type, bytes(answer.data)) == (WSMsgType.PONG, b"are you there")
        await succeed(socket, request)

    async with answering(speaking(ping, V5)) as server, client(server) as kube:
        assert (await run(kube, "true"))[0].exit_status == ExitStatus(0)


async def test_leaving_the_block_and_closing_the_client_end_the_connection() -> None:
    ended = asyncio.Event()

    async def wait(socket: web.WebSocketResponse, _: web.Request) -> None:
        async for _message in socket:
            pass
        ended.set()

    async with answering(speaking(wait, V5)) as server, client(server) as kube:
        async with execute(kube, "ns", "web", ["sh"]):
            pass
        async with asyncio.timeout(5):
            await ended.wait()
        async with execute(kube, "ns", "web", ["sh"]) as process:
            reading = asyncio.ensure_future(anext(process.output()))
            await asyncio.sleep(0)
            await kube.close()
            with pytest.raises(Unreachable):
                await reading
