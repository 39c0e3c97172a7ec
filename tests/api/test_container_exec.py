"""Commands in containers by WebSocket: who may, what passes, and how each end is said."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncIterator, Mapping
from typing import Any

import aiohttp
import pytest
from aiohttp import WSMsgType, web
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from tests.api.test_streams import login
from tests.api.world import ADMIN, EXPIRED, A, B, Browser, build, populate, serving
from tests.cache.copying import eventually
from tests.kube.fake_server import answering
from tests.kube.streaming.exec_server import SUCCESS, Speak, speaking
from tests.kube.talking import refusal
from yurt_console.api.http import streams, websocket_protocol
from yurt_console.api.http.websocket_protocol import PARSED_AT_ONCE
from yurt_console.kube.streaming.channels import V4, V5

POD = f"/pods/{A}/web-aaaa/exec"
FAILURE = (
    b'\x03{"metadata":{},"status":"Failure","message":"m","reason":"NonZeroExitCode",'
    b'"details":{"causes":[{"reason":"ExitCode","message":"137"}]}}'
)


async def echo(socket: web.WebSocketResponse, _: web.Request) -> None:
    """Send back what comes, each message as output."""
    async for message in socket:
        if message.type is not WSMsgType.BINARY:
            continue
        if message.data == b"\x00quit" or message.data[:1] == b"\xff":
            break
        await socket.send_bytes(b"\x01" + message.data)
    await socket.send_bytes(SUCCESS)
    await socket.close()


def prompt(gone: asyncio.Event) -> Speak:
    """A shell that waits at its prompt; ``gone`` is set when its stdin ends."""

    async def wait(socket: web.WebSocketResponse, _: web.Request) -> None:
        await socket.send_bytes(b"\x01$ ")
        async for _message in socket:
            pass
        gone.set()

    return wait


@contextlib.asynccontextmanager
async def console(
    speak: Speak = echo, protocol: str = V5, requests: list[web.Request] | None = None, **settings: Any
) -> AsyncIterator[Browser]:
    """A console on an API server that runs commands as ``speak`` does."""
    async with answering(speaking(speak, protocol, requests=requests)) as server:
        world = await populate(await build(api_server=server, **settings))
        async with serving(world) as browser:
            yield browser


@contextlib.asynccontextmanager
async def terminal(
    browser: Browser,
    who: str = A,
    path: str = POD,
    *,
    headers: Mapping[str, str] | None = None,
    protocols: tuple[str, ...] = (V5,),
    **query: str,
) -> AsyncIterator[aiohttp.ClientWebSocketResponse[bool]]:
    params = {**({"token": browser.world.tokens[who]} if who else {}), **query}
    async with browser.session.ws_connect(
        browser.origin + path, params=params, headers=headers, protocols=protocols, max_msg_size=2**22
    ) as socket:
        yield socket


async def ended(socket: aiohttp.ClientWebSocketResponse[bool]) -> tuple[int, str, dict[str, Any]]:
    """The close code, its words, and the Status that came before."""
    status: dict[str, Any] = {}
    async with asyncio.timeout(5):
        while True:
            message = await socket.receive()
            if message.type is WSMsgType.BINARY:
                if message.data[:1] == b"\x03":
                    status = json.loads(message.data[1:])
                continue
            assert message.type is WSMsgType.CLOSE, message
            return message.data, message.extra or "", status


async def refused(browser: Browser, who: str = A, path: str = POD, **how: Any) -> int:
    """The HTTP status of a handshake that is refused."""
    with pytest.raises(aiohttp.WSServerHandshakeError) as raised:
        async with terminal(browser, who, path, **how):
            pass
    return raised.value.status


@pytest.mark.parametrize("protocol", [V5, V4])
async def test_a_tenant_runs_a_command_as_themselves(protocol: str) -> None:
    requests: list[web.Request] = []
    async with console(protocol=protocol, requests=requests) as browser:
        command = json.dumps(["sh", "-c", "echo ä"])
        async with terminal(browser, command=command, container="main", tty="false") as socket:
            assert socket.protocol == V5
            await socket.send_bytes(b"\x00hello")
            assert await socket.receive_bytes() == b"\x01\x00hello"
            await socket.send_bytes(b'\x04{"Width":80,"Height":24}')
            assert await socket.receive_bytes() == b'\x01\x04{"Width":80,"Height":24}'
            await socket.send_bytes(b"\x00quit")
            assert await ended(socket) == (
                1000,
                "exit code 0: success",
                {**(await _status_body("Success", 200))},
            )
        assert len(browser.world.console.streams) == 0
    [request] = requests
    assert request.path == f"/api/v1/namespaces/{A}/pods/web-aaaa/exec"
    assert request.query.getall("command") == ["sh", "-c", "echo ä"]
    assert (request.query["container"], request.query["stdin"]) == ("main", "true")
    assert "tty" not in request.query
    assert request.headers["Impersonate-User"] == f"system:serviceaccount:{A}:tenant"


async def _status_body(status: str, code: int) -> dict[str, Any]:
    empty = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "message": "", "reason": "", "details": {}}
    return {**empty, "status": status, "code": code}


async def test_an_exit_code_is_said_in_words_and_as_a_status() -> None:
    async def fail(socket: web.WebSocketResponse, _: web.Request) -> None:
        await socket.send_bytes(FAILURE)
        await socket.close()

    async with console(fail) as browser, terminal(browser) as socket:
        code, words, status = await ended(socket)
    assert (code, words) == (1000, "exit code 137: killed (SIGKILL), often for lack of memory")
    assert status["reason"] == "NonZeroExitCode"
    assert status["details"]["causes"] == [{"reason": "ExitCode", "message": "137"}]


async def test_the_shell_has_a_terminal_when_nothing_is_said() -> None:
    requests: list[web.Request] = []
    async with console(requests=requests) as browser, terminal(browser) as socket:
        await socket.send_bytes(b"\xff\x00")
        assert (await ended(socket))[0] == 1000
    assert requests[0].query.getall("command") == ["sh"]
    assert requests[0].query["tty"] == "true"
    assert "stderr" not in requests[0].query


@pytest.mark.parametrize(
    ("who", "path", "status"),
    [
        ("", POD, 401),
        (B, POD, 403),
        (EXPIRED, POD, 403),
        (A, f"/pods/{B}/web-bbbb/exec", 403),
        (A, "/pods/kube-system/coredns-1/exec", 403),
        (A, f"/pods/{A}/..%2Fx/exec", 404),
        (A, f"/pods/{A}/WEB/exec", 400),
    ],
)
async def test_a_handshake_is_refused_as_a_request_is(who: str, path: str, status: int) -> None:
    requests: list[web.Request] = []
    async with console(requests=requests) as browser:
        assert await refused(browser, who, path) == status
        plain = await browser.send("GET", path, who=who)
        assert plain.status == status
        assert plain.json["kind"] == "Status"
    assert requests == []


async def test_a_refused_handshake_is_a_status_with_our_headers() -> None:
    async with console() as browser:
        headers = {
            "Connection": "Upgrade",
            "Upgrade": "websocket",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        }
        reply = await browser.send("GET", POD, headers=headers)
        plain = await browser.send("GET", POD, who=A)
    assert (reply.status, reply.json["reason"]) == (401, "Unauthorized")
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert "server" not in reply.headers
    assert (plain.status, plain.headers["upgrade"]) == (426, "websocket")


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "", None])
async def test_a_foreign_page_opens_nothing_with_a_cookie(origin: str | None) -> None:
    """Browsers send cookies with any page's WebSocket handshake, and ask nobody first."""
    requests: list[web.Request] = []
    async with console(requests=requests) as browser:
        headers = await login(browser, A)
        if origin is not None:
            headers["Origin"] = origin
        assert await refused(browser, "", headers=headers) == 403
        headers["Origin"] = browser.origin
        async with terminal(browser, "", headers=headers) as socket:
            await socket.send_bytes(b"\x00quit")
            assert (await ended(socket))[0] == 1000
    assert len(requests) == 1


