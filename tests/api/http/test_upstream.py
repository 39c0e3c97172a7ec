"""Two parties refuse: what the API server refuses the console never looks like the caller's own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web

from tests.api.world import ADMIN, A, Browser, build, populate, serving
from tests.kube.fake_server import answering
from yurt_console.api.http.routing.route import Route
from yurt_console.api.http.routing.upstream import Upstream
from yurt_console.api.routes import SERVED
from yurt_console.custom_resources import USERS
from yurt_console.tenancy.identity.permissions import RULES_REVIEWS

POD = ("", "pods")
GROUP, VERSION = f"/apis/{USERS.group}", USERS.versions[0]
DISCOVERY: dict[str, Any] = {
    GROUP: {"versions": [{"version": VERSION}]},
    f"/apis/{RULES_REVIEWS.group}": {"versions": [{"version": "v1"}]},
    f"/apis/{RULES_REVIEWS.group}/v1": {"resources": [{"name": RULES_REVIEWS.plural}]},
    f"{GROUP}/{VERSION}": {"resources": [{"name": USERS.plural}]},
}
BODIES: dict[str, dict[str, Any]] = {
    "register": {"email": "new@example.com", "phone": "13800138000", "organization": "o"},
    "create_session": {"email": "a@example.com", "token": "x"},
    "delete_own_account": {"email": f"{A}@example.com"},
    "renew_user": {"days": 1},
    "set_user_limits": {"maxNodeNum": 1},
    "suspend_user": {"reason": "r"},
    "delete_user": {"name": A},
}
ASK = {
    "get_object", "get_cluster_object", "register", "reset_own_token", "delete_own_account", "delete_session",
    "approve_user", "renew_user", "set_user_limits", "suspend_user", "resume_user", "reset_user_token",
    "delete_user", "get_session",
}  # fmt: skip
"""Routes that ask the API server; all others answer from memory."""
DELETE = {"delete_own_account", "delete_user"}
"""Routes for which a User that is gone already is what they were asked for."""
GONE = {
    "approve_user", "renew_user", "set_user_limits", "suspend_user", "resume_user", "reset_user_token",
    "delete_session", "reset_own_token",
}  # fmt: skip
"""Routes that say of a User that the API server no longer has: 404, in our own words."""


@asynccontextmanager
async def refused(code: int, about: tuple[str, str] = POD) -> AsyncIterator[tuple[Browser, list[str]]]:
    """A console on an API server that refuses everything with ``code``, and the paths asked for."""
    paths: list[str] = []

    async def handler(request: web.Request) -> web.Response:
        if request.path in DISCOVERY:
            return web.json_response(DISCOVERY[request.path])
        paths.append(request.path)
        reason = {401: "Unauthorized", 403: "Forbidden", 404: "NotFound"}[code]
        details = {"group": about[0], "kind": about[1]}
        status = {"kind": "Status", "code": code, "reason": reason, "message": "theirs", "details": details}
        return web.json_response(status, status=code)

    async with answering(handler) as server:
        world = await populate(await build(api_server=server, registration_wait=0))
        async with serving(world) as browser:
            yield browser, paths


async def send(browser: Browser, route: Route) -> tuple[int, str]:
    """The status and the message that the route gives somebody who may call it."""
    path = route.path.replace("/{kind}/{namespace}/{name}", f"/pods/{A}/web").replace("/{path:path}", "/x")
    path = path.replace("/pods/{namespace}/{name}", f"/pods/{A}/web")
    path = path.replace("/users/{name}", f"/users/{A}").replace("/{kind}/{name}", f"/nodes/edge-{A[5:9]}")
    body = BODIES.get(route.name, {}) if route.method != "GET" else None
    query = {"everywhere": "true"} if route.name == "delete_session" else {}
    if route.name == "watch_changes":  # never ends by itself
        query = {"namespace": "?"}
    who = ADMIN if route.path.startswith("/users") else A
    reply = await browser.send(route.method, path, who=who, body=body, query=query)
    is_status = reply.headers.get("content-type") == "application/json" and reply.status >= 400
    return reply.status, reply.json["message"] if is_status else ""


@pytest.mark.parametrize("code", [401, 403, 404])
async def test_no_route_passes_off_a_refusal_of_the_console_as_one_of_the_caller(
    code: int, caplog: pytest.LogCaptureFixture
) -> None:
    async with refused(code) as (browser, paths):
        asking = set()
        for route in SERVED:
            del paths[:]
            caplog.clear()
            status, message = await send(browser, route)
            if not paths:
                assert "theirs" not in message
                continue
            asking.add(route.name)
            if route.name == "get_session":  # without the permissions that it asked for
                assert status == 200
            elif code == 404 and route.name in DELETE:
                assert status == 204
            elif code == 404 and route.name in GONE:
                assert (status, message) == (404, "the account has been deleted")
            elif route.upstream is Upstream.CALLER and code == 404:
                assert (status, message) == (404, "theirs")
            elif route.upstream is Upstream.CALLER and code == 403:
                # a tenant's right to a node follows the node: the route says that it is not there yet
                expected = (503, "") if route.name == "get_cluster_object" else (403, "theirs")
                assert (status, "" if status == 503 else message) == expected
            else:
                assert (status, "theirs" in message) == (500, False), route.name
                assert "refused the console itself" in caplog.text, route.name

    assert asking == ASK


@pytest.mark.parametrize(
    "about",
    [
        ("", "users"),
        ("", "groups"),
        ("", "serviceaccounts"),
        ("authentication.k8s.io", "userextras"),
        ("authentication.k8s.io", "uids"),
    ],
    ids=lambda about: about[1],
)
async def test_a_refused_impersonation_is_the_consoles_on_every_route_that_acts_as_the_caller(
    about: tuple[str, str],
) -> None:
    acting = [route for route in SERVED if route.upstream is Upstream.CALLER and not route.is_websocket]
    async with refused(403, about) as (browser, paths):
        for route in acting:
            status, message = await send(browser, route)
            assert (status, "theirs" in message) == (500, False), route.name

    assert len(paths) == len(acting) == 2


async def test_the_names_of_routes_are_unique_and_fit_into_a_label() -> None:
    names = [route.name for route in SERVED]

    assert len(set(names)) == len(names)
    assert all(name.replace("_", "").isalpha() and name.islower() and len(name) <= 32 for name in names)
