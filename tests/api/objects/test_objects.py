"""One object, asked of Kubernetes as whoever wants to see it: what it shows, and to whom."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web

from apimachinery.resources import DEPLOYMENTS, ROLE_BINDINGS, SECRETS, SERVICES
from tests.api.test_whole import console
from tests.api.world import ADMIN, A, B, Browser, Reply, build, populate, serving
from tests.kube.fake_server import answering
from tests.planes.installed import identity
from tests.planes.plane import Plane
from yurt_console.api.objects import namespaced
from yurt_console.custom_resources import USERS
from yurt_console.kube import kubeconfig
from yurt_console.kube.client import Client
from yurt_console.kube.errors import NotFound
from yurt_console.operator import cluster_info
from yurt_console.operator.accounts.reconcile import Waiting, reconcile
from yurt_console.settings import Settings
from yurt_console.tenancy.accounts import user_objects
from yurt_console.tenancy.provisioning.observed import Platform

pytestmark = pytest.mark.asyncio(loop_scope="module")

_LEARNING = 15.0
"""Seconds that a real API server may need until it knows a new binding."""
HOSTILE = "<img src=x onerror=alert(1)>"


class Tenants:
    """Two tenants, an administrator and a console with exactly the console's own rights."""

    def __init__(self, browser: Browser, plane: Plane, names: tuple[str, str]) -> None:
        self.browser = browser
        self.plane = plane
        self.ada, self.bob = names

    async def look(self, who: str, address: str) -> Reply:
        return await self.browser.send("GET", f"/objects/{address}", who=who)

    async def settled(self, who: str, address: str, code: int) -> Reply:
        """The answer once the API server knows the rights that it follows from."""
        until = time.monotonic() + _LEARNING
        while (reply := await self.look(who, address)).status != code:
            assert time.monotonic() < until, reply
            await asyncio.sleep(0.1)
        return reply


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def tenants(installed: Plane, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Tenants]:
    folder = tmp_path_factory.mktemp("identities")
    own = await asyncio.to_thread(identity, installed, "yurt-console", folder)
    async with console(installed, own) as browser, Client(kubeconfig.load(installed.kubeconfig)) as admin:
        known = await cluster_info.discover(admin, Settings())
        names = []
        for person in ("ada", "bob", "eve"):
            fields = {"email": f"{person}@objects.test", "phone": "13800138000", "organization": "o"}
            reply = await browser.send("POST", "/register", body=fields)
            name = user_objects.name_of(fields["email"])
            browser.world.tokens[name] = reply.json["token"]
            if person == "eve":
                browser.world.tokens[ADMIN] = reply.json["token"]
                await admin.merge_patch(USERS, name, {"spec": {"role": "admin", "validPeriod": 0}})
            async for _ in reconcile(admin, name, known):
                pass
            names.append(name)
        made = Tenants(browser, installed, (names[0], names[1]))
        for name in names[:2]:
            await admin.create(SERVICES, _service("web"), name)
            await admin.create(SECRETS, {"metadata": {"name": "web"}, "stringData": {"a": "secret"}}, name)
            await made.settled(name, f"services/{name}/web", 200)
        yield made
        for name in names:
            await _remove(admin, name, known)


async def _remove(admin: Client, name: str, known: Platform) -> None:
    """Delete an account and what it has, as the operator does."""
    await admin.delete(USERS, name)
    async with asyncio.timeout(60):
        while True:
            try:
                async for _ in reconcile(admin, name, known):
                    pass
                await admin.get(USERS, name)
            except Waiting:
                pass
            except NotFound:
                return
            await asyncio.sleep(0.2)


def _service(name: str) -> dict[str, Any]:
    applied = "kubectl.kubernetes.io/last-applied-configuration"
    annotations = {applied: "{}", "note": HOSTILE}
    return {
        "metadata": {"name": name, "annotations": annotations},
        "spec": {"selector": {"app": "web"}, "ports": [{"port": 80}]},
    }


async def test_a_tenant_sees_the_object_itself_without_what_only_programs_read(tenants: Tenants) -> None:
    reply = await tenants.look(tenants.ada, f"services/{tenants.ada}/web")

    found = reply.json
    assert (found["apiVersion"], found["kind"]) == ("v1", "Service")
    assert found["spec"]["ports"][0]["port"] == 80
    assert found["metadata"]["annotations"] == {"note": HOSTILE}
    assert "managedFields" not in found["metadata"]
    assert reply.headers["cache-control"] == "no-store"
    assert reply.headers["x-content-type-options"] == "nosniff"


async def test_nobody_sees_anothers_and_an_administrator_sees_all(tenants: Tenants) -> None:
    refused = await tenants.look(tenants.ada, f"services/{tenants.bob}/web")
    assert (refused.status, refused.causes) == (403, ["namespace"])
    for name in (tenants.ada, tenants.bob):
        shown = await tenants.settled(ADMIN, f"services/{name}/web", 200)
        assert shown.json["metadata"]["namespace"] == name


async def test_secrets_and_what_has_no_page_are_not_shown_to_anybody(tenants: Tenants) -> None:
    for who in (tenants.ada, ADMIN):
        for kind in ("secrets", "configmaps", "serviceaccounts", "nodes", "pods%2Flog", "Pods", "users"):
            reply = await tenants.look(who, f"{kind}/{tenants.ada}/web")
            assert reply.status == 404, kind
            assert b"secret" not in reply.body.replace(b"secrets", b"")


