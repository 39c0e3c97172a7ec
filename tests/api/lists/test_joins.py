"""Machines on their way in, beside the list of nodes: pending, approved until they report, and refused."""

from __future__ import annotations

import json
from typing import Any

from tests import requests, rows
from tests.api.world import ADMIN, A, B, build, populate, serving
from yurt_console.rows import CertificateRequest, Condition
from yurt_console.yurt.well_known_labels import TENANT_NODE_LABEL

KIND = "certificatesigningrequests"
FULL = "The account may have 2 nodes and has 2; remove one, or ask an administrator for more."
DENIED = Condition("Denied", "True", "NodeLimitReached", FULL, "2024-03-02T07:59:30Z")
APPROVED = Condition("Approved", "True", "YurtConsole", "Node x.", "2024-03-02T07:59:20Z")


def asked(
    tenant: str, last: str, *, name: str = "", conditions: tuple[Condition, ...] = (), **fields: Any
) -> CertificateRequest:
    return requests.row(
        tenant, f"{tenant}-{last}", name=name or f"csr-{tenant}-{last}", conditions=conditions, **fields
    )


async def test_a_tenant_sees_own_pending_and_refused_machines_and_an_administrator_sees_all() -> None:
    async with serving(await populate(await build())) as browser:
        assert (await browser.get("/nodes"))["joins"] == []
        browser.world.put(
            KIND,
            asked(A, "barn"),
            asked(A, "third", conditions=(DENIED,)),
            asked(B, "till"),
            requests.row("", "node-1", username="system:node:node-1", groups=("system:nodes",), name="own"),
            asked(A, "serving", signer="kubernetes.io/kubelet-serving"),
        )

        refused, pending = (await browser.get("/nodes"))["joins"]
        assert refused == {
            "name": f"{A}-third",
            "state": "denied",
            "reason": "NodeLimitReached",
            "message": FULL,
            "time": "2024-03-02T07:59:30Z",
            "namespace": A,
        }
        assert (pending["name"], pending["state"]) == (f"{A}-barn", "pending")
        assert "operator" in pending["message"]

        everybody = (await browser.get("/nodes", ADMIN))["joins"]
        assert {each["namespace"] for each in everybody} == {A, B}
        one = (await browser.get("/nodes", ADMIN, namespace=B))["joins"]
        assert [each["name"] for each in one] == [f"{B}-till"]
        assert B not in json.dumps(await browser.get("/nodes"))
        assert (await browser.get(f"/users/{A}", ADMIN))["joins"] == [refused, pending]


async def test_an_approved_machine_shows_until_it_has_reported_and_only_the_newest_request_counts() -> None:
    async with serving(await populate(await build())) as browser:
        node = f"{A}-barn"
        labels = {TENANT_NODE_LABEL: A}
        browser.world.put(
            KIND,
            asked(A, "barn", name="first", conditions=(DENIED,), created="2024-03-02T07:00:00Z"),
            asked(A, "barn", name="second", conditions=(APPROVED,)),
        )
        assert (await browser.get("/nodes"))["joins"] == []  # its Node was removed since

        browser.world.put("nodes", rows.node(node, labels=labels, ready="", conditions=()))
        [join] = (await browser.get("/nodes"))["joins"]
        assert (join["name"], join["state"]) == (node, "approved")

        browser.world.put("nodes", rows.node(node, labels=labels))
        assert (await browser.get("/nodes"))["joins"] == []


async def test_a_new_request_changes_the_pages_tag_and_is_told_to_its_tenant_alone() -> None:
    async with serving(await populate(await build())) as browser:
        before = {who: await browser.send("GET", "/nodes", who=who) for who in (A, B)}
        with browser.world.console.cluster.feed.subscribe(frozenset({A})) as told:
            browser.world.put(KIND, asked(A, "barn"))
            assert (await anext(told)).plural == KIND
        for who, code in ((A, 200), (B, 304)):
            headers = {"If-None-Match": before[who].headers["etag"]}
            reply = await browser.send("GET", "/nodes", who=who, headers=headers)
            assert reply.status == code


async def test_what_cannot_be_read_is_shown_without_a_name_and_breaks_nothing() -> None:
    async with serving(await populate(await build())) as browser:
        browser.world.put(KIND, requests.row(A, request="nonsense", conditions=(DENIED,)))
        [join] = (await browser.get("/nodes"))["joins"]
        assert (join["name"], join["state"]) == ("", "denied")
