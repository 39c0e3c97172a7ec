"""Reflectors and caches against an API server, with short intervals for tests."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from apimachinery.resources import NODE_METRICS, NODES, PODS, Resource
from tests.cache.api_server import ApiServer
from yurt_console.cache.backoff import Backoff
from yurt_console.cache.cluster_cache import CachedResource, ClusterCache
from yurt_console.cache.feed import Feed
from yurt_console.cache.group_totals import GroupTotals
from yurt_console.cache.state import KindState
from yurt_console.cache.store import Change, Table
from yurt_console.custom_resources import NODE_POOLS
from yurt_console.kinds.registry import DECODERS
from yurt_console.kube.client import Client
from yurt_console.kube.credentials import Credentials
from yurt_console.rows import Key, Pod, Row
from yurt_console.settings import CacheSettings, Settings

# shorter than the bounds of the settings allow
SETTINGS = Settings(
    cache=CacheSettings(
        page_size=3, watch_seconds=60, probe_interval=0.05, probe_timeout=0.5, metrics_interval=0.05
    )
)
KINDS = {"pods": PODS, "nodes": NODES, "nodepools": NODE_POOLS}


def hurried(**seconds: float) -> Backoff:
    return Backoff(
        **{"first": 0.01, "cap": 0.05, "absent": 0.05, "forbidden": 0.05, **seconds},
        random=random.Random(1),
    )


class RecordedBackoff(Backoff):
    """A constant backoff that counts its calls."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        object.__setattr__(self, "seconds", seconds)
        object.__setattr__(self, "asked", [])

    seconds: float
    asked: list[int]

    def delay(self, failures: int, asked: float = 0.0) -> float:
        self.asked.append(failures)
        return self.seconds


class RecordingFeed(Feed):
    """A feed that records all notifications."""

    def __init__(self) -> None:
        super().__init__(0.0)
        self.changes: list[Change] = []
        self.states: list[tuple[str, str]] = []

    def publish(self, change: Change) -> None:
        self.changes.append(change)
        super().publish(change)

    def stale(self, kind: str, since: float) -> None:
        self.states.append(("stale", kind))
        super().stale(kind, since)

    def live(self, kind: str) -> None:
        self.states.append(("live", kind))
        super().live(kind)


def pod_amounts(pod: Pod) -> tuple[int, ...]:
    return (1, int(pod.ready), pod.restarts)


@dataclass
class Copy:
    """A running cache with shorthands for assertions."""

    server: ApiServer
    cache: ClusterCache
    feed: RecordingFeed
    tables: dict[str, tuple[Resource, Table[Any]]]

    def table(self, kind: str = "pods") -> Table[Any]:
        return self.tables[kind][1]

    def names(self, kind: str = "pods") -> set[str]:
        return {row.name for row in self.table(kind).rows()}

    def state(self, kind: str = "pods") -> KindState:
        return self.cache.state(kind)

    def equal(self) -> bool:
        """Whether every table equals the contents of the server."""
        return all(
            {row.key: row for row in table.rows()} == held(self.server, kind, resource)
            for kind, (resource, table) in self.tables.items()
        )

    def live(self) -> bool:
        return self.cache.stale_since() is None and all(
            self.server.open_watches(kind) or self.state(kind).absent for kind in self.tables
        )

    async def in_step(self) -> None:
        """Wait until the cache is equal, live and watching."""
        try:
            await eventually(lambda: self.equal() and self.live())
        except AssertionError:
            states = [self.state(kind) for kind in self.tables]
            watches = [self.server.open_watches(kind) for kind in self.tables]
            alive, last = self.cache.probe.alive, self.server.requests[-10:]
            raise AssertionError(f"{self.equal()=} {states=} {watches=} {alive=} {last=}") from None


def held(server: ApiServer, kind: str, resource: Resource) -> dict[Key, Row]:
    """Rows of the server's objects, except those that cannot be decoded."""
    if resource.group and not server.groups.get(resource.group):
        return {}
    items = [obj for place, obj in server.objects.items() if place[0] == kind]
    page = DECODERS[resource].page(_page(items))
    return {row.key: row for row in page.rows}


def _page(items: list[dict[str, Any]]) -> bytes:
    import json

    return json.dumps({"metadata": {}, "items": items}).encode()


def tables(*kinds: str) -> dict[str, tuple[Resource, Table[Any]]]:
    made: dict[str, tuple[Resource, Table[Any]]] = {}
    for kind in kinds:
        totals = {"pods": GroupTotals(lambda pod: pod.namespace, pod_amounts, 3)} if kind == "pods" else {}
        made[kind] = (KINDS[kind], Table(kind, scope=lambda row: row.namespace or row.name, totals=totals))
    return made


def cached_resources(tables: dict[str, tuple[Resource, Table[Any]]]) -> list[CachedResource]:
    return [
        CachedResource(resource, table, DECODERS[resource], polled=resource == NODE_METRICS)
        for resource, table in tables.values()
    ]


@asynccontextmanager
async def copying(
    server: ApiServer, *kinds: str, settings: Settings = SETTINGS, backoff: Backoff | None = None
) -> AsyncIterator[Copy]:
    """A started cache of ``kinds``, pods by default."""
    feed, made = RecordingFeed(), tables(*(kinds or ("pods",)))
    async with Client(Credentials(server.url), timeout=settings.cluster.request_timeout) as client:
        cache = ClusterCache(client, settings, feed, cached_resources(made), backoff=backoff or hurried())
        await cache.start()
        try:
            yield Copy(server, cache, feed, made)
        finally:
            await cache.stop()


async def eventually(holds: Callable[[], object], seconds: float = 20.0) -> None:
    """Wait until ``holds()``; fail after ``seconds``."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds
    while not holds():
        assert loop.time() < deadline, "it did not come true in time"
        await asyncio.sleep(0.005)