async def test_a_token_from_a_foreign_page_opens_nothing() -> None:
    async with console() as browser:
        assert await refused(browser, headers={"Origin": "https://evil.example"}) == 403


@pytest.mark.parametrize(
    "query",
    [
        {"command": ""},
        {"command": "sh"},
        {"command": "[]"},
        {"command": '[""]'},
        {"command": "[1]"},
        {"command": '["a\\u0000"]'},
        {"command": json.dumps(["x"] * 65)},
        {"command": json.dumps(["x" * 2048])},
        {"container": "../x"},
        {"container": "a&command=b"},
        {"tty": "maybe"},
    ],
    ids=str,
)
async def test_parameters_that_make_no_sense_are_refused_before_the_handshake(query: dict[str, str]) -> None:
    async with console() as browser:
        assert await refused(browser, **query) == 400
        reply = await browser.send("GET", POD, who=A, query=query)
    assert reply.status == 400
    assert reply.causes == [*query]


async def test_without_our_subprotocol_nothing_is_opened() -> None:
    async with console() as browser:
        assert await refused(browser, protocols=("chat",)) == 400
        assert await refused(browser, protocols=()) == 400


@pytest.mark.parametrize(
    ("code", "expected"), [(403, 4403), (404, 4404), (400, 4400), (429, 4429), (500, 4500), (503, 4503)]
)
async def test_what_the_api_server_refuses_closes_with_its_code_and_words(code: int, expected: int) -> None:
    async def refuse(_: web.Request) -> web.Response:
        return refusal(code, "theirs, " + "ä" * 200)

    async with answering(refuse) as server:
        world = await populate(await build(api_server=server))
        async with serving(world) as browser, terminal(browser) as socket:
            closed, words, status = await ended(socket)
    assert closed == expected
    assert words.startswith("theirs, ää")
    assert 121 <= len(words.encode()) <= 123
    assert status["message"] == "theirs, " + "ä" * 200


