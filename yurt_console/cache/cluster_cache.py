"""Live copy of a cluster: one reflector per resource, a shared probe and the metrics poller."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine, Iterable
from typing import Any, NamedTuple

from apimachinery.resources import Resource
from yurt_console.cache.backoff import Backoff
from yurt_console.cache.decoding import Decoder
from yurt_console.cache.feed import Feed
from yurt_console.cache.metrics_poller import MetricsPoll
from yurt_console.cache.probe import Probe
from yurt_console.cache.reflector import Reflector
from yurt_console.cache.state import KindState
from yurt_console.cache.store import Table
from yurt_console.kube.client import Client
from yurt_console.settings import Settings

log = logging.getLogger(__name__)


class CachedResource(NamedTuple):
    """A resource of the cache: its table, its decoder, and the part of it that is kept.

    ``polled``: listed periodically instead of watched; `ClusterCache.ready` does not wait for it.
    """

    resource: Resource
    table: Table[Any]
    decoder: Decoder[Any]
    namespace: str = ""
    label_selector: str = ""
    polled: bool = False


class ClusterCache:
    """Keeps the tables of ``resources`` equal to the cluster between `start` and `stop`."""

    def __init__(
        self,
        client: Client,
        settings: Settings,
        feed: Feed,
        resources: Iterable[CachedResource],
        *,
        backoff: Backoff | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.ready = asyncio.Event()
        """Set, for good, once all kinds were listed or are known to be absent or forbidden."""
        self.probe = Probe(client, settings, clock=clock)
        self._backoff = backoff or Backoff()
        self._reflectors: dict[str, Reflector[Any]] = {}
        self._polled: dict[str, MetricsPoll] = {}
        for each in resources:
            if each.polled:
                self._polled[each.table.plural] = MetricsPoll(
                    client,
                    each.resource,
                    each.table,
                    feed,
                    settings,
                    decoder=each.decoder,
                    backoff=backoff,
                    clock=clock,
                )
            else:
                self._reflectors[each.table.plural] = Reflector(
                    client,
                    each.resource,
                    each.table,
                    feed,
                    settings,
                    probe=self.probe,
                    decoder=each.decoder,
                    namespace=each.namespace,
                    label_selector=each.label_selector,
                    backoff=backoff,
                    clock=clock,
                )
        self._freshness = {
            plural: each.freshness for plural, each in (self._reflectors | self._polled).items()
        }
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Start all reflectors and return at once; `ready` is set when the cache has synced."""
        runs = {"probe": self.probe.run, "ready": self._become_ready}
        runs |= {plural: each.run for plural, each in (self._reflectors | self._polled).items()}
        self._tasks = [
            asyncio.create_task(self._forever(name, run), name=f"cache {name}") for name, run in runs.items()
        ]

    async def stop(self) -> None:
        """Cancel all tasks; the tables keep their rows."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []

    @property
    def plurals(self) -> tuple[str, ...]:
        """The plurals of all kinds, in the order given."""
        return (*self._reflectors, *self._polled)

    def state(self, plural: str) -> KindState:
        """The sync state of one kind."""
        return (self._reflectors.get(plural) or self._polled[plural]).state

    def stale_since(self, *plurals: str) -> float | None:
        """The earliest unix time since which a kind may be behind; without arguments of all but metrics."""
        earliest: float | None = None
        for plural in plurals or self._reflectors:
            since = self._freshness[plural].stale_since
            if since is not None and (earliest is None or since < earliest):
                earliest = since
        return earliest

    def absent(self, plural: str) -> bool:
        """Whether the cluster does not serve the kind."""
        return self._freshness[plural].is_absent

    async def synced(self, *plurals: str) -> None:
        """Return once each of these kinds was listed or is known to be absent or forbidden."""
        for plural in plurals:
            await self._reflectors[plural].freshness.synced.wait()

    async def _become_ready(self) -> None:
        await self.synced(*self._reflectors)
        self.ready.set()

    async def _forever(self, name: str, run: Callable[[], Coroutine[Any, Any, None]]) -> None:
        failures = 0
        while True:
            try:
                await run()
            except Exception:
                failures += 1
                log.exception("%s: unexpected error; restarting", name)
                await asyncio.sleep(self._backoff.delay(failures))
            else:
                return
