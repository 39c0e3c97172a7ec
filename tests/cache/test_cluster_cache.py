"""The live copy as a whole: when it is ready, what it says of each kind, metrics, and its own mistakes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from apimachinery.resources import NODE_METRICS, PODS
from tests.cache.api_server import ApiServer, serving
from tests.cache.copying import SETTINGS, RecordingFeed, cached_resources, copying, eventually, hurried
from yurt_console.cache.cluster_cache import ClusterCache
from yurt_console.cache.store import Change, Table
from yurt_console.kube.client import Client
from yurt_console.kube.credentials import Credentials
from yurt_console.rows import Pod, Usage


async def test_ready_means_that_every_kind_was_listed() -> None:
    async with serving() as server:
        server.fail(500, plural="nodes", times=10_000)
        async with copying(server, "pods", "nodes") as copy:
            await eventually(lambda: copy.state("pods").filled)
            assert not copy.cache.ready.is_set()
            assert copy.cache.plurals == ("pods", "nodes")
            server.faults.clear()
            await asyncio.wait_for(copy.cache.ready.wait(), 10.0)


async def test_stale_since_is_the_earliest_of_the_kinds_asked_for() -> None:
    async with serving() as server, copying(server, "pods", "nodes") as copy:
        await copy.in_step()
        assert copy.cache.stale_since() is None
        server.fail(500, plural="nodes", times=10_000)
        server.cut()
        await eventually(lambda: copy.state("nodes").stale_since and not copy.state("pods").stale_since)
        assert copy.cache.stale_since("pods") is None
        assert copy.cache.stale_since() == copy.cache.stale_since("nodes") == copy.state("nodes").stale_since


async def test_after_a_stop_nothing_is_asked_any_more() -> None:
    async with serving() as server:
        async with copying(server) as copy:
            await copy.in_step()
        server.requests.clear()
        await asyncio.sleep(4 * SETTINGS.cache.probe_interval)
        assert server.requests == []
        await eventually(lambda: not server.open_watches("pods"))


async def test_an_unexpected_error_is_logged_and_the_kind_restarts(caplog: pytest.LogCaptureFixture) -> None:
    poisonous = True

    def scope(pod: Pod) -> str:
        if poisonous and pod.name == "poison":
            raise ZeroDivisionError
        return pod.namespace

    table = Table("pods", scope=scope)
    async with serving() as server, Client(Credentials(server.url)) as client:
        cache = ClusterCache(
            client, SETTINGS, RecordingFeed(), cached_resources({"pods": (PODS, table)}), backoff=hurried()
        )
        await cache.start()
        await asyncio.wait_for(cache.ready.wait(), 10.0)
        server.put("pods", "poison", "a")
        await eventually(lambda: "unexpected error" in caplog.text)
        poisonous = False
        server.put("pods", "good", "a")
        await eventually(lambda: {row.name for row in table.rows()} == {"poison", "good"})
        await cache.stop()


@asynccontextmanager
async def measuring(server: ApiServer) -> AsyncIterator[tuple[ClusterCache, Table[Usage], RecordingFeed]]:
    table, feed = Table[Usage]("usage", scope=lambda usage: usage.name), RecordingFeed()
    pods = Table[Pod]("pods", scope=lambda pod: pod.namespace)
    tables: dict[str, Any] = {"pods": (PODS, pods), "usage": (NODE_METRICS, table)}
    async with Client(Credentials(server.url)) as client:
        cache = ClusterCache(client, SETTINGS, feed, cached_resources(tables), backoff=hurried())
        await cache.start()
        try:
            yield cache, table, feed
        finally:
            await cache.stop()


async def test_usage_is_polled_where_it_is_served_and_absent_where_not() -> None:
    async with serving() as server, measuring(server) as (cache, table, feed):
        await asyncio.wait_for(cache.ready.wait(), 10.0)
        await eventually(lambda: cache.state("usage").absent)
        server.groups["metrics.k8s.io"] = {"v1beta1": {"nodes"}}
        server.put("nodes", "n", usage={"cpu": "250m", "memory": "1Mi"})
        await eventually(
            lambda: [(row.name, row.cpu, row.memory) for row in table.rows()] == [("n", 250, 2**20)]
        )
        assert Change("usage", frozenset({"n"})) in feed.changes
        assert not cache.state("usage").absent
        del server.groups["metrics.k8s.io"]
        await eventually(lambda: cache.state("usage").absent and len(table) == 0)


async def test_usage_that_cannot_be_asked_is_stale_and_soon_forgotten_and_holds_nothing_up() -> None:
    async with serving() as server:
        server.groups["metrics.k8s.io"] = {"v1beta1": {"nodes"}}
        server.put("nodes", "n", usage={"cpu": "250m", "memory": "1Mi"})
        async with measuring(server) as (cache, table, _):
            await eventually(lambda: len(table) == 1)
            unavailable = json.dumps({"kind": "Status", "code": 503, "message": "no metrics now"})
            server.fail(503, plural="nodes", times=10_000, body=unavailable)
            await eventually(lambda: cache.state("usage").stale_since is not None)
            assert "no metrics now" in cache.state("usage").reason
            assert cache.stale_since() is None
            await eventually(lambda: len(table) == 0)
            server.faults.clear()
            await eventually(lambda: len(table) == 1 and cache.state("usage").stale_since is None)