async def test_an_api_server_that_is_away_closes_in_words() -> None:
    world = await populate(await build())
    async with serving(world) as browser, terminal(browser) as socket:
        code, words, _ = await ended(socket)
    assert code == 4503
    assert "cannot be reached" in words


async def test_a_connection_that_is_lost_in_the_middle_closes_in_words() -> None:
    async def drop(socket: web.WebSocketResponse, request: web.Request) -> None:
        await socket.send_bytes(b"\x01out")
        assert request.transport is not None
        request.transport.abort()

    async with console(drop) as browser, terminal(browser) as socket:
        assert await socket.receive_bytes() == b"\x01out"
        assert (await ended(socket))[0] == 4503


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"\x01x",
        b"\x03{}",
        b"\x09",
        b"\xff\x01",
        b"\xff",
        b"\x04{}",
        b'\x04{"Width":0,"Height":1}',
        "text",
    ],
)
async def test_a_message_that_makes_no_sense_closes_with_words(message: bytes | str) -> None:
    async with console() as browser, terminal(browser) as socket:
        await (socket.send_str(message) if isinstance(message, str) else socket.send_bytes(message))
        code, words, _ = await ended(socket)
    assert code == 4400
    assert words


async def test_the_end_of_stdin_is_refused_in_words_where_the_cluster_cannot() -> None:
    async with console(protocol=V4) as browser, terminal(browser) as socket:
        await socket.send_bytes(b"\xff\x00")
        code, words, _ = await ended(socket)
    assert code == 4400
    assert "Kubernetes 1.30" in words


async def test_a_message_that_is_too_long_closes() -> None:
    async with console() as browser, terminal(browser) as socket:
        await socket.send_bytes(b"\x00" + b"x" * 65535)
        assert len(await socket.receive_bytes()) > 2**15
        await socket.send_bytes(b"\x00" + b"x" * 65536)
        assert (await ended(socket))[0] == 1009


async def test_logging_out_ends_the_terminals_of_that_session_and_of_no_other() -> None:
    async with console() as browser:
        browser.world.clock[0] -= 1
        first = {**await login(browser, A), "Origin": browser.origin}
        browser.world.clock[0] += 1  # a session of its own: its end differs
        second = {**await login(browser, A), "Origin": browser.origin}
        async with (
            terminal(browser, "", headers=first) as ending,
            terminal(browser, "", headers=second) as staying,
        ):
            assert (await browser.send("DELETE", "/session", headers=first)).status == 204
            assert (await ended(ending))[:2] == (4401, "the session has ended")
            await staying.send_bytes(b"\x00on")
            assert await staying.receive_bytes() == b"\x01\x00on"


@pytest.mark.parametrize(
    ("change", "code"),
    [({"token_generation": 7}, 4401), ({"suspended": True}, 4403), ({"deleting": True}, 4401)],
)
async def test_a_terminal_ends_with_its_account_and_so_does_the_command(
    change: dict[str, object], code: int
) -> None:
    gone = asyncio.Event()
    async with console(prompt(gone), change_interval=0.0) as browser:
        headers = {**await login(browser, A), "Origin": browser.origin}
        async with terminal(browser, "", headers=headers) as socket:
            assert await socket.receive_bytes() == b"\x01$ "
            browser.world.change(A, **change)
            assert (await ended(socket))[0] == code
            async with asyncio.timeout(5):
                await gone.wait()
        assert len(browser.world.console.streams) == 0


