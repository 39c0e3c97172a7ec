"""The same promises on whole API servers: rows against tables, versions, outages, lost history, a backup."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import json
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from apimachinery.resources import (
    CRON_JOBS,
    DEPLOYMENTS,
    EVENTS,
    NAMESPACES,
    NODE_METRICS,
    NODES,
    PODS,
    SERVICE_ACCOUNTS,
    SERVICES,
    Resource,
)
from tests.cache.copying import RecordingFeed, eventually, followed, hurried
from tests.cache.test_pods import INITS, ONE, condition, ended, running, said, waiting
from tests.planes.plane import Plane
from tests.planes.targets import TARGETS, started
from yurt_console.cache.cluster_cache import ClusterCache
from yurt_console.cache.store import Change, Table
from yurt_console.custom_resources import NODE_POOLS
from yurt_console.kube import kubeconfig
from yurt_console.kube.client import Client
from yurt_console.kube.errors import GatewayTimeout, NotFound
from yurt_console.rows import Key, Pod, Row
from yurt_console.settings import settings_of

KINDS = (NAMESPACES, NODES, NODE_POOLS, PODS, DEPLOYMENTS, CRON_JOBS, SERVICES, EVENTS)
SETTINGS = settings_of(page_size=50, probe_interval=0.5, probe_timeout=1.0)


@dataclasses.dataclass
class Followed:
    plane: Plane
    client: Client
    cache: ClusterCache
    feed: RecordingFeed
    tables: dict[str, Table[Any]]

    def names(self, kind: str) -> set[tuple[str, str]]:
        return {row.key for row in self.tables[kind].rows()}

    def row(self, kind: str, namespace: str, name: str) -> Any:
        return self.tables[kind].get((namespace, name))

    async def in_step(self, *kinds: str, seconds: float = 20.0) -> None:
        """Wait until the copy has exactly what the API server has, and is live."""
        await eventually(lambda: self.cache.stale_since() is None, seconds)
        for kind in kinds or ("pods", "namespaces", "nodepools"):
            [resource] = (one for one in KINDS if one.plural == kind)
            wanted = {
                ((item["metadata"].get("namespace", ""), item["metadata"]["name"]), item["metadata"]["uid"])
                for item in await asyncio.to_thread(self.plane.api.list, resource)
            }
            await eventually(partial(self._holds, kind, wanted), seconds)

    def _holds(self, kind: str, wanted: set[tuple[Key, str]]) -> bool:
        return {(row.key, row.uid) for row in self.tables[kind].rows()} == wanted


@asynccontextmanager
async def following(plane: Plane, *resources: Resource) -> AsyncIterator[Followed]:
    def scope(row: Row) -> str:
        return row.namespace or row.name

    feed = RecordingFeed()
    tables = {resource.plural: Table[Any](resource.plural, scope=scope) for resource in resources or KINDS}
    kinds: dict[str, tuple[Resource, Table[Any]]] = {
        resource.plural: (resource, tables[resource.plural]) for resource in resources or KINDS
    }
    kinds["usage"] = (NODE_METRICS, Table("usage", scope=scope))
    async with Client(kubeconfig.load(plane.kubeconfig)) as client:
        cache = ClusterCache(
            client, SETTINGS, feed, followed(kinds), backoff=hurried(first=0.2, cap=60.0, absent=0.3)
        )
        await cache.start()
        try:
            await asyncio.wait_for(cache.ready.wait(), 30.0)
            yield Followed(plane, client, cache, feed, tables)
        finally:
            await cache.stop()


def pod(name: str, namespace: str, **spec: Any) -> dict[str, Any]:
    containers = [
        {"name": each["name"], "image": "nginx:1.25"} for each in spec.get("containers", [{"name": "c"}])
    ]
    inits = [{"name": each["name"], "image": "busybox"} for each in spec.get("initContainers", [])]
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": namespace, "finalizers": ["example.com/keep"]},
        "spec": {
            "schedulerName": "none",  # no kubelet overwrites the statuses that tests write
            "automountServiceAccountToken": False,  # the account has no token in its first moments
            "containers": containers,
            "initContainers": inits,
        },
    }


async def make_namespace(followed: Followed, name: str) -> None:
    await followed.client.create(NAMESPACES, {"metadata": {"name": name}})
    # Its controller would make it soon; pods cannot be created before.
    account = {"metadata": {"name": "default"}}
    await asyncio.to_thread(followed.plane.api.apply, SERVICE_ACCOUNTS, account, name)


async def test_every_kind_is_followed_and_what_the_cluster_lacks_is_absent(
    plane: Plane,
) -> None:
    async with following(plane) as followed:
        await followed.in_step("namespaces", "services", "deployments", "nodepools")
        is_measured = bool(await asyncio.to_thread(plane.api.version, NODE_METRICS))
        assert followed.cache.state("usage").absent is not is_measured
        assert followed.tables["services"].get(("default", "kubernetes")) is not None
        await make_namespace(followed, "cache-kinds")
        pool = {"metadata": {"name": "cache-pool"}, "spec": {"type": "Edge"}}
        await followed.client.create(NODE_POOLS, pool)
        cron = {"schedule": "0 3 * * *", "jobTemplate": {"spec": {"template": {"spec": {
            "restartPolicy": "Never", "containers": [{"name": "c", "image": "busybox"}]}}}}}  # fmt: skip
        await followed.client.create(
            CRON_JOBS, {"metadata": {"name": "n", "namespace": "cache-kinds"}, "spec": cron}
        )
        await eventually(lambda: followed.row("cronjobs", "cache-kinds", "n"))
        await eventually(lambda: followed.row("nodepools", "", "cache-pool"))
        assert followed.row("cronjobs", "cache-kinds", "n").images == ("busybox",)
        assert followed.row("nodepools", "", "cache-pool").type == "Edge"
        await followed.client.delete(NODE_POOLS, "cache-pool")
        await eventually(lambda: followed.row("nodepools", "", "cache-pool") is None)
        assert all(not followed.cache.state(kind).skipped for kind in followed.tables)


async def test_pods_read_as_a_table_shows_them(plane: Plane) -> None:
    done = ended(name="d", reason="Completed")
    two = {"containers": [{"name": "c"}, {"name": "d"}]}
    cases: list[tuple[dict[str, Any], dict[str, Any]]] = [
        (said("Running", main=[running(restarts=3)], conditions=[condition("Ready")]), ONE),
        (said("Running", main=[waiting("CrashLoopBackOff")]), ONE),
        (said("Succeeded", main=[ended(reason="Completed")]), ONE),
        (said("Failed", main=[ended(3)]), ONE),
        (said("Failed", main=[ended(137, signal=9)]), ONE),
        (said("Failed", reason="Evicted", message="low on memory"), ONE),
        (said("Running", main=[running(), done], conditions=[condition("Ready")]), two),
        (said("Running", main=[running(), done]), two),
        (said("Pending", init=[running("i", restarts=2), waiting("PodInitializing", "j")]), INITS),
        (said("Pending", init=[ended(name="i"), waiting("PodInitializing", "j")]), INITS),
        (said("Pending", init=[ended(1, "i", reason="Error")]), INITS),
        (said("Pending", init=[waiting("ErrImagePull", "i")]), INITS),
        (said("Running", init=[ended(name="i"), ended(name="j")], main=[running(restarts=1)]), INITS),
        (said("Running", main=[running()], reason="NodeLost"), ONE),
        (said("Pending", conditions=[condition("PodScheduled", "False", reason="Unschedulable")]), ONE),
    ]
    namespace = "cache-words"
    async with following(plane, NAMESPACES, PODS) as followed:
        await make_namespace(followed, namespace)
        for number, (status, spec) in enumerate(cases):
            name = f"p{number:02}"
            await followed.client.create(PODS, pod(name, namespace, **spec))
            await followed.client.merge_patch(
                PODS, name, {"status": _complete(status)}, namespace, subresource="status"
            )
        for name in ("p00", "p13"):
            await followed.client.delete(PODS, name, namespace)
        shown = await asyncio.to_thread(plane.api.table, PODS, namespace)
        printed = {row["Name"]: [row["Ready"], row["Status"], str(row["Restarts"])] for row in shown}
        assert len(printed) == len(cases)

        def copied() -> dict[str, list[str]]:
            return {row.name: _columns(row) for row in followed.tables["pods"].rows(namespace)}

        try:
            await eventually(lambda: copied() == printed)
        except AssertionError:
            assert copied() == printed
        for name in printed:
            patch = {"metadata": {"finalizers": None}}
            await followed.client.merge_patch(PODS, name, patch, namespace)
        await followed.client.delete(NAMESPACES, namespace)


def _columns(row: Pod) -> list[str]:
    return [f"{row.ready_containers}/{row.containers}", row.reason, str(row.restarts)]


def _complete(status: dict[str, Any]) -> dict[str, Any]:
    """The fields that the API server insists on."""
    statuses = json.loads(json.dumps(status))
    for kind in ("containerStatuses", "initContainerStatuses"):
        for each in statuses.get(kind, []):
            each |= {"image": "nginx", "imageID": "", "ready": each.get("ready", False)}
            each.setdefault("restartCount", 0)
            if "running" in each["state"]:
                each["state"]["running"] = {"startedAt": "2024-03-01T08:00:00Z"}
    return dict(statuses)


async def test_a_version_from_the_servers_future_is_refused_where_we_ask(plane: Plane) -> None:
    async with Client(kubeconfig.load(plane.kubeconfig)) as client:
        body = json.loads(await client.list_page(NODE_POOLS, limit=1))
        current = body["metadata"]["resourceVersion"]
        not_older = partial(client.list_page, limit=1, resource_version_match="NotOlderThan")
        for resource in (PODS, NODE_POOLS):
            await not_older(resource, resource_version=current)
            with pytest.raises(GatewayTimeout) as refused:
                await not_older(resource, resource_version=str(int(current) + 1_000_000))
            causes = [cause.reason for cause in refused.value.status.details.causes]
            assert causes == ["ResourceVersionTooLarge"]


@pytest.fixture(scope="module", params=TARGETS)
def fragile(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plane]:
    """A cluster of our own, to be stalled, killed and restored; begins without OpenYurt."""
    folder = tmp_path_factory.mktemp("cache") / "kube"
    with started(request.param, folder, controllers=False, openyurt="") as plane:
        yield plane


def write(plane: Plane, *names: str) -> None:
    for name in names:
        plane.api.create(NAMESPACES, {"metadata": {"name": name}})


async def vanish(followed: Followed, name: str) -> None:
    """Delete a namespace for good, whether or not a controller is there to do it."""
    await followed.client.delete(NAMESPACES, name)
    body = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}, "spec": {"finalizers": []}}
    with contextlib.suppress(NotFound):
        await followed.client.request("PUT", f"/api/v1/namespaces/{name}/finalize", body=body)


async def test_a_definition_that_appears_and_disappears_is_followed(fragile: Plane) -> None:
    async with following(fragile, NODE_POOLS) as followed:
        assert followed.cache.state("nodepools").absent
        await asyncio.to_thread(fragile.install_openyurt, "v1.3")
        await eventually(lambda: not followed.cache.state("nodepools").absent)
        await followed.client.create(NODE_POOLS, {"metadata": {"name": "p"}, "spec": {"type": "Edge"}})
        await eventually(lambda: followed.names("nodepools") == {("", "p")})
        await asyncio.to_thread(fragile.remove_openyurt)
        await eventually(lambda: followed.cache.state("nodepools").absent)
        assert followed.names("nodepools") == set()
        await asyncio.to_thread(fragile.install_openyurt, "v1.7")
        await followed.client.create(NODE_POOLS, {"metadata": {"name": "q"}, "spec": {"type": "Cloud"}})
        await eventually(lambda: followed.names("nodepools") == {("", "q")})


async def test_a_stalled_server_makes_everything_stale_and_equal_again_after(fragile: Plane) -> None:
    async with following(fragile) as followed:
        write(fragile, "stalled-before")
        await followed.in_step("namespaces")
        before = time.time()
        fragile.stall()
        try:
            await eventually(lambda: all(followed.cache.state(kind).stale_since for kind in followed.tables))
            since = followed.cache.stale_since()
            assert since is not None
            assert before - 1.0 < since < before + 3.0
        finally:
            fragile.resume()
        write(fragile, "stalled-after")
        await vanish(followed, "stalled-before")
        began = time.monotonic()
        await followed.in_step("namespaces", "pods", "nodepools")
        assert time.monotonic() - began < 10.0
        assert ("", "stalled-before") not in followed.names("namespaces")
        assert all(followed.cache.state(kind).relists == 0 for kind in followed.tables)


async def test_a_killed_server_comes_back_with_everything_and_no_kind_vanishes_meanwhile(
    fragile: Plane,
) -> None:
    async with following(fragile) as followed:
        await asyncio.to_thread(fragile.install_openyurt, "v1.7")
        fragile.api.apply(NODE_POOLS, {"metadata": {"name": "kept"}, "spec": {"type": "Edge"}})
        await eventually(lambda: ("", "kept") in followed.names("nodepools"))
        followed.feed.changes.clear()
        fragile.kill()
        await eventually(lambda: followed.cache.stale_since() is not None)
        await asyncio.to_thread(fragile.restart)
        began = time.monotonic()
        await followed.in_step("namespaces", "pods", "nodepools")
        assert time.monotonic() - began < 10.0
        assert [change for change in followed.feed.changes if change.plural == "nodepools"] == []


async def test_lost_history_leads_to_a_list_that_reports_what_vanished(fragile: Plane) -> None:
    async with following(fragile, NAMESPACES, PODS) as followed:
        write(fragile, "lost-1", "lost-2")
        await followed.in_step("namespaces", "pods")
        fragile.kill()
        await eventually(lambda: followed.cache.stale_since() is not None)
        fragile.erase(NAMESPACES, "lost-1")
        followed.feed.changes.clear()
        await asyncio.to_thread(fragile.restart)
        await followed.in_step("namespaces", "pods")
        assert followed.cache.state("namespaces").relists == 1
        gone = [change for change in followed.feed.changes if change.plural == "namespaces"]
        assert gone == [Change("namespaces", frozenset({"lost-1"}), removed=1)]


async def test_a_server_restored_from_a_backup_loses_what_was_made_after_it(
    fragile: Plane, tmp_path: Path
) -> None:
    async with following(fragile, NAMESPACES, PODS, SERVICES) as followed:
        await asyncio.to_thread(fragile.back_up, tmp_path / "backup")
        write(fragile, *(f"after-{number}" for number in range(30)))
        await followed.in_step("namespaces")
        fragile.kill()
        await asyncio.to_thread(fragile.restore, tmp_path / "backup")
        await asyncio.to_thread(fragile.restart)
        await followed.in_step("namespaces", "pods", "services")
        assert not {name for _, name in followed.names("namespaces") if name.startswith("after-")}
        write(fragile, "restored")
        await followed.in_step("namespaces")
