"""What ``GET /session`` says that the caller may do: what RBAC says, or nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest
from aiohttp import web

from tests.api.world import ADMIN, PREPARING, SUSPENDED, A, B, build, populate, serving
from tests.kube.fake_server import answering
from yurt_console.tenancy.identity.permissions import RULES_REVIEWS, Permission, of_rules

DISCOVERY = {
    f"/apis/{RULES_REVIEWS.group}": {"versions": [{"version": "v1"}]},
    f"/apis/{RULES_REVIEWS.group}/v1": {"resources": [{"name": RULES_REVIEWS.plural}]},
}
RULES = [
    {"verbs": ["get", "list"], "apiGroups": [""], "resources": ["pods", "pods/log"]},
    {"verbs": ["delete"], "apiGroups": [""], "resources": ["pods"]},
    {"verbs": ["get"], "apiGroups": [""], "resources": ["nodes"], "resourceNames": ["edge-1"]},
    {"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]},
]


class Reviews:
    """An API server that answers SelfSubjectRulesReviews, or fails."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []
        self.status: dict[str, Any] = {"resourceRules": RULES}
        self.code = 201

    async def answer(self, request: web.Request) -> web.Response:
        if request.path in DISCOVERY:
            return web.json_response(DISCOVERY[request.path])
        body = json.loads(await request.read())
        self.asked.append((request.headers["Impersonate-User"], body["spec"]["namespace"]))
        return web.json_response({**body, "status": self.status}, status=self.code)


async def test_permissions_are_asked_as_the_caller_in_their_namespace_and_cached() -> None:
    reviews = Reviews()
    async with answering(reviews.answer) as api_server:
        world = await populate(await build(api_server=api_server))
        async with serving(world) as browser:
            first = [
                (await browser.send("GET", "/session", who=who)).json["permissions"] for who in (A, B, ADMIN)
            ]
            await browser.send("GET", "/session", who=A)
            assert len(reviews.asked) == 3
            world.clock[0] += 61
            await browser.send("GET", "/session", who=A)

    account = "system:serviceaccount:{}:tenant"
    assert reviews.asked == [
        (account.format(A), A),
        (account.format(B), B),
        ("system:serviceaccount:yurt-console:yurt-console-admin", "default"),
        (account.format(A), A),
    ]
    assert (
        first[0]
        == first[1]
        == first[2]
        == [
            {"group": "", "resource": "pods", "verbs": ["delete", "get", "list"]},
            {"group": "", "resource": "pods/log", "verbs": ["get", "list"]},
            {"group": "*", "resource": "*", "verbs": ["*"]},
        ]
    )


@pytest.mark.parametrize(
    ("code", "status"),
    [(403, {}), (500, {}), (201, {"resourceRules": [{"verbs": 1}]}), (201, {"resourceRules": 7})],
)
async def test_unknown_permissions_are_left_out_and_the_session_is_shown(
    code: int, status: dict[str, Any]
) -> None:
    reviews = Reviews()
    reviews.code, reviews.status = code, status
    async with (
        answering(reviews.answer) as api_server,
        serving(await populate(await build(api_server=api_server))) as browser,
    ):
        reply = await browser.send("GET", "/session", who=A)
        reviews.code, reviews.status = 201, {"resourceRules": []}
        again = await browser.send("GET", "/session", who=A)

    assert (reply.status, reply.json["name"]) == (200, A)
    assert "permissions" not in reply.json
    assert again.json["permissions"] == []  # a failure is not cached


async def test_an_account_that_is_not_ready_may_do_nothing_and_nobody_is_asked() -> None:
    reviews = Reviews()
    async with (
        answering(reviews.answer) as api_server,
        serving(await populate(await build(api_server=api_server))) as browser,
    ):
        replies = [await browser.send("GET", "/session", who=who) for who in (PREPARING, SUSPENDED)]
        login = await browser.send("GET", "/login", who=A, email=f"{A}@example.com")

    assert [reply.json["permissions"] for reply in replies] == [[], []]
    assert "permissions" not in login.json
    assert reviews.asked == []


def test_a_rule_for_single_names_is_no_permission() -> None:
    assert of_rules(RULES[2:3]) == []
    assert of_rules(RULES[1:2]) == [Permission("", "pods", ["delete"])]