async def test_an_expired_session_ends_its_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("yurt_console.api.container_exec.CHECK_SECONDS", 0.1)
    assert streams.CHECK_SECONDS == 30
    async with console() as browser:
        headers = {**await login(browser, A), "Origin": browser.origin}
        async with terminal(browser, "", headers=headers) as socket:
            browser.world.clock[0] += 30 * 86400
            assert (await ended(socket))[0] in (4401, 4403)


async def test_terminals_and_streams_are_bounded_together() -> None:
    async with console(streams_per_account=1) as browser:
        async with terminal(browser) as socket:
            assert await refused(browser) == 429
            assert (await browser.send("GET", "/changes", who=A)).status == 429
            assert browser.world.console.streams.by_route() == {"exec_in_container": 1}
            await socket.send_bytes(b"\x00quit")
            await ended(socket)
        async with terminal(browser):
            pass


async def test_a_browser_that_leaves_ends_the_command() -> None:
    gone = asyncio.Event()
    async with console(prompt(gone)) as browser:
        async with terminal(browser) as socket:
            assert await socket.receive_bytes() == b"\x01$ "
        async with asyncio.timeout(5):
            await gone.wait()
            while len(browser.world.console.streams):  # noqa: ASYNC110 - the server notices in its own time
                await asyncio.sleep(0.01)


async def test_a_browser_that_does_not_read_holds_the_container_back() -> None:
    sent = 0
    total = 3000

    async def flood(socket: web.WebSocketResponse, _: web.Request) -> None:
        nonlocal sent
        for _each in range(total):
            await socket.send_bytes(b"\x01" + b"x" * 32768)
            sent += 1
        await socket.send_bytes(SUCCESS)
        await socket.close()

    async with console(flood) as browser, terminal(browser) as socket:
        received = len(await socket.receive_bytes()) - 1
        before = -1
        while before != sent:  # it stands still once every buffer on the way is full
            before = sent
            await asyncio.sleep(0.05)
        assert sent < total / 2
        while (message := await socket.receive()).type is WSMsgType.BINARY:
            received += (len(message.data) - 1) * (message.data[0] == 1)
    assert received == total * 32768


async def test_stopping_the_console_ends_terminals_at_once() -> None:
    async with console() as browser, terminal(browser) as socket:
        browser.server.should_exit = True
        assert (await ended(socket))[0] in (1001, 1012)


