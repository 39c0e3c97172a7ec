"""Who may call what: every route of the table for everybody, and nobody ever sees another's rows."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from tests.api.world import ADMIN, EXPIRED, PREPARING, SUSPENDED, A, B, Browser, build, populate, serving
from yurt_console.api import app
from yurt_console.api.http.routing.route import Access
from yurt_console.api.routes import SERVED

pytestmark = pytest.mark.asyncio(loop_scope="module")

LISTS = (
    "/nodes", "/nodepools", "/deployments", "/statefulsets", "/jobs", "/daemonsets", "/cronjobs", "/pods",
    "/services", "/configmaps", "/namespaces", "/resourcequotas", "/clusterEvents",
)  # fmt: skip
_PUBLIC = {"anonymous": 200, A: 200, B: 200, ADMIN: 200, EXPIRED: 200, SUSPENDED: 200, PREPARING: 200}
_TENANT = {"anonymous": 401, A: 200, B: 200, ADMIN: 200, EXPIRED: 403, SUSPENDED: 403, PREPARING: 403}
_ADMIN = {"anonymous": 401, A: 403, B: 403, ADMIN: 200, EXPIRED: 403, SUSPENDED: 403, PREPARING: 403}
_ACCOUNT = {**_PUBLIC, "anonymous": 401}


def _same(expected: dict[str, int], code: int) -> dict[str, int]:
    return dict.fromkeys(expected, code)


def _administered(code: int) -> dict[str, int]:
    return {who: code if may == 200 else may for who, may in _ADMIN.items()}


MATRIX: dict[tuple[str, str], dict[str, int]] = {
    **{("GET", address): _TENANT for address in (*LISTS, "/clusterOverview", "/changes")},
    # nothing listens where the API server should be, and B has no right to ask it about A's
    ("GET", "/objects/{kind}/{namespace}/{name}"): {**_TENANT, A: 503, B: 403, ADMIN: 503},
    # who may is told to ask for a WebSocket
    ("GET", "/pods/{namespace}/{name}/exec"): {**_TENANT, A: 426, B: 403, ADMIN: 426},
    ("GET", "/objects/{kind}/{name}"): {**_TENANT, A: 503, B: 404, ADMIN: 503},
    ("GET", "/users"): _ADMIN,
    ("GET", "/users/{name}"): _ADMIN,
    # A is a tenant; the body is empty, and where that is enough nothing listens that could be asked
    **{("POST", f"/users/{{name}}/{verb}"): _administered(400) for verb in ("renew", "limits", "suspend")},
    **{("POST", f"/users/{{name}}/{verb}"): _administered(503) for verb in ("approve", "resume", "token")},
    ("DELETE", "/users/{name}"): _administered(400),
    # nothing listens where the API server should be: who may call these gets that far
    ("POST", "/account/token"): {who: 503 if code == 200 else code for who, code in _TENANT.items()},
    ("DELETE", "/account"): {**_TENANT, A: 400, B: 400, ADMIN: 403},  # an empty body names no account
    ("GET", "/session"): _ACCOUNT,
    ("DELETE", "/session"): _same(_PUBLIC, 204),
    ("POST", "/session"): _same(_PUBLIC, 400),  # whoever it is: there is no e-mail in the body
    ("POST", "/register"): _same(_PUBLIC, 400),
    ("GET", "/login"): _same(_PUBLIC, 400),
    ("GET", "/"): _same(_PUBLIC, 307),
    **{
        ("GET", address): _PUBLIC
        for address in ("/healthz", "/readyz", "/version", "/schema", "/console", "/registration")
    },
    ("GET", "/console/{path:path}"): _PUBLIC,
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with serving(await populate(await build())) as browser:
        yield browser


async def test_every_route_that_is_served_is_in_the_table_and_in_this_matrix() -> None:
    assert {(route.method, route.path) for route in app.ROUTER.routes()} == set(MATRIX)
    assert {(route.method, route.path) for route in SERVED} == set(MATRIX)


@pytest.mark.parametrize(("method", "path"), sorted(MATRIX), ids=str)
async def test_a_route_answers_each_caller_as_its_entry_says(
    browser: Browser, method: str, path: str
) -> None:
    for who, code in MATRIX[method, path].items():
        body: Any = {} if (method != "GET" and path != "/session") or method == "POST" else None
        reply = await _status(browser, method, path, "" if who == "anonymous" else who, body)
        assert reply == code, (who, reply)


async def _status(browser: Browser, method: str, path: str, who: str, body: Any) -> int:
    path = path.replace("/{kind}/{namespace}/{name}", f"/pods/{A}/web-{A[5:9]}")
    path = path.replace("/pods/{namespace}/{name}", f"/pods/{A}/web-{A[5:9]}")
    path = path.replace("/users/{name}", f"/users/{A}")
    path = path.replace("/{kind}/{name}", f"/nodes/edge-{A[5:9]}")
    if path != "/changes":
        return (await browser.send(method, path, who=who, body=body)).status
    params = {"token": browser.world.tokens[who]} if who else {}
    async with browser.session.get(browser.origin + path, params=params) as stream:  # never ends by itself
        return stream.status


@pytest.mark.parametrize("address", [*LISTS, "/clusterOverview"])
async def test_nothing_of_another_tenant_or_of_nobody_is_shown(browser: Browser, address: str) -> None:
    for who, other in ((A, B), (B, A)):
        text = (await browser.send("GET", address, who=who)).body.decode()
        assert other not in text
        assert other[5:9] not in text
        assert "master-1" not in text
        assert "kube-system" not in text


@pytest.mark.parametrize("address", [*LISTS, "/clusterOverview"])
async def test_a_namespace_of_another_is_refused_by_the_name_of_the_right(
    browser: Browser, address: str
) -> None:
    for namespace in (B, "kube-system", "default", "nobody-has-this"):
        reply = await browser.send("GET", address, who=A, namespace=namespace)
        assert reply.status == 403
        assert reply.causes == ["namespace"]
        assert "no right to look into namespace" in reply.json["message"]


@pytest.mark.parametrize("address", LISTS)
async def test_an_administrator_sees_everything_or_one_tenant_by_name(browser: Browser, address: str) -> None:
    def shown(reply: Any) -> list[str]:
        return sorted(row["uid"] for row in reply["allNodes" if address == "/nodes" else "items"])

    everything = shown(await browser.get(address, ADMIN))
    tenants = [shown(await browser.get(address, who)) for who in (A, B)]
    named = [shown(await browser.get(address, ADMIN, namespace=who)) for who in (A, B)]

    assert named == tenants
    assert set(everything) >= {*tenants[0], *tenants[1]}
    assert not set(tenants[0]) & set(tenants[1])


async def test_the_ways_to_name_oneself_are_parameter_bearer_and_cookie(browser: Browser) -> None:
    token = browser.world.tokens[A]
    login = await browser.send("POST", "/session", body={"email": f"{A}@example.com", "token": token})
    cookie = login.headers["set-cookie"].partition(";")[0]

    for headers in (
        {"Authorization": f"Bearer {token}"},
        {"authorization": f"bearer  {token}"},
        {"Cookie": cookie},
    ):
        reply = await browser.send("GET", "/pods", headers=headers)
        assert [row["namespace"] for row in reply.json["items"]] == [A], headers


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "Bearer nonsense"},
        {"Authorization": "Bearer "},
        {"Authorization": "Basic YTpi"},
        {"Cookie": "yurt-console=1.a.1.9999999999." + "A" * 43},
        {"Impersonate-User": A},
        {"X-Remote-User": A, "X-Remote-Group": "system:masters"},
    ],
    ids=lambda headers: next(iter(headers.values()))[:12],
)
async def test_what_is_no_credential_of_ours_is_nobody(browser: Browser, headers: dict[str, str]) -> None:
    reply = await browser.send("GET", "/pods", headers=headers)

    assert reply.status == 401
    assert reply.json["reason"] == "Unauthorized"
    assert reply.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("token", ["", "x", "a" * 13 + "." + "b" * 32, "a.b.c", "\0", "ö", "%00"])
async def test_an_unknown_or_malformed_token_is_401_even_beside_a_good_one(
    browser: Browser, token: str
) -> None:
    good = {"Authorization": f"Bearer {browser.world.tokens[A]}"}

    reply = await browser.send("GET", "/pods", headers=good, query={"token": token})

    assert reply.status == 401
    assert token == "" or token not in reply.body.decode() or token == "x"


async def test_an_account_that_is_over_learns_why_and_may_still_look_at_itself(browser: Browser) -> None:
    for who, cause in ((EXPIRED, "AccountExpired"), (SUSPENDED, "AccountSuspended")):
        reply = await browser.send("GET", "/pods", who=who)
        assert [found["reason"] for found in reply.json["details"]["causes"]] == [cause]
        for address, query in (
            ("/session", {}),
            ("/login", {"email": f"{who}@example.com"}),
        ):
            seen = await browser.send("GET", address, who=who, query=query)
            assert seen.status == 200
            assert seen.json["status"]["expired"] is (who == EXPIRED)
            assert (seen.json["spec"]["kubeConfig"], seen.json["spec"]["nodeAddScript"]) == ("", "")


async def test_an_account_in_preparation_is_told_how_far_it_is(browser: Browser) -> None:
    reply = await browser.send("GET", "/session", who=PREPARING)

    assert (reply.json["state"], reply.json["message"]) == ("preparing", "making the namespace")


async def test_an_administrator_has_no_kubeconfig_to_give_away(browser: Browser) -> None:
    reply = await browser.send("GET", "/session", who=ADMIN)

    assert reply.json["role"] == "admin"
    assert reply.json["spec"]["kubeConfig"] == ""


async def test_only_addresses_without_data_are_public() -> None:
    public = {route.path for route in SERVED if route.access is Access.PUBLIC}

    assert public == {
        "/register", "/login", "/session", "/healthz", "/readyz", "/version", "/schema", "/", "/console",
        "/registration",
        "/console/{path:path}",
    }  # fmt: skip
