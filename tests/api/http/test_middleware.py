"""What holds for every answer: security headers, logs without secrets, proxies, HEAD, compression."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import json
import logging
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from starlette.types import Receive, Scope

from tests.api.world import ADMIN, A, Browser, build, populate, serving
from yurt_console.api.http.middleware import Middleware, trusted_networks
from yurt_console.api.http.responses import Response
from yurt_console.api.routes import ROUTES
from yurt_console.settings import SettingError

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with serving(await populate(await build())) as browser:
        yield browser


async def test_every_answer_carries_the_security_headers(browser: Browser) -> None:
    answers = [
        await browser.send(route.method, route.path, body={} if route.method == "POST" else None)
        for route in ROUTES
    ]
    answers += [
        await browser.send("GET", "/nothing"),
        await browser.send("POST", "/pods"),
        await browser.send("GET", "/pods", who=A, q="x" * 9000),
        await browser.send("GET", "/pods", who=A),
    ]

    for answer in answers:
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert "server" not in answer.headers


async def test_pages_are_revalidated_and_secrets_are_stored_nowhere(browser: Browser) -> None:
    page = await browser.send("GET", "/pods", who=A)
    login = await browser.send("GET", "/login", who=A, email=f"{A}@example.com")
    session = await browser.send("GET", "/session", who=A)

    assert page.headers["cache-control"] == "private, no-cache"
    assert (login.status, session.status) == (200, 200)
    assert login.headers["cache-control"] == session.headers["cache-control"] == "no-store"


async def test_a_log_line_names_the_account_and_never_a_query_or_a_header(
    browser: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    token = browser.world.tokens[A]
    with caplog.at_level(logging.DEBUG):
        await browser.send("GET", "/pods", who=A, q="secret-q")
        await browser.send(
            "GET", "/pods", headers={"Authorization": f"Bearer {token}", "X-Mine": "secret-header"}
        )
        await browser.send("GET", "/login", email="secret@example.com", token=token)
        await browser.send("GET", "/pods", who="secret-token")
        await browser.send("POST", "/session", body={"email": "secret@example.com", "token": token})
        await browser.send("GET", "/%0aforged%20line")

    ours = [line for line in caplog.messages if "/" in line]
    assert any(line.startswith("GET /pods 200 ") and line.endswith(A) for line in ours)
    assert any(line.startswith("POST /session 401 ") and line.endswith("-") for line in ours)
    text = caplog.text
    assert token not in text
    assert "secret" not in text
    assert "\nforged" not in text


async def test_head_answers_like_get_without_a_body(browser: Browser) -> None:
    head = await browser.send("HEAD", "/pods", who=A)
    get = await browser.send("GET", "/pods", who=A)

    assert (head.status, head.body) == (200, b"")
    assert head.headers["etag"] == get.headers["etag"]


async def test_head_of_a_stream_ends_and_leaves_the_connection_usable(browser: Browser) -> None:
    token = browser.world.tokens[A]
    host, _, port = browser.origin.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        writer.write(f"HEAD /changes?token={token} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        async with asyncio.timeout(5):
            head = await reader.readuntil(b"\r\n\r\n")
            writer.write(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            next_ = await reader.readuntil(b"\r\n\r\n")
    finally:
        writer.close()

    assert b"text/event-stream" in head
    assert next_.startswith(b"HTTP/1.1 200 OK")


async def test_large_answers_are_compressed_for_those_who_ask(browser: Browser) -> None:
    async def answer(accepts: str) -> tuple[str, bytes]:
        headers = {"Accept-Encoding": accepts}
        async with browser.session.get(
            browser.origin + "/schema", headers=headers, auto_decompress=False
        ) as reply:  # fmt: skip
            assert reply.headers["Vary"] == "Accept-Encoding"
            return reply.headers.get("Content-Encoding", ""), await reply.read()

    plain = await answer("identity")
    packed = await answer("br, gzip;q=0.8")

    assert plain[0] == (await answer("gzip;q=0"))[0] == ""
    assert packed[0] == "gzip"
    assert gzip.decompress(packed[1]) == plain[1]
    assert len(packed[1]) < len(plain[1]) / 5
    small = await browser.send("GET", "/version", headers={"Accept-Encoding": "gzip"})
    assert "content-encoding" not in small.headers


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        ("", "203.0.113.9", "127.0.0.1"),
        ("10.0.0.0/8", "203.0.113.9", "127.0.0.1"),
        ("127.0.0.0/8", "203.0.113.9", "203.0.113.9"),
        ("127.0.0.0/8", "198.51.100.1, 203.0.113.9", "203.0.113.9"),
        ("127.0.0.0/8,203.0.113.0/24", "198.51.100.1, 203.0.113.9", "198.51.100.1"),
        ("127.0.0.0/8", "nonsense", "nonsense"),
        ("127.0.0.0/8", "", ""),
    ],
)
async def test_only_a_trusted_proxy_may_say_whose_request_it_is(
    proxies: str, forwarded: str, address: str
) -> None:
    """Seen from outside by who runs into the limit of registrations."""
    world = await populate(await build(trusted_proxies=proxies, registrations_per_address=1))
    body = {"email": "ada@example.com", "phone": "13800138000", "organization": "o"}
    async with serving(world) as browser:
        sent = {"X-Forwarded-For": forwarded} if forwarded else {}
        first = await browser.send("POST", "/register", body=body, headers=sent)
        again = await browser.send("POST", "/register", body=body, headers=sent)
        direct = await browser.send("POST", "/register", body=body)

    assert first.status == 503  # let through to the API server that is not there
    assert (again.status, int(again.headers["retry-after"]) > 0) == (429, True)
    assert direct.status == (429 if address in ("127.0.0.1", "") else 503)


async def test_what_claims_to_be_somebody_reaches_no_address_even_one_that_hands_headers_on() -> None:
    """Not even a handler that forwards all that it gets could make Kubernetes believe a stranger."""
    arrived: list[str] = []

    async def forward(scope: Scope, _receive: Receive) -> Response:
        arrived.extend(name.decode() for name, _ in scope["headers"])
        return Response.of(200, {})

    claims = [b"impersonate-user", b"impersonate-group", b"impersonate-uid", b"impersonate-extra-account"]
    claims += [b"x-remote-user", b"x-remote-group", b"x-remote-extra-scopes", b"x-forwarded-user"]
    headers = [(b"host", b"x"), *((claim, b"system:masters") for claim in claims), (b"accept", b"*/*")]
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/",
        "raw_path": b"/",
        "query_string": b"",
        "headers": headers,
        "client": ("127.0.0.1", 1),
        "scheme": "http",
    }

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(_message: Any) -> None:
        pass

    for trusted in ("", "127.0.0.0/8"):  # a trusted proxy may say where a request is from, not whose it is
        arrived.clear()
        await Middleware(forward, trusted)(dict(scope), receive, send)
        assert sorted(arrived) == ["accept", "host"]


async def test_a_trusted_proxys_https_makes_the_cookie_secure() -> None:
    for proxies, secure in (("127.0.0.1/32", True), ("", False)):
        world = await populate(await build(trusted_proxies=proxies))
        async with serving(world) as browser:
            body = {"email": f"{A}@example.com", "token": world.tokens[A]}
            reply = await browser.send("POST", "/session", body=body, headers={"X-Forwarded-Proto": "https"})
        cookie = reply.headers["set-cookie"]
        assert cookie.startswith("__Host-yurt-console=") is secure
        assert ("Secure" in cookie) is secure


async def test_proxies_that_are_no_networks_are_refused_by_the_settings_name() -> None:
    with pytest.raises(SettingError, match="trusted_proxies"):
        trusted_networks("10.0.0.0/8, nonsense")


async def test_readiness_tells_which_kinds_are_stale_and_stays_ready() -> None:
    world = await populate(await build())
    freshness = world.console.cluster.cache._reflectors["pods"].freshness
    freshness.stale(1_700_000_000.0, "no answer")
    async with serving(world) as browser:
        ready = await browser.send("GET", "/readyz")
        pods = await browser.get("/pods", ADMIN)
        services = await browser.get("/services", ADMIN)
        nodes = await browser.get("/nodes", ADMIN)
        overview = await browser.get("/clusterOverview", ADMIN)
        freshness.live()
        after = await browser.get("/pods", ADMIN)

    since = "2023-11-14T22:13:20Z"
    assert ready.status == 200
    assert ready.json["stale"] == [{"kind": "pods", "since": since, "reason": "no answer"}]
    assert (pods["staleSince"], services["staleSince"], after["staleSince"]) == (since, None, None)
    assert nodes["staleSince"] == overview["staleSince"] == since  # they show sums of pods


async def test_a_kind_the_cluster_does_not_serve_is_empty_and_says_so() -> None:
    world = await build()
    world.account(ADMIN, role="admin", tenant_namespace="")
    world.console.cluster.cache._reflectors["nodepools"].freshness.absent("the server could not find it")
    async with serving(world) as browser:
        pools = await browser.get("/nodepools", ADMIN)
        ready = await browser.send("GET", "/readyz")

    assert (pools["items"], pools["total"], pools["staleSince"]) == ([], 0, None)
    assert "OpenYurt" in pools["hint"]
    assert json.loads(ready.body)["absent"] == ["nodepools"]


async def test_a_body_that_goes_on_long_after_its_answer_ends_the_connection(browser: Browser) -> None:
    host, port = browser.origin.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        writer.write(b"POST /healthz HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 405")
        async with asyncio.timeout(10):
            with contextlib.suppress(ConnectionError):
                while not reader.at_eof():
                    writer.write(b"1\r\na\r\n" * 100)
                    await writer.drain()
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(reader.read(1000), 0.001)
    finally:
        writer.transport.abort()
