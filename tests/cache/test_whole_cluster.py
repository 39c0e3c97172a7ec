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
from tests.cache.copying import RecordingFeed, cached_resources, eventually, hurried
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
class CachedCluster:
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
async def caching(plane: Plane, *resources: Resource) -> AsyncIterator[CachedCluster]:
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
            client, SETTINGS, feed, cached_resources(kinds), backoff=hurried(first=0.2, cap=60.0, absent=0.3)
        )
        await cache.start()
        try:
            await asyncio.wait_for(cache.ready.wait(), 30.0)
            yield CachedCluster(plane, client, cache, feed, tables)
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


async def make_namespace(cached: CachedCluster, name: str) -> None:
    await cached.client.create(NAMESPACES, {"metadata": {"name": name}})
    # Its controller would make it soon; pods cannot be created before.
    account = {"metadata": {"name": "default"}}
    await asyncio.to_thread(cached.plane.api.apply, SERVICE_ACCOUNTS, account, name)


async def test_every_kind_is_followed_and_what_the_cluster_lacks_is_absent(
    plane: Plane,
) -> None:
    async with caching(plane) as cached:
        await cached.in_step("namespaces", "services", "deployments", "nodepools")
        is_measured = bool(await asyncio.to_thread(plane.api.version, NODE_METRICS))
        assert cached.cache.state("usage").absent is not is_measured
        assert cached.tables["services"].get(("default", "kubernetes")) is not None
        await make_namespace(cached, "cache-kinds")
        pool = {"metadata": {"name": "cache-pool"}, "spec": {"type": "Edge"}}
        await cached.client.create(NODE_POOLS, pool)
        cron = {"schedule": "0 3 * * *", "jobTemplate": {"spec": {"template": {"spec": {
            "restartPolicy": "Never", "containers": [{"name": "c", "image": "busybox"}]}}}}}  # fmt: skip
        await cached.client.create(
            CRON_JOBS, {"metadata": {"name": "n", "namespace": "cache-kinds"}, "spec": cron}
        )
        await eventually(lambda: cached.row("cronjobs", "cache-kinds", "n"))
        await eventually(lambda: cached.row("nodepools", "", "cache-pool"))
        assert cached.row("cronjobs", "cache-kinds", "n").images == ("busybox",)
        assert cached.row("nodepools", "", "cache-pool").type == "Edge"
        await cached.client.delete(NODE_POOLS, "cache-pool")
        await eventually(lambda: cached.row("nodepools", "", "cache-pool") is None)
        assert all(not cached.cache.state(kind).skipped for kind in cached.tables)


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
    async with caching(plane, NAMESPACES, PODS) as cached:
        await make_namespace(cached, namespace)
        for number, (status, spec) in enumerate(cases):
            name = f"p{number:02}"
            await cached.client.create(PODS, pod(name, namespace, **spec))
            await cached.client.merge_patch(
                PODS, name, {"status": _complete(status)}, namespace, subresource="status"
            )
        for name in ("p00", "p13"):
            await cached.client.delete(PODS, name, namespace)
        shown = await asyncio.to_thread(plane.api.table, PODS, namespace)
        printed = {row["Name"]: [row["Ready"], row["Status"], str(row["Restarts"])] for row in shown}
        assert len(printed) == len(cases)

        def copied() -> dict[str, list[str]]:
            return {row.name: _columns(row) for row in cached.tables["pods"].rows(namespace)}

        try:
            await eventually(lambda: copied() == printed)
        except AssertionError:
            assert copied() == printed
        for name in printed:
            patch = {"metadata": {"finalizers": None}}
            await cached.client.merge_patch(PODS, name, patch, namespace)
        await cached.client.delete(NAMESPACES, namespace)


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


async def vanish(cached: CachedCluster, name: str) -> None:
    """Delete a namespace for good, whether or not a controller is there to do it."""
    await cached.client.delete(NAMESPACES, name)
    body = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}, "spec": {"finalizers": []}}
    with contextlib.suppress(NotFound):
        await cached.client.request("PUT", f"/api/v1/namespaces/{name}/finalize", body=body)


