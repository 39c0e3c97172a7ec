"""Whatever is sent, the answer is the right thing or a Status that names what is wrong."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.api.world import A, Browser, Reply, build, populate, serving

pytestmark = pytest.mark.asyncio(loop_scope="module")

JSON = {"Content-Type": "application/json"}
GOOD = {"email": "ada@example.com", "phone": "13800138000", "organization": "o"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with serving(await populate(await build())) as browser:
        yield browser


def _is_status(reply: Reply, code: int) -> None:
    body = reply.json
    assert reply.status == code == body["code"], reply
    assert (body["kind"], body["apiVersion"], body["status"]) == ("Status", "v1", "Failure")
    assert body["message"]
    assert body["reason"]
    assert "Traceback" not in reply.body.decode()
    assert reply.headers["content-type"] == "application/json"
    assert reply.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("limit", "-1"), ("limit", "0"), ("limit", "1001"), ("limit", "ten"), ("limit", "1e3"), ("limit", ""),
        ("limit", "٣"), ("limit", "9" * 5000), ("offset", "x"), ("offset", "-1"), ("offset", "99999999999"),
        ("sort", "nonsense"), ("sort", "--name"), ("sort", "-"), ("sort", "__class__"), ("labels", "(("),
        ("labels", "a in"), ("labels", "a=b=c"), ("namespace", "A B"), ("namespace", "../kube-system"),
        ("namespace", "a" * 64), ("q", "x" * 257), ("q", "a\0b"), ("status", "x" * 257), ("detail", "maybe"),
    ],
)  # fmt: skip
async def test_a_wrong_parameter_is_named_and_never_repeated(
    browser: Browser, field: str, value: str
) -> None:
    reply = await browser.send("GET", "/pods", who=A, query={field: value})

    _is_status(reply, 400)
    assert reply.causes == [field]
    assert value in ("", "-", "x", "-1", "0", "ten") or value not in reply.body.decode()


async def test_all_wrong_parameters_are_named_at_once(browser: Browser) -> None:
    reply = await browser.send(
        "GET", "/pods", who=A, limit=-1, offset="x", sort="y", labels="((", namespace="!"
    )

    _is_status(reply, 400)
    assert sorted(reply.causes) == ["labels", "limit", "namespace", "offset", "sort"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=1&limit=2", "limit"),
        ("token=a&token=b", "token"),
        ("q=%ff", "q"),
        ("q=%C3%28", "q"),
        ("%ff=1", None),
        ("x%0d%0ay=1&x%0d%0ay=1", ""),
    ],
)
async def test_a_parameter_twice_or_not_in_utf8_is_refused(
    browser: Browser, query: str, field: str | None
) -> None:
    reply = await _raw(browser, f"GET /pods?{query} HTTP/1.1\r\nHost: x\r\n\r\n".encode())

    _is_status(reply, 400)
    assert field is None or [field] == [cause.get("field", "") for cause in reply.json["details"]["causes"]]


async def test_an_address_of_a_megabyte_is_too_long(browser: Browser) -> None:
    for path, field in (
        (f"/pods?q={'x' * 1_000_000}", "query"),
        (f"/pods?{'a=1&' * 3000}", "query"),
        (f"/{'x' * 8200}", "path"),
    ):
        reply = await _raw(browser, f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        _is_status(reply, 414)
        assert [cause["field"] for cause in reply.json["details"]["causes"]] == [field]
    near = await browser.send("GET", "/pods", who=A, query={"unknown": "x" * 8000})
    assert near.status == 200


async def test_parameters_nobody_knows_are_ignored_as_the_api_server_does(browser: Browser) -> None:
    assert (await browser.send("GET", "/pods", who=A, _="1", watch="true")).status == 200


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("POST", "/pods", "GET, HEAD, OPTIONS"),
        ("DELETE", "/register", "OPTIONS, POST"),
        ("PUT", "/session", "DELETE, GET, HEAD, OPTIONS, POST"),
        ("PATCH", "/", "GET, HEAD, OPTIONS"),
    ],
)
async def test_a_wrong_method_is_told_the_right_ones(
    browser: Browser, method: str, path: str, allow: str
) -> None:
    reply = await browser.send(method, path)
    options = await browser.send("OPTIONS", path)

    _is_status(reply, 405)
    assert options.status == 204
    assert reply.headers["allow"] == options.headers["allow"] == allow


@pytest.mark.parametrize(
    "path", ["/nothing", "/pods/x", "/console/assets/app.js", "/%00", "/..%2f..%2fetc/passwd", "/Pods"]
)
async def test_an_address_there_is_not_is_404(browser: Browser, path: str) -> None:
    reply = await _raw(browser, f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())

    _is_status(reply, 404)


@pytest.mark.parametrize(
    "bytes_", [b"nonsense\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"GET /\xff\xfe HTTP/1.1\r\n\r\n"]
)
async def test_what_is_no_http_is_still_answered_with_a_status(browser: Browser, bytes_: bytes) -> None:
    reply = await _raw(browser, bytes_)

    assert reply.status == 400
    assert reply.json["kind"] == "Status"


@pytest.mark.parametrize(
    "endless",
    [
        [b"GET / HTTP/1.1\r\nX: ", b"x" * 4096],
        [b"GET / HTTP/1.1\r\n", b"X-Header: something\r\n" * 200],
        [b"GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", b"X-Trailer: something\r\n" * 200],
    ],
    ids=["one header", "many headers", "trailers"],
)
async def test_headers_without_an_end_are_cut_off(browser: Browser, endless: list[bytes]) -> None:
    host, _, port = browser.origin.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        writer.write(endless[0])
        async with asyncio.timeout(10):
            with contextlib.suppress(ConnectionError):
                for _ in range(1000):
                    writer.write(endless[1])
                    await writer.drain()
            with contextlib.suppress(ConnectionError):
                assert b" 431 " in await reader.read()
    finally:
        writer.close()
    assert (await browser.send("GET", "/healthz")).status == 200


@pytest.mark.parametrize(
    ("body", "headers", "code"),
    [
        (b"x" * 70_000, JSON, 413),
        (b"{", JSON, 400),
        (b"[]", JSON, 400),
        (b"null", JSON, 400),
        (b"", JSON, 400),
        (b"\xff", JSON, 400),
        (b"[" * 60_000, JSON, 400),
        (b'{"a":' * 10_000, JSON, 400),
        (json.dumps(GOOD).encode(), {"Content-Type": "text/plain"}, 415),
        (json.dumps(GOOD).encode(), {"Content-Type": "application/x-www-form-urlencoded"}, 415),
    ],
)
@pytest.mark.parametrize("path", ["/register", "/session"])
async def test_a_body_that_cannot_be_read_is_refused(
    browser: Browser, path: str, body: bytes, headers: dict[str, str], code: int
) -> None:
    _is_status(await browser.send("POST", path, data=body, headers=headers), code)


async def test_a_body_without_an_end_is_cut_off(browser: Browser) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b"x" * 4096

    url = browser.origin + "/register"
    async with browser.session.post(url, data=endless(), headers=JSON) as reply:
        assert reply.status == 413


@pytest.mark.parametrize("field", sorted(GOOD))
@pytest.mark.parametrize("value", [None, "", " ", 7, [], {}, True, "x" * 500, "a\0b"], ids=repr)
async def test_a_registration_names_each_wrong_field(browser: Browser, field: str, value: object) -> None:
    reply = await browser.send("POST", "/register", body={**GOOD, field: value})

    _is_status(reply, 400)
    assert reply.causes == [field]


async def test_a_registration_without_anything_names_all_three(browser: Browser) -> None:
    reply = await browser.send("POST", "/register", body={"namespace": "kube-system", "role": "admin"})

    _is_status(reply, 400)
    assert sorted(reply.causes) == sorted(GOOD)


async def test_logging_in_without_e_mail_or_token_names_what_is_missing(browser: Browser) -> None:
    _is_status(await browser.send("GET", "/login"), 400)
    assert (await browser.send("GET", "/login", email="x")).causes == ["token"]
    assert (await browser.send("POST", "/session", body={"email": 1, "token": ""})).causes == [
        "email",
        "token",
    ]


async def test_a_wrong_e_mail_and_a_wrong_token_are_the_same_refusal(browser: Browser) -> None:
    token = browser.world.tokens[A]
    wrong = token[:-1] + ("a" if token[-1] != "a" else "b")

    replies = [
        await browser.send("GET", "/login", email=email, token=given)
        for email, given in (("bob@example.com", token), (f"{A}@example.com", wrong), ("x", "y"))
    ]

    assert {reply.body for reply in replies} == {replies[0].body}
    _is_status(replies[0], 401)


async def test_writing_while_the_api_server_is_away_is_503_at_once(browser: Browser) -> None:
    async with asyncio.timeout(5):
        reply = await browser.send("POST", "/register", body=GOOD)

    _is_status(reply, 503)
    assert int(reply.headers["retry-after"]) > 0


async def test_a_mistake_of_ours_is_logged_once_and_told_only_by_its_id(
    browser: Browser, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(browser.world.console.cluster.inventory, "jobs", None)  # as a mistake would leave it
    with caplog.at_level(logging.INFO):
        reply = await browser.send("GET", "/clusterOverview", who=A)

    _is_status(reply, 500)
    [record] = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert record.exc_info
    identity = str(record.args[0]) if isinstance(record.args, tuple) else ""
    assert identity
    assert identity in reply.json["message"]


async def test_before_the_first_fill_everything_that_needs_it_is_503() -> None:
    world = await populate(await build())
    world.console.cluster.cache.ready.clear()
    async with serving(world) as browser:
        for method, path in (
            ("GET", "/pods"), ("GET", "/clusterOverview"), ("GET", "/login"), ("GET", "/session"),
            ("POST", "/register"), ("GET", "/changes"), ("GET", "/readyz"),
        ):  # fmt: skip
            reply = await browser.send(method, path, who=A, body=GOOD if method == "POST" else None)
            assert reply.status == 503, path
            assert int(reply.headers["retry-after"]) > 0
        assert (await browser.send("GET", "/readyz")).json["ready"] is False
        assert (await browser.send("GET", "/healthz")).body == b"ok"


async def _raw(browser: Browser, request: bytes) -> Reply:
    """Send these very bytes; one answer."""
    host, _, port = browser.origin.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        headers = {
            name.lower(): value.strip()
            for name, _, value in (line.partition(":") for line in lines[1:] if line)
        }
        body = await reader.readexactly(int(headers["content-length"]))
        return Reply(int(lines[0].split()[1]), body, headers)
    finally:
        writer.close()
