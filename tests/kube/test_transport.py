"""What happens on the way to an API server: refusals, silence, garbage, cut connections and strangers."""

from __future__ import annotations

import asyncio
import gzip
import socket
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest
from aiohttp import web

from apimachinery.resources import PODS, SECRETS
from tests.kube.fake_server import answering, speaking
from tests.kube.talking import TOKEN, always, client, failure, refusal
from tests.planes.plane import free_ports
from yurt_console.custom_resources import NODE_POOLS
from yurt_console.kube.client import Client
from yurt_console.kube.connections.round_tripper import RequestCounts
from yurt_console.kube.connections.transport import Transport
from yurt_console.kube.credentials import Credentials, TokenFile
from yurt_console.kube.errors import (
    ApiError,
    Forbidden,
    InternalError,
    MalformedReply,
    NotFound,
    ServiceUnavailable,
    TooManyRequests,
    Unauthorized,
    Unreachable,
)


async def test_too_many_requests_says_how_long_to_wait() -> None:
    answer = always(lambda: refusal(429, "slow down", **{"Retry-After": "7"}))
    async with answering(answer) as server, client(server) as kube:
        error = await failure(kube.list(PODS))
    assert isinstance(error, TooManyRequests)
    assert error.retry_after == 7


async def test_a_page_of_html_instead_of_a_status_is_not_repeated() -> None:
    page = always(
        lambda: web.Response(status=500, text="<h1>proxy with secrets</h1>", content_type="text/html")
    )
    async with answering(page) as server, client(server) as kube:
        error = await failure(kube.get(PODS, "web", "ns"))
    assert isinstance(error, InternalError)
    assert "secrets" not in str(error)


async def test_an_error_that_echoes_our_token_does_not_show_it() -> None:
    async def echo(request: web.Request) -> web.Response:
        return refusal(403, f"you sent {request.headers['Authorization']}")

    async with answering(echo) as server, client(server) as kube:
        error = await failure(kube.list(SECRETS))
    assert isinstance(error, Forbidden)
    assert "you sent Bearer [redacted]" in str(error)


@pytest.mark.parametrize(
    "body", ["<html>", "", "[]", "null", "5", '{"items":5,"metadata":{}}', '{"items":[]}']
)
async def test_a_reply_that_is_not_the_list_we_asked_for_is_malformed(body: str) -> None:
    answer = always(lambda: web.Response(text=body))
    async with answering(answer) as server, client(server) as kube:
        assert isinstance(await failure(kube.list(PODS)), MalformedReply)


