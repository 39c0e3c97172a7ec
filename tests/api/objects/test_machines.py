"""A node or a pool as Kubernetes has it: shown to its tenant, whatever the console's copy believes."""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp import web

from tests.api.world import ADMIN, A, B, build, populate, serving
from tests.kube.fake_server import answering
from yurt_console.yurt.well_known_labels import TENANT_LABEL, TENANT_NODE_LABEL

pytestmark = pytest.mark.asyncio

NODE = "/objects/nodes/edge-aaaa"
TENANT = f"system:serviceaccount:{A}:tenant"
ADMINISTRATOR = "system:serviceaccount:yurt-console:yurt-console-admin"


def _answer(kind: str, labels: dict[str, str], **more: Any) -> Any:
    async def handler(request: web.Request) -> web.Response:
        assert request.headers["Impersonate-User"] in (TENANT, ADMINISTRATOR)
        metadata = {"name": request.path.rpartition("/")[2], "labels": labels, "managedFields": [{}]}
        return web.json_response({"apiVersion": "v1", "kind": kind, "metadata": metadata, **more})

    return handler


def _pool(labels: dict[str, str], status: dict[str, Any]) -> Any:
    """Also the discovery that pools need: their version differs from release to release."""
    answer = _answer("NodePool", labels, status=status)
    discovery = {"versions": [{"version": "v1beta1"}], "resources": [{"name": "nodepools"}]}

    async def handler(request: web.Request) -> web.Response:
        if "/nodepools/" not in request.path:
            return web.json_response(discovery)
        found: web.Response = await answer(request)
        return found

    return handler


async def test_a_node_is_shown_to_its_tenant_and_to_administrators() -> None:
    images = {"images": [{"names": ["nginx:1.25"], "sizeBytes": 1}], "nodes": ["x"]}
    async with (
        answering(_answer("Node", {TENANT_NODE_LABEL: A}, status=images)) as server,
        serving(await populate(await build(api_server=server))) as browser,
    ):
        mine = await browser.send("GET", NODE, who=A)
        assert mine.json["status"]["images"][0]["names"] == ["nginx:1.25"]
        assert "managedFields" not in mine.json["metadata"]
        assert mine.headers["cache-control"] == "no-store"
        assert (await browser.send("GET", NODE, who=ADMIN)).status == 200
        for address in (NODE, "/objects/nodes/master-1", "/objects/nodes/nothing", f"/objects/nodepools/{A}"):
            theirs = await browser.send("GET", address, who=B)
            assert (theirs.status, theirs.json["reason"]) == (404, "NotFound"), address
            assert b"aaaa" not in theirs.body


def _refusing(kind: str) -> Any:
    """An API server that allows nobody anything, and says what it was about."""

    async def handler(request: web.Request) -> web.Response:
        body = {"kind": "Status", "reason": "Forbidden", "code": 403, "details": {"kind": kind}}
        return web.json_response({**body, "message": f"may not do this to {kind}"}, status=403)

    return handler


async def test_a_right_that_the_tenant_does_not_have_yet_is_waited_for() -> None:
    async with (
        answering(_refusing("nodes")) as server,
        serving(await populate(await build(api_server=server))) as browser,
    ):
        mine = await browser.send("GET", NODE, who=A)
        theirs = await browser.send("GET", NODE, who=ADMIN)

    assert (mine.status, mine.headers["retry-after"]) == (503, "2")
    assert [cause["reason"] for cause in mine.json["details"]["causes"]] == ["AccessNotReady"]
    assert (theirs.status, theirs.json["message"]) == (403, "may not do this to nodes")


async def test_a_console_that_may_not_act_as_the_caller_says_that_it_is_its_own_fault() -> None:
    async with (
        answering(_refusing("serviceaccounts")) as server,
        serving(await populate(await build(api_server=server))) as browser,
    ):
        for who in (A, ADMIN):
            reply = await browser.send("GET", NODE, who=who)
            assert (reply.status, reply.json["reason"]) == (500, "InternalError")


async def test_a_node_that_has_just_changed_hands_is_not_shown_to_who_had_it() -> None:
    async with (
        answering(_answer("Node", {TENANT_NODE_LABEL: B})) as server,
        serving(await populate(await build(api_server=server))) as browser,
    ):
        assert (await browser.send("GET", NODE, who=A)).status == 404


async def test_a_tenants_pool_does_not_tell_of_others_nodes_that_claim_it() -> None:
    status = {"nodes": ["edge-bbbb"], "readyNodeNum": 1}
    async with (
        answering(_pool({TENANT_LABEL: A}, status)) as server,
        serving(await populate(await build(api_server=server))) as browser,
    ):
        mine = await browser.send("GET", f"/objects/nodepools/{A}", who=A)
        whole = await browser.send("GET", f"/objects/nodepools/{A}", who=ADMIN)

    assert mine.json["status"] == {"readyNodeNum": 1}
    assert whole.json["status"] == status


async def test_what_is_no_name_is_refused_before_anybody_is_asked() -> None:
    async with serving(await populate(await build())) as browser:
        reply = await browser.send("GET", "/objects/nodes/<img>", who=ADMIN)
        assert (reply.status, reply.causes) == (400, ["name"])
        assert (await browser.send("GET", "/objects/pods/web-aaaa", who=ADMIN)).status == 404