async def test_a_definition_that_appears_and_disappears_is_followed(fragile: Plane) -> None:
    async with caching(fragile, NODE_POOLS) as cached:
        assert cached.cache.state("nodepools").absent
        await asyncio.to_thread(fragile.install_openyurt, "v1.3")
        await eventually(lambda: not cached.cache.state("nodepools").absent)
        await cached.client.create(NODE_POOLS, {"metadata": {"name": "p"}, "spec": {"type": "Edge"}})
        await eventually(lambda: cached.names("nodepools") == {("", "p")})
        await asyncio.to_thread(fragile.remove_openyurt)
        await eventually(lambda: cached.cache.state("nodepools").absent)
        assert cached.names("nodepools") == set()
        await asyncio.to_thread(fragile.install_openyurt, "v1.7")
        await cached.client.create(NODE_POOLS, {"metadata": {"name": "q"}, "spec": {"type": "Cloud"}})
        await eventually(lambda: cached.names("nodepools") == {("", "q")})


async def test_a_stalled_server_makes_everything_stale_and_equal_again_after(fragile: Plane) -> None:
    async with caching(fragile) as cached:
        write(fragile, "stalled-before")
        await cached.in_step("namespaces")
        before = time.time()
        fragile.stall()
        try:
            await eventually(lambda: all(cached.cache.state(kind).stale_since for kind in cached.tables))
            since = cached.cache.stale_since()
            assert since is not None
            assert before - 1.0 < since < before + 3.0
        finally:
            fragile.resume()
        write(fragile, "stalled-after")
        await vanish(cached, "stalled-before")
        began = time.monotonic()
        await cached.in_step("namespaces", "pods", "nodepools")
        assert time.monotonic() - began < 10.0
        assert ("", "stalled-before") not in cached.names("namespaces")
        assert all(cached.cache.state(kind).relists == 0 for kind in cached.tables)


async def test_a_killed_server_comes_back_with_everything_and_no_kind_vanishes_meanwhile(
    fragile: Plane,
) -> None:
    async with caching(fragile) as cached:
        await asyncio.to_thread(fragile.install_openyurt, "v1.7")
        fragile.api.apply(NODE_POOLS, {"metadata": {"name": "kept"}, "spec": {"type": "Edge"}})
        await eventually(lambda: ("", "kept") in cached.names("nodepools"))
        cached.feed.changes.clear()
        fragile.kill()
        await eventually(lambda: cached.cache.stale_since() is not None)
        await asyncio.to_thread(fragile.restart)
        began = time.monotonic()
        await cached.in_step("namespaces", "pods", "nodepools")
        assert time.monotonic() - began < 10.0
        assert [change for change in cached.feed.changes if change.plural == "nodepools"] == []


async def test_lost_history_leads_to_a_list_that_reports_what_vanished(fragile: Plane) -> None:
    async with caching(fragile, NAMESPACES, PODS) as cached:
        write(fragile, "lost-1", "lost-2")
        await cached.in_step("namespaces", "pods")
        fragile.kill()
        await eventually(lambda: cached.cache.stale_since() is not None)
        fragile.erase(NAMESPACES, "lost-1")
        cached.feed.changes.clear()
        await asyncio.to_thread(fragile.restart)
        await cached.in_step("namespaces", "pods")
        assert cached.cache.state("namespaces").relists == 1
        gone = [change for change in cached.feed.changes if change.plural == "namespaces"]
        assert gone == [Change("namespaces", frozenset({"lost-1"}), removed=1)]


async def test_a_server_restored_from_a_backup_loses_what_was_made_after_it(
    fragile: Plane, tmp_path: Path
) -> None:
    async with caching(fragile, NAMESPACES, PODS, SERVICES) as cached:
        await asyncio.to_thread(fragile.back_up, tmp_path / "backup")
        write(fragile, *(f"after-{number}" for number in range(30)))
        await cached.in_step("namespaces")
        fragile.kill()
        await asyncio.to_thread(fragile.restore, tmp_path / "backup")
        await asyncio.to_thread(fragile.restart)
        await cached.in_step("namespaces", "pods", "services")
        assert not {name for _, name in cached.names("namespaces") if name.startswith("after-")}
        write(fragile, "restored")
        await cached.in_step("namespaces")