async def test_logs_name_the_account_and_never_a_token(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with console() as browser:
        async with terminal(browser) as socket:
            await socket.send_bytes(b"\x00quit")
            await ended(socket)
        await refused(browser, path=f"/pods/{B}/x/exec")
        token = browser.world.tokens[A]
    assert f"GET {POD} 101" in caplog.text
    assert A in caplog.text
    ours = [record for record in caplog.records if not record.name.startswith(("aiohttp", "asyncio"))]
    assert not [record for record in ours if token in record.getMessage()]
    assert not [record for record in ours if record.levelno >= logging.WARNING]


async def test_an_administrator_is_asked_for_by_their_own_name() -> None:
    requests: list[web.Request] = []
    async with console(requests=requests) as browser, terminal(browser, ADMIN) as socket:
        await socket.send_bytes(b"\x00quit")
        await ended(socket)
    assert requests[0].headers["Impersonate-User"].endswith(":yurt-console-admin")
    assert requests[0].headers["Impersonate-Extra-account.openyurt.io"] == ADMIN


@pytest.mark.parametrize("resource", ["users", "serviceaccounts"])
async def test_a_refused_impersonation_is_the_consoles_own_fault(
    resource: str, caplog: pytest.LogCaptureFixture
) -> None:
    async def refuse(_: web.Request) -> web.Response:
        details = {"group": "", "kind": resource}
        body = {"kind": "Status", "code": 403, "reason": "Forbidden", "message": "theirs", "details": details}
        return web.json_response(body, status=403)

    async with answering(refuse) as server:
        world = await populate(await build(api_server=server))
        async with serving(world) as browser, terminal(browser) as socket:
            code, words, status = await ended(socket)
    assert code == 4500
    assert "theirs" not in words + json.dumps(status)
    assert "refused the console itself" in caplog.text


HANDSHAKE = (
    "{method} {target} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Version: {version}\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{more}\r\n"
)


@contextlib.asynccontextmanager
async def handshake(
    browser: Browser, target: str, *, method: str = "GET", version: int = 13, more: str = ""
) -> AsyncIterator[tuple[bytes, asyncio.StreamReader, asyncio.StreamWriter]]:
    """The head that answers a handshake as it stands, and the connection."""
    host, port = browser.origin.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        sent = HANDSHAKE.format(method=method, target=target, version=version, more=more)
        writer.write(sent.encode())
        async with asyncio.timeout(5):
            head = await reader.readuntil(b"\r\n\r\n")
        yield head, reader, writer
    finally:
        writer.transport.abort()


@pytest.mark.parametrize(
    ("target", "how", "line"),
    [
        ("/pods", {}, b"HTTP/1.1 200 OK"),
        (f"http://evil.example{POD}", {}, b"HTTP/1.1 426 "),
        (f"/{POD}", {}, b"HTTP/1.1 400 Bad Request"),
        (POD, {"method": "POST"}, b"HTTP/1.1 405 Method Not Allowed"),
        (POD, {"more": f"X: {'x' * 5000}\r\n"}, b"HTTP/1.1 426 "),
        (POD, {"more": "X: x\r\n" * 120}, b"HTTP/1.1 426 "),
        (POD, {"more": "Content-Length: 5\r\n"}, b"HTTP/1.1 426 "),
        (POD, {"more": "Transfer-Encoding: chunked\r\n"}, b"HTTP/1.1 426 "),
        (POD, {"version": 12}, b"HTTP/1.1 400 Bad Request"),
        ("/no/such", {}, b"HTTP/1.1 404 Not Found"),
    ],
    ids=str,
)
async def test_odd_handshakes_are_answered_and_leave_nothing_open(
    target: str, how: dict[str, Any], line: bytes
) -> None:
    requests: list[web.Request] = []
    async with console(requests=requests) as browser:
        mark = "&" if "?" in target else "?"
        token = browser.world.tokens[A]
        async with handshake(browser, f"{target}{mark}token={token}", **how) as (answer, _, _):
            pass
        assert answer.startswith(line.strip()), answer
        assert (b"x-content-type-options: nosniff" in answer) == (
            "version" not in how
        )  # that one is uvicorn's
        assert len(browser.world.console.streams) == 0
    assert requests == []


@contextlib.asynccontextmanager
async def connection(browser: Browser) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """An open WebSocket without a client's manners: what is written are frames as they stand."""
    target, more = f"{POD}?token={browser.world.tokens[A]}", f"Sec-WebSocket-Protocol: {V5}\r\n"
    async with handshake(browser, target, more=more) as (head, reader, writer):
        assert head.startswith(b"HTTP/1.1 101")
        yield reader, writer


MASK = b"\x80\0\0\0\0"
PING, PONG, FRAGMENT = b"\x89" + MASK, b"\x8a" + MASK, b"\x00" + MASK


@pytest.mark.parametrize("frame", [PING, PONG, FRAGMENT], ids=["ping", "pong", "fragment"])
async def test_a_flood_of_frames_without_a_message_closes_its_connection(frame: bytes) -> None:
    async with console() as browser, connection(browser) as (reader, writer):
        writer.write(b"\x02" + MASK + frame * 5000)
        async with asyncio.timeout(10):
            answer = await reader.read()
        assert b"\x03\xf0too many frames that bring no message" in answer
        await eventually(lambda: len(browser.world.console.streams) == 0)


async def test_others_are_served_between_the_frames_of_one_read(monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: list[int] = []
    parse = WebSocketsSansIOProtocol.data_received

    def spy(self: WebSocketsSansIOProtocol, data: bytes) -> None:
        parsed.append(len(data))
        parse(self, data)

    monkeypatch.setattr(WebSocketsSansIOProtocol, "data_received", spy)
    async with console() as browser, connection(browser) as (reader, writer):
        writer.write((b"\x82\x86\0\0\0\0" + b"\0hello") * 3000)
        async with asyncio.timeout(10):
            for _ in range(3000):  # nothing is lost between two parts
                assert await reader.readexactly(9) == b"\x82\x07\x01\0hello"
    assert max(parsed) <= PARSED_AT_ONCE


async def test_a_peer_that_reads_nothing_is_aborted_when_its_session_ends(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def flood(socket: web.WebSocketResponse, _: web.Request) -> None:
        with contextlib.suppress(ConnectionError):
            while True:
                await socket.send_bytes(b"\x01" + b"x" * 2**15)

    monkeypatch.setattr(websocket_protocol, "ABORT_SECONDS", 0.05)
    async with console(flood) as browser, connection(browser):
        connections = browser.server.server_state.connections
        await asyncio.sleep(0.2)  # until both kernels' buffers are full
        assert any(isinstance(each, websocket_protocol.WebSocketProtocol) for each in connections)
        browser.world.change(A, suspended=True)
        await eventually(
            lambda: not any(isinstance(each, websocket_protocol.WebSocketProtocol) for each in connections)
        )
