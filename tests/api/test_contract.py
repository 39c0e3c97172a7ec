"""Every reply has every field of the contract, of its type: empty, full, and of objects that say nothing."""

from __future__ import annotations

import copy
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
import yaml

from tests import rows
from tests.api.world import ADMIN, A, B, Browser, build, populate, serving
from yurt_console import rows as models
from yurt_console.kinds.config_maps import ConfigMap

pytestmark = pytest.mark.asyncio(loop_scope="module")

CONTRACT: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "contract.yaml").read_text())
LISTS = sorted(set(CONTRACT) - {"register", "login"})
_TYPES: dict[str, type | tuple[type, ...]] = {"String": str, "Number": (int, float), "Boolean": bool}
_BARE: dict[str, Any] = {
    "nodes": models.Node,
    "nodepools": models.NodePool,
    "pods": models.Pod,
    "deployments": models.Workload,
    "statefulsets": models.Workload,
    "daemonsets": models.Workload,
    "jobs": models.Job,
    "cronjobs": models.CronJob,
    "services": models.Service,
    "configmaps": ConfigMap,
    "resourcequotas": models.ResourceQuota,
    "events": models.Event,
    "namespaces": models.Namespace,
}


def departures(tree: Any, reply: Any, at: str = "") -> list[str]:
    """Where ``reply`` lacks a field of ``tree`` or has another type."""
    if isinstance(tree, dict):
        if not isinstance(reply, dict):
            return [f"{at}: no object"]
        missing = [f"{at}.{name}: missing" for name in tree if name not in reply]
        inner = [departures(tree[name], reply[name], f"{at}.{name}") for name in tree if name in reply]
        return missing + [found for each in inner for found in each]
    if isinstance(tree, list):
        if not isinstance(reply, list):
            return [f"{at}: no array"]
        return [found for i, row in enumerate(reply) for found in departures(tree[0], row, f"{at}[{i}]")]
    right = isinstance(reply, _TYPES[tree]) and (tree == "Boolean" or not isinstance(reply, bool))
    return [] if right else [f"{at}: no {tree} but {type(reply).__name__}"]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def empty() -> AsyncIterator[Browser]:
    world = await build()
    world.account(A)
    world.account(ADMIN, role="admin", tenant_namespace="")
    async with serving(world) as browser:
        yield browser


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def full() -> AsyncIterator[Browser]:
    async with serving(await populate(await build())) as browser:
        yield browser


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bare() -> AsyncIterator[Browser]:
    world = await build()
    world.account(ADMIN, role="admin", tenant_namespace="")
    for kind, row in _BARE.items():
        namespace = "" if kind in ("nodes", "nodepools", "namespaces") else "default"
        world.put(kind, rows.bare(row, namespace=namespace))
    async with serving(world) as browser:
        yield browser


def _rows(address: str, reply: Any) -> list[Any]:
    found: list[Any] = reply[{"nodes": "allNodes", "clusterOverview": "clusterStatus"}.get(address, "items")]
    return found


@pytest.mark.parametrize("address", LISTS)
@pytest.mark.parametrize("who", [A, ADMIN], ids=["tenant", "administrator"])
async def test_an_empty_cluster_answers_with_every_field(empty: Browser, address: str, who: str) -> None:
    reply = await empty.get(f"/{address}", who)

    assert departures(CONTRACT[address], reply) == []
    assert all(row.get("totalNum", 1) == 0 for row in _rows(address, reply))


@pytest.mark.parametrize("address", LISTS)
@pytest.mark.parametrize("who", [A, B, ADMIN], ids=["one tenant", "another", "administrator"])
async def test_a_full_cluster_answers_with_every_field(full: Browser, address: str, who: str) -> None:
    reply = await full.get(f"/{address}", who)

    assert departures(CONTRACT[address], reply) == []
    assert _rows(address, reply), "nothing was shown, so nothing was checked"


