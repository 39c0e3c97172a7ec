"""The webhook's application: what it reads, what it refuses to read, what it contains when it cannot know."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest
from aiohttp import web

from tests.kube.fake_server import answering
from tests.tenancy.admission.asking import TENANT, pod
from yurt_console.kube.client import Client
from yurt_console.kube.credentials import Credentials
from yurt_console.operator.webhook import app
from yurt_console.operator.webhook.app import Application
from yurt_console.operator.webhook.registration import configurations, contains, parse_address
from yurt_console.tenancy import naming

CONSOLE = "system:serviceaccount:yurt-console:yurt-console"


@pytest.fixture
async def application() -> AsyncIterator[Application]:
    """The webhook before an API server that is in trouble."""

    async def trouble(_: web.Request) -> web.Response:
        return web.Response(status=500)

    async with answering(trouble) as address, Client(Credentials(address)) as client:
        yield Application(client, CONSOLE)


async def call(
    application: Application, body: bytes, path: str = "/mutate", method: str = "POST"
) -> tuple[int, bytes]:
    sent: list[dict[str, Any]] = []
    parts = [body[start : start + 65536] for start in range(0, len(body), 65536)] or [b""]

    async def receive() -> dict[str, Any]:
        part = parts.pop(0)
        return {"type": "http.request", "body": part, "more_body": bool(parts)}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await application({"type": "http", "method": method, "path": path}, receive, send)
    return sent[0]["status"], sent[1]["body"]


def question(found: Any) -> bytes:
    request = {
        "uid": "u",
        "kind": {"group": "", "version": "v1", "kind": "Pod"},
        "resource": {"group": "", "version": "v1", "resource": "pods"},
        "namespace": TENANT,
        "operation": "CREATE",
        "userInfo": {"username": "ann"},
        "object": found,
    }
    return msgspec.json.encode(
        {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": request}
    )


async def asked(application: Application, found: Any, path: str = "/mutate") -> dict[str, Any]:
    status, body = await call(application, question(found), path)
    assert status == 200
    response: dict[str, Any] = msgspec.json.decode(body)["response"]
    return response


async def test_a_question_is_answered_without_asking_the_api_server(application: Application) -> None:
    response = await asked(application, pod())
    assert response["allowed"]
    assert response["patchType"] == "JSONPatch"


async def test_what_cannot_be_known_just_now_is_refused_for_now(application: Application) -> None:
    response = await asked(application, pod(nodeName="barn"))
    assert not response["allowed"]
    assert "try again" in response["status"]["message"]


@pytest.mark.parametrize(
    "found",
    [{"metadata": "x", "spec": {}}, {"spec": [1]}, {"spec": {"containers": 1}}, {"spec": {"nodeName": {}}}],
)
@pytest.mark.parametrize("path", ["/mutate", "/validate"])
async def test_what_is_not_understood_does_not_pass(application: Application, found: Any, path: str) -> None:
    assert not (await asked(application, found, path))["allowed"]


@pytest.mark.parametrize(
    ("path", "method", "body", "status"),
    [
        ("/mutate", "POST", b"nonsense", 400),
        ("/mutate", "POST", b"", 400),
        ("/mutate", "GET", b"", 405),
        ("/other", "POST", b"", 404),
        ("/healthz", "GET", b"", 200),
        ("/validate", "POST", b"x" * (app.LONGEST_BODY + 1), 413),
    ],
)
async def test_what_is_no_question_gets_no_answer(
    application: Application, path: str, method: str, body: bytes, status: int
) -> None:
    assert (await call(application, body, path, method))[0] == status


@pytest.mark.parametrize(
    "address", ["http://x", "https://", "x", "https://x?y", "https://u@x", "https://x#y", ""]
)
def test_an_address_that_the_api_server_would_refuse_is_refused_first(address: str) -> None:
    with pytest.raises(ValueError, match="webhook_address"):
        parse_address(address, "yurt-console")


def test_old_api_servers_get_no_conditions_and_new_ones_ask_about_less() -> None:
    where = parse_address("service", "elsewhere")
    assert where.hosts == ("yurt-console-webhook.elsewhere.svc",)
    for version, expected in (({"major": "1", "minor": "20+"}, 0), ({"major": "1", "minor": "28"}, 2)):
        conditions = [
            condition
            for _, one in configurations(where, b"ca", version, CONSOLE)
            for each in one["webhooks"]
            for condition in each.get("matchConditions", ())
        ]
        assert len(conditions) == expected
    assert naming.NODE_NAME_PATTERN in conditions[0]["expression"]


def test_only_what_needs_it_waits_for_us() -> None:
    [_, (_, validating)] = configurations(
        parse_address("service", "n"), b"", {"major": "1", "minor": "20"}, CONSOLE
    )
    failing = {each["name"].partition(".")[0]: each["failurePolicy"] for each in validating["webhooks"]}
    assert failing["users"] == "Ignore"
    assert failing["pods"] == "Fail"
    rules = {each["name"].partition(".")[0]: each["rules"] for each in validating["webhooks"]}
    assert [rule["operations"] for rule in rules["nodes"]] == [["CREATE"]]
    hooks = zip(failing, validating["webhooks"], strict=True)
    everywhere = {name for name, each in hooks if "namespaceSelector" not in each}
    assert everywhere == {"nodes", "users"}


def test_defaults_that_the_api_server_adds_are_no_difference() -> None:
    wanted = {"a": [{"b": 1}], "c": {"d": "e"}}
    assert contains({"a": [{"b": 1, "x": 2}], "c": {"d": "e", "y": None}, "z": 1}, wanted)
    assert not contains({"a": [{"b": 1}, {}], "c": {"d": "e"}}, wanted)
    assert not contains({"a": [{"b": 2}], "c": {"d": "e"}}, wanted)
    assert not contains(None, wanted)