async def test_what_is_not_there_is_said_in_the_api_servers_words(tenants: Tenants) -> None:
    reply = await tenants.look(tenants.ada, f"deployments/{tenants.ada}/nothing")

    assert reply.status == 404
    assert reply.json["message"] == 'deployments.apps "nothing" not found'


async def test_the_api_servers_own_rules_stand_behind_ours(tenants: Tenants) -> None:
    """Whoever lost the rights of their account in the cluster sees nothing here, in the cluster's words."""
    bob, api = tenants.bob, tenants.plane.api
    await asyncio.to_thread(api.delete, ROLE_BINDINGS, "yurt-console-tenant", bob)
    refused = await tenants.settled(bob, f"services/{bob}/web", 403)
    assert f'"system:serviceaccount:{bob}:tenant" cannot get resource "services"' in refused.json["message"]

    await asyncio.to_thread(api.delete, ROLE_BINDINGS, "yurt-console-impersonate", bob)
    ours = await tenants.settled(bob, f"services/{bob}/web", 500)
    assert "the console lacks rights" in ours.json["message"]


async def test_kinds_of_named_groups_are_found_too(tenants: Tenants) -> None:
    labels = {"app": "shop"}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "c", "image": "nginx"}]}}
    spec = {"replicas": 1, "selector": {"matchLabels": labels}, "template": template}
    api = tenants.plane.api
    deployment = {"metadata": {"name": "shop"}, "spec": spec}
    await asyncio.to_thread(api.create, DEPLOYMENTS, deployment, tenants.ada)

    shop = await tenants.look(tenants.ada, f"deployments/{tenants.ada}/shop")

    assert shop.json["spec"]["selector"] == {"matchLabels": labels}


# Without a cluster: what is asked wrongly, and API servers that do not answer


@pytest.mark.parametrize(
    ("address", "fields"),
    [
        ("pods/A%20B/x", ["namespace"]),
        ("pods/kube_system/..%2e", ["namespace", "name"]),
        (f"pods/{A}/{'x' * 254}", ["name"]),
        (f"pods/{A}/X", ["name"]),
        (f"pods/{A}/<img src=x>", ["name"]),
        (f"pods/{A}/a%0d%0ab", ["name"]),
    ],
)
async def test_a_wrong_part_of_the_address_is_named(address: str, fields: list[str]) -> None:
    async with serving(await populate(await build())) as browser:
        reply = await browser.send("GET", f"/objects/{address}", who=A)

    assert (reply.status, reply.causes) == (400, fields)
    assert b"img" not in reply.body


async def test_no_address_leads_out_of_its_place() -> None:
    async with serving(await populate(await build())) as browser:
        for address in (f"pods/{A}/x/log", f"pods/{A}/x%2Flog", f"pods/{A}", f"pods/{A}/", "users/x"):
            assert (await browser.send("GET", f"/objects/{address}", who=A)).status == 404, address


async def test_an_api_server_that_takes_too_long_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(namespaced, "TIMEOUT", 0.05)
    gone = asyncio.Event()

    async def handler(_request: web.Request) -> web.Response:
        await gone.wait()
        return web.json_response({})

    async with answering(handler) as server:
        try:
            async with serving(await populate(await build(api_server=server))) as browser:
                reply = await browser.send("GET", f"/objects/pods/{A}/web", who=A)
        finally:
            gone.set()

    assert (reply.status, reply.json["reason"]) == (504, "Timeout")


async def test_each_caller_is_asked_for_as_themselves() -> None:
    asked: list[Mapping[str, str]] = []

    async def handler(request: web.Request) -> web.Response:
        if request.path.startswith("/api/v1/namespaces"):
            asked.append(request.headers.copy())
            return web.json_response({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "x"}})
        return web.json_response({})

    async with (
        answering(handler) as server,
        serving(await populate(await build(api_server=server))) as browser,
    ):
        for who, namespace in ((A, A), (B, B), (ADMIN, A), (A, A)):
            sent = {"Impersonate-User": "system:admin", "Impersonate-Group": "system:masters"}
            reply = await browser.send("GET", f"/objects/pods/{namespace}/x", who=who, headers=sent)
            assert reply.status == 200, reply

    tenant = "system:serviceaccount:{}:tenant"
    assert [headers["Impersonate-User"] for headers in asked] == [
        tenant.format(A),
        tenant.format(B),
        "system:serviceaccount:yurt-console:yurt-console-admin",
        tenant.format(A),
    ]
    named = [headers.get("Impersonate-Extra-account.openyurt.io", "") for headers in asked]
    assert named == ["", "", ADMIN, ""]
    assert not any("Impersonate-Group" in headers for headers in asked)


async def test_an_object_whose_only_annotation_is_kubectls_has_none() -> None:
    found = {"kind": "Pod", "metadata": {"name": "x", "annotations": {namespaced._LAST_APPLIED: "{}"}}}

    assert namespaced.cleaned(found) == {"kind": "Pod", "metadata": {"name": "x"}}