@pytest.mark.parametrize("address", LISTS)
async def test_objects_without_any_optional_part_still_have_every_field(bare: Browser, address: str) -> None:
    reply = await bare.get(f"/{address}", ADMIN)

    assert departures(CONTRACT[address], reply) == []
    assert _rows(address, reply), "nothing was shown, so nothing was checked"


@pytest.mark.parametrize(
    "address", ["daemonsets", "cronjobs", "pods", "services", "configmaps", "namespaces", "resourcequotas"]
)
async def test_lists_beside_the_contract_are_in_its_style(bare: Browser, address: str) -> None:
    reply = await bare.get(f"/{address}", ADMIN)

    [row] = reply["items"]
    assert {"name", "uid", "createTime"} <= row.keys()
    assert None not in row.values()


async def test_logging_in_tells_every_field(full: Browser) -> None:
    for name in (A, ADMIN):
        reply = await full.send("GET", "/login", email=f"{name}@example.com", token=full.world.tokens[name])

        assert reply.status == 200
        assert departures(CONTRACT["login"], reply.json) == []


async def test_the_overview_names_the_kinds_in_their_fixed_order(full: Browser) -> None:
    reply = await full.get("/clusterOverview")

    assert [row["kind"] for row in reply["clusterStatus"]] == [
        "nodes", "nodepools", "pods", "deployments", "statefulsets", "daemonsets", "jobs", "cronjobs",
    ]  # fmt: skip


async def test_the_overview_tells_what_the_callers_nodes_have_and_what_is_wrong(full: Browser) -> None:
    mine, whole = await full.get("/clusterOverview"), await full.get("/clusterOverview", ADMIN)

    assert mine["capacity"]["cpu"] == {"allocatable": 3800, "requests": 100, "limits": 200, "usage": 500}
    assert mine["capacity"]["pods"] == {"allocatable": 110, "num": 1}
    assert (mine["capacity"]["measuredNodes"], whole["capacity"]["measuredNodes"]) == (1, 2)
    assert whole["capacity"]["cpu"]["allocatable"] == 3 * 3800
    assert whole["clusterStatus"][1]["troubles"] == [{"status": "Empty", "num": 1}]


async def test_spellings_of_the_contract_stand_beside_the_right_ones(full: Browser) -> None:
    [node] = (await full.get("/nodes"))["allNodes"]
    [deployment] = (await full.get("/deployments"))["items"]
    [stateful_set] = (await full.get("/statefulsets"))["items"]

    assert node["nodeInfo"]["atchitecture"] == node["nodeInfo"]["architecture"] == "amd64"
    assert node["createTime"] == rows.CREATED
    assert node["configuration"] == "4 CPU, 8 GiB, 100 GiB"
    assert node["containerGroup"] == ""
    assert node["nodeStatus"]["cpu"] == "requests 100m, limits 200m, usage 500m"
    assert deployment["image"] == stateful_set["images"] == [{"image": "nginx:1.25"}]
    assert deployment["labels"].startswith("app=")


def _leaves(tree: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if isinstance(tree, dict):
        return [leaf for name, inner in tree.items() for leaf in _leaves(inner, (*path, name))]
    if isinstance(tree, list):
        return _leaves(tree[0], (*path, 0))
    return [path]


@pytest.mark.parametrize("address", LISTS)
async def test_a_field_renamed_or_retyped_in_a_reply_fails_this_test(full: Browser, address: str) -> None:
    reply = await full.get(f"/{address}", ADMIN)

    for *path, name in _leaves(CONTRACT[address]):
        for wrong in ({}, {name: None}, {name: [1]}, {f"{name}s": ""}):
            spoiled = copy.deepcopy(reply)
            holder = spoiled
            for step in path:
                holder = holder[step]
            del holder[name]
            holder.update(wrong)
            assert departures(CONTRACT[address], spoiled), (path, name, wrong)
