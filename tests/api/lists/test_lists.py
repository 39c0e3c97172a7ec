"""Lists as they are asked for: pages add up, tags tell when something changed, joins are news too."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest
import pytest_asyncio

from apimachinery.times import rfc3339_of_unix
from tests import rows
from tests.api.world import ADMIN, A, B, Browser, build, populate, serving
from yurt_console.api.http.caching.memo import Memo
from yurt_console.kinds.events import EVENTS
from yurt_console.kinds.nodes import NODES
from yurt_console.kinds.pods import PODS

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    world = await populate(await build())
    for number in range(57):
        scope = (A, B)[number % 2]
        world.put("pods", rows.pod(f"pod-{number * 7 % 57:03}", scope, restarts=number % 5, uid=f"{number}"))
    async with serving(world) as browser:
        yield browser


@pytest.mark.parametrize("size", [1, 7, 50])
@pytest.mark.parametrize("sort", ["name", "-restarts", "namespace"])
async def test_pages_put_together_are_the_whole_list(browser: Browser, size: int, sort: str) -> None:
    whole = await browser.get("/pods", ADMIN, sort=sort)
    found: list[Any] = []
    for offset in range(0, whole["total"] + size, size):
        page = await browser.get("/pods", ADMIN, sort=sort, offset=offset, limit=size)
        assert page["total"] == whole["total"] == 60
        found += page["items"]

    assert found == whole["items"]
    assert (await browser.get("/pods", ADMIN, offset=10_000))["items"] == []


async def test_objects_are_found_by_exactly_their_name_node_pool_or_kind(browser: Browser) -> None:
    asked: tuple[tuple[str, dict[str, str], list[str]], ...] = (
        ("/pods", {"name": "web-aaaa"}, ["web-aaaa"]),
        ("/pods", {"node": "edge-bbbb"}, ["web-bbbb"]),
        ("/nodes", {"name": "edge"}, []),
        ("/nodes", {"nodePool": A}, ["edge-aaaa"]),
        ("/nodes", {"role": "control-plane"}, ["master-1"]),
        ("/clusterEvents", {"kind": "Node", "name": "edge-aaaa"}, ["edge-aaaa"]),
    )
    for address, query, wanted in asked:
        reply = await browser.get(address, ADMIN, **query)
        assert [row["name"] for row in reply.get("items", reply.get("allNodes"))] == wanted, query


async def test_without_a_limit_the_settings_one_holds() -> None:
    world = await populate(await build(list_limit=2))
    async with serving(world) as browser:
        reply = await browser.get("/pods", ADMIN)
        refused = await browser.send("GET", "/pods", who=ADMIN, limit=3)

    assert (len(reply["items"]), reply["total"]) == (2, 3)
    assert refused.causes == ["limit"]


async def test_an_unchanged_page_is_not_sent_again_and_a_changed_one_is() -> None:
    world = await populate(await build())
    async with serving(world) as browser:

        async def again(who: str, tag: str, **asked: str | int) -> int:
            headers = {"If-None-Match": f'"other", {tag}'}
            return (await browser.send("GET", "/pods", who=who, headers=headers, query=asked)).status

        first = await browser.send("GET", "/pods", who=A)
        tag = first.headers["etag"]
        assert await again(A, tag) == 304
        assert await again(A, tag, sort="-name") == 200, "another question"
        assert await again(B, tag) == 200, "another tenant"

        world.put("pods", rows.pod("theirs", B))
        assert await again(A, tag) == 304, "what another tenant does is no news"
        world.put("pods", rows.pod("mine", A))
        assert await again(A, tag) == 200
        tag = (await browser.send("GET", "/pods", who=A)).headers["etag"]
        world.console.cluster.cache._reflectors["pods"].freshness.stale(1.0, "away")
        assert await again(A, tag) == 200, "it is not known to be right any more"


async def test_replicas_do_not_take_each_others_tags_for_theirs() -> None:
    tags = set()
    for _ in range(2):
        world = await populate(await build())
        world.tokens[A] = "same"
        async with serving(world) as browser:
            reply = await browser.send("GET", "/clusterEvents", who=ADMIN)
            tags.add(reply.headers["etag"])

    assert len(tags) == 2


async def test_nodes_are_news_when_what_is_joined_to_them_changes() -> None:
    world = await populate(await build())
    async with serving(world) as browser:

        async def tag(address: str) -> str:
            return (await browser.send("GET", address, who=A)).headers["etag"]

        before = await tag("/nodes")
        world.put("pods", rows.pod("more", A, node="edge-aaaa", cpu_request=1500))
        after_pod = await tag("/nodes")
        [node] = (await browser.get("/nodes", A, detail="true"))["allNodes"]
        assert node["nodeStatus"]["cpu"] == "requests 1.6, limits 400m, usage 500m"
        assert node["pods"] == 2
        assert node["details"]["cpu"]["requests"] == 1600
        world.put("usage", rows.usage("edge-aaaa", cpu=900))
        after_usage = await tag("/nodes")
        pool_before = await tag("/nodepools")
        old = world.console.cluster.inventory.nodes.get(("", "edge-aaaa"))
        assert old is not None
        world.put("nodes", msgspec.structs.replace(old, ready="False"))
        assert len({before, after_pod, after_usage, await tag("/nodes")}) == 4
        assert await tag("/nodepools") != pool_before
        [pool] = (await browser.get("/nodepools", A))["items"]
        assert (pool["status"], pool["nodeStatus"]) == ("NotReady", {"totalNum": 1, "healthyNum": 0})


async def test_an_order_by_what_is_joined_follows_what_is_joined() -> None:
    world = await populate(await build())
    async with serving(world) as browser:

        async def fullest() -> tuple[str, int]:
            nodes = (await browser.get("/nodes", ADMIN, sort="-pods"))["allNodes"]
            return nodes[0]["name"], nodes[0]["pods"]

        for node, count in (("edge-bbbb", 3), ("edge-aaaa", 5), ("master-1", 7)):
            world.put("pods", *(rows.pod(f"{node}-{number}", A, node=node) for number in range(count)))
            assert await fullest() == (node, count + 1)


async def test_the_time_a_list_changed_is_its_own() -> None:
    world = await populate(await build())
    async with serving(world) as browser:
        mine = (await browser.get("/nodes", A))["createTime"]
        changed = world.console.cluster.inventory.nodes.scope_changed_at(A)

    assert mine == rfc3339_of_unix(changed)


async def test_a_status_filter_finds_cordoned_nodes_among_the_ready() -> None:
    world = await populate(await build())
    world.put("nodes", rows.node("cordoned", unschedulable=True))
    async with serving(world) as browser:
        found = await browser.get("/nodes", ADMIN, status="schedulingdisabled")
        ready = await browser.get("/nodes", ADMIN, status="Ready")

    assert [row["name"] for row in found["allNodes"]] == ["cordoned"]
    assert ready["total"] == 4


async def test_events_come_newest_first_and_those_of_ones_nodes_are_among_them() -> None:
    world = await populate(await build())
    world.put("events", rows.event("late", A, last="2024-03-02T00:00:00Z", reason="Late"))
    forged = {"kind": "Node", "about_name": "edge-bbbb", "about_namespace": "", "reason": "Forged"}
    world.put("events", rows.event("forged", A, **forged))
    async with serving(world) as browser:
        mine = await browser.get("/clusterEvents", A)
        theirs = await browser.get("/clusterEvents", B)
        everything = await browser.get("/clusterEvents", ADMIN)

    assert [row["reason"] for row in mine["items"]] == ["Late", "Started", "NodeReady"]
    assert "Forged" not in str(theirs) + str(mine) + str(everything)


async def test_repeated_events_stand_together_with_their_sum_and_their_first_time() -> None:
    world = await populate(await build())
    for name, count, time in (("web.1", 3, "01"), ("web.2", 4, "03"), ("web.3", 1, "02")):
        moment = f"2024-03-02T07:00:{time}Z"
        event = rows.event(name, A, reason="BackOff", count=count, first=moment, last=moment)
        world.put("events", event)
    async with serving(world) as browser:
        [together] = (await browser.get("/clusterEvents", q="backoff"))["items"]

    assert (together["count"], together["firstTime"][-3:], together["lastTime"][-3:]) == (8, "01Z", "03Z")


async def test_a_list_is_narrowed_to_what_belongs_to_one_object() -> None:
    world = await populate(await build())
    of = {"owner_kind": "ReplicaSet", "owner_name": "web-5d8f"}
    world.put("pods", rows.pod("web-5d8f-1", A, node="edge-2", **of))
    world.put("pods", rows.pod("web-5d8f", A, owner_kind="ReplicaSet", owner_name="web"))
    world.put("jobs", rows.job("nightly-1", A, owner_kind="CronJob", owner_name="nightly"))
    world.put("events", rows.event("job.1", A, kind="Job", about_name="web-1"))
    async with serving(world) as browser:

        async def names(address: str, **asked: str) -> list[str]:
            return [row["name"] for row in (await browser.get(address, **asked))["items"]]

        assert await names("/pods", owner="ReplicaSet/web-5d8f") == ["web-5d8f-1"]
        assert await names("/pods", owner="ReplicaSet/web-5d8f", node="edge-1") == []
        assert await names("/pods", node="edge-2", q="web") == ["web-5d8f-1"]
        assert await names("/jobs", owner="CronJob/nightly") == ["nightly-1"]
        assert await names("/clusterEvents", kind="Job") == ["web-1"]
        assert await names("/clusterEvents", kind="Job", name="web") == []
        world.put("pods", rows.pod("web-5d8f-2", A, **of))
        assert await names("/pods", owner="ReplicaSet/web-5d8f") == ["web-5d8f-1", "web-5d8f-2"]


async def test_a_node_offline_for_longer_than_its_autonomy_is_offline_without_any_event() -> None:
    world = await populate(await build())
    since = [rows.condition("Ready", "Unknown", since="2024-03-02T07:59:00Z")]
    world.put(
        "nodes",
        rows.node(
            "far",
            ready="Unknown",
            conditions=tuple(since),
            annotations={"node.openyurt.io/autonomy-duration": "2m"},
        ),
    )
    async with serving(world) as browser:
        before = await browser.send("GET", "/nodes", who=ADMIN, q="far")
        world.clock[0] += 61
        after = await browser.send(
            "GET", "/nodes", who=ADMIN, q="far", headers={"If-None-Match": before.headers["etag"]}
        )

    assert before.json["allNodes"][0]["status"] == "Autonomous"
    assert before.json["allNodes"][0]["autonomyEnds"] == "2024-03-02T08:01:00Z"
    assert after.json["allNodes"][0]["status"] == "Offline"


async def test_a_thousand_nodes_stay_a_small_reply() -> None:
    world = await build()
    world.account(ADMIN, role="admin", tenant_namespace="")
    labels = {"openyurt.io/is-edge-worker": "true", "apps.openyurt.io/nodepool": A}
    world.console.cluster.inventory.nodes.replace(
        rows.node(f"edge-{n:05}", labels=labels) for n in range(1000)
    )
    async with serving(world) as browser:
        reply = await browser.send("GET", "/nodes", who=ADMIN)

    assert len(reply.json["allNodes"]) == 1000
    assert len(reply.body) <= 700_000


async def test_every_list_can_be_sorted_by_each_field_it_names(browser: Browser) -> None:
    for kind, address in ((PODS, "/pods"), (NODES, "/nodes"), (EVENTS, "/clusterEvents")):
        assert kind.list is not None
        for sort in kind.list.sorts:
            assert (await browser.send("GET", address, who=ADMIN, sort=sort)).status == 200
    for address in ("/nodepools", "/deployments", "/jobs", "/cronjobs", "/services", "/namespaces"):
        refused = await browser.send("GET", address, who=ADMIN, sort="?")
        for sort in (
            refused.json["message"].removeprefix("sort: must be one of ").split(", with")[0].split(", ")
        ):
            assert (await browser.send("GET", address, who=ADMIN, sort=sort)).status == 200, (
                address,
                sort,
            )


async def test_a_memo_is_bounded_and_forgets_the_least_used_first() -> None:
    memo: Memo[str] = Memo(10)
    for key in "abc":
        memo.put(key, 1, key, 4)

    assert (memo.get("a", 1), memo.get("b", 1), memo.get("c", 1), memo.weight) == (None, "b", "c", 8)
    assert memo.get("b", 2) is None
    assert memo.last("b") == "b"
    memo.put("b", 2, "new", 1)
    memo.put("heavy", 1, "x", 11)
    assert (memo.get("b", 2), memo.get("heavy", 1), memo.weight, len(memo)) == ("new", None, 5, 2)