async def test_a_redirect_is_not_followed_with_our_token() -> None:
    asked: list[str] = []

    async def elsewhere(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.Response(status=302, headers={"Location": "/elsewhere"})

    async with answering(elsewhere) as server, client(server) as kube:
        assert isinstance(await failure(kube.version()), ApiError)
    assert asked == ["/version"]


async def test_a_server_that_is_not_there_is_unreachable() -> None:
    async with client(f"http://127.0.0.1:{free_ports(1)}") as kube:
        assert "refused" in str(await failure(kube.list(PODS, label_selector="a=b"))).lower()


async def test_a_host_without_an_address_is_unreachable() -> None:
    async with client("https://no-such-host.invalid:6443") as kube:
        assert isinstance(await failure(kube.version()), Unreachable)


@pytest.mark.parametrize(
    "reply",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{",
        b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"ite',
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnope",
    ],
)
async def test_a_connection_that_is_cut_is_unreachable(reply: bytes) -> None:
    async with speaking(reply) as server, client(server) as kube:
        assert isinstance(await failure(kube.list(PODS)), Unreachable)


async def test_a_server_that_does_not_speak_http_gives_a_malformed_reply() -> None:
    async with speaking(b"SSH-2.0-" + TOKEN.encode() + b"\r\n\r\n") as server, client(server) as kube:
        assert isinstance(await failure(kube.version()), MalformedReply)


@pytest.mark.parametrize("begun", [b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"])
async def test_a_server_that_falls_silent_is_given_up_after_the_timeout(begun: bytes) -> None:
    stay = asyncio.Event()
    async with speaking(begun, stay=stay) as server, client(server, timeout=0.2) as kube:
        async with asyncio.timeout(5):
            error = await failure(kube.version())
        stay.set()
    assert "no answer in time" in str(error)


async def test_one_request_may_have_its_own_timeout() -> None:
    stay = asyncio.Event()
    async with speaking(b"HTTP/1.1 200 OK\r\n", stay=stay) as server, client(server, timeout=60) as kube:
        async with asyncio.timeout(5):
            await failure(kube.request("GET", "/readyz", timeout=0.2))
        stay.set()


async def test_a_rejected_token_is_replaced_and_the_request_repeated(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("old")
    seen: list[tuple[str, bytes]] = []

    async def handler(request: web.Request) -> web.Response:
        seen.append((request.headers["Authorization"], await request.read()))
        if seen[-1][0] == "Bearer old":
            file.write_text("new")
            return refusal(401, "Unauthorized")
        return web.json_response({"kind": "Pod"})

    async with answering(handler) as server, client(server, source=TokenFile(file)) as kube:
        await kube.create(PODS, {"metadata": {"name": "web"}}, "ns")
    assert [token for token, _ in seen] == ["Bearer old", "Bearer new"]
    assert seen[0][1] == seen[1][1] != b""


async def test_a_rejected_token_without_a_newer_one_is_unauthorized() -> None:
    asked: list[str] = []

    async def handler(request: web.Request) -> web.Response:
        asked.append(request.path)
        return refusal(401, "Unauthorized")

    async with answering(handler) as server, client(server) as kube:
        assert isinstance(await failure(kube.version()), Unauthorized)
    assert len(asked) == 1


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere 127.0.0.2 is no address of ours")
async def test_nothing_is_compressed_on_loopback_nor_ever_on_a_watch() -> None:
    accepted: list[str] = []

    async def handler(request: web.Request) -> web.Response:
        accepted.append(request.headers["Accept-Encoding"])
        return web.json_response({"items": [], "metadata": {}})

    async with answering(handler) as server, client(server) as kube:
        await kube.list(PODS)
    # As good as remote: only one address is known as loopback's.
    async with answering(handler, host="127.0.0.2") as server, client(server) as kube:
        await kube.list(PODS)
        async with kube.watch(PODS, resource_version="1", timeout_seconds=1):
            pass
    assert accepted == ["identity", "gzip", "identity"]


async def test_a_compressed_list_is_read() -> None:
    packed = gzip.compress(msgspec.json.encode({"items": [{"metadata": {"name": "a"}}], "metadata": {}}))
    headers = {"Content-Encoding": "gzip", "Content-Type": "application/json"}
    answer = always(lambda: web.Response(body=packed, headers=headers))
    async with answering(answer) as server, client(server) as kube:
        assert await kube.list(PODS) == [{"metadata": {"name": "a"}}]


@pytest.mark.skipif(sys.platform != "linux", reason="these options are Linux's")
async def test_connections_notice_a_peer_that_vanished(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[socket.socket] = []
    real = socket.socket

    class Recorded(real):  # type: ignore[valid-type, misc]
        def __init__(self, *args: object, **kwargs: object) -> None:
            super().__init__(*args, **kwargs)
            made.append(self)

    async with answering(always(lambda: web.json_response({}))) as server, client(server) as kube:
        monkeypatch.setattr("yurt_console.kube.connections.transport.socket.socket", Recorded)
        await kube.version()
        mine = made[0]
        assert mine.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
        idle, interval, count, user = (
            mine.getsockopt(socket.IPPROTO_TCP, option)
            for option in (
                socket.TCP_KEEPIDLE,
                socket.TCP_KEEPINTVL,
                socket.TCP_KEEPCNT,
                socket.TCP_USER_TIMEOUT,
            )
        )
    assert idle + interval * count <= 25
    assert user <= 20_000


async def test_requests_share_connections_and_identities_do_not() -> None:
    ports: list[tuple[str, int]] = []

    async def handler(request: web.Request) -> web.Response:
        assert request.transport is not None
        port = request.transport.get_extra_info("peername")[1]
        ports.append((request.headers.get("Impersonate-User", ""), port))
        return web.json_response({})

    async with answering(handler) as server, client(server) as kube, kube.impersonating("bob") as bob:
        for one in (kube, bob, kube, bob):
            await one.version()
    assert len(set(ports)) == 2
    assert len({port for _, port in ports}) == 2


async def test_connections_are_made_by_the_factory_that_is_given() -> None:
    made: list[tuple[tuple[str, str], ...]] = []

    def factory(
        credentials: Credentials, headers: Sequence[tuple[str, str]], counts: RequestCounts
    ) -> Transport:
        made.append(tuple(headers))
        return Transport(credentials, headers, counts)

    async with (
        answering(always(lambda: web.json_response({}))) as server,
        Client(Credentials(server), transport=factory) as kube,
        kube.impersonating("bob") as bob,
    ):
        await kube.version()
        await bob.version()
    assert made == [(), (("Impersonate-User", "bob"),)]
    assert kube.counts == {("GET", "200"): 2}


async def test_a_closed_client_opens_nothing_again() -> None:
    kube = client("http://127.0.0.1:1")
    await kube.close()
    with pytest.raises(RuntimeError, match="closed"):
        await kube.version()


async def test_a_kind_that_vanished_is_looked_for_again() -> None:
    versions = ["v1alpha1"]

    async def handler(request: web.Request) -> web.Response:
        parts = request.path.strip("/").split("/")
        if len(parts) == 2:
            return web.json_response({"versions": [{"version": name} for name in versions]})
        if parts[2] not in versions:
            return web.Response(status=404, text="404 page not found")
        if len(parts) == 3:
            return web.json_response({"resources": [{"name": "nodepools"}]})
        return web.json_response({"items": [], "metadata": {"resourceVersion": parts[2]}})

    async with answering(handler) as server, client(server) as kube:
        await kube.list(NODE_POOLS)
        versions[:] = ["v1beta2"]
        assert isinstance(await failure(kube.list(NODE_POOLS)), NotFound)
        assert await kube.served(NODE_POOLS) == "v1beta2"
        versions[:] = ["v1beta1"]
        with pytest.raises(NotFound):
            async with kube.watch(NODE_POOLS, resource_version="1", timeout_seconds=1):
                pass
        assert await kube.served(NODE_POOLS) == "v1beta1"


async def test_a_list_that_expires_half_way_is_asked_for_in_one_piece() -> None:
    async def handler(request: web.Request) -> web.Response:
        if "continue" in request.query:
            return refusal(410, "the provided continue parameter is too old")
        if "limit" in request.query:
            return web.json_response({"items": [{"a": 1}], "metadata": {"continue": "more"}})
        return web.json_response({"items": [{"a": 1}, {"a": 2}], "metadata": {}})

    async with answering(handler) as server, client(server) as kube:
        assert await kube.list(PODS) == [{"a": 1}, {"a": 2}]


async def test_unavailable_is_not_taken_for_unreachable() -> None:
    answer = always(lambda: refusal(503, "etcd is down", **{"Retry-After": "1"}))
    async with answering(answer) as server, client(server) as kube:
        error = await failure(kube.version())
    assert isinstance(error, ServiceUnavailable)
    assert error.retry_after == 1
