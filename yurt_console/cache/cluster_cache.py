"""The whole live copy: a reflector for each kind, the probe they share, and the metrics poll."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, NamedTuple

from apimachinery.resources import NODE_METRICS, Resource
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


class Selection(NamedTuple):
    """The part of a kind that is kept, and how its rows are decoded (None: as in `DECODERS`)."""

    namespace: str = ""
    label_selector: str = ""
    decoder: Decoder[Any] | None = None


class ClusterCache:
    """Keeps ``tables`` equal to the cluster between `start` and `stop`; `state` takes their keys.

    A table of NODE_METRICS is polled and never waited for; all others are followed by watches, whole or as
    ``selections`` says of them.
    """

    def __init__(
        self,
        client: Client,
        settings: Settings,
        feed: Feed,
        tables: Mapping[str, tuple[Resource, Table[Any]]],
        *,
        selections: Mapping[str, Selection] = {},
        pace: Backoff | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.ready = asyncio.Event()
        """Set, for good, once every kind was listed or is known to be absent or forbidden."""
        self.probe = Probe(client, settings, clock=clock)
        self._pace = pace or Backoff()
        self._followed: dict[str, Reflector[Any]] = {}
        self._polled: dict[str, MetricsPoll] = {}
        for kind, (resource, table) in tables.items():
            if resource == NODE_METRICS:
                self._polled[kind] = MetricsPoll(
                    client, resource, table, feed, settings, pace=pace, clock=clock
                )
            else:
                selection = selections.get(kind, Selection())
                self._followed[kind] = Reflector(
                    client,
                    resource,
                    table,
                    feed,
                    settings,
                    probe=self.probe,
                    decoder=selection.decoder,
                    namespace=selection.namespace,
                    label_selector=selection.label_selector,
                    pace=pace,
                    clock=clock,
                )
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Begin to follow everything; returns at once, `ready` tells when there is something to show."""
        runs = {"probe": self.probe.run, "ready": self._become_ready}
        runs |= {kind: each.run for kind, each in (self._followed | self._polled).items()}
        self._tasks = [
            asyncio.create_task(self._forever(name, run), name=f"cache {name}") for name, run in runs.items()
        ]

    async def stop(self) -> None:
        """End all tasks; the tables stay as they are."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []

    @property
    def kinds(self) -> tuple[str, ...]:
        """All kinds, in the order given."""
        return (*self._followed, *self._polled)

    def state(self, kind: str) -> KindState:
        """What is known about the copy of one kind."""
        return (self._followed.get(kind) or self._polled[kind]).state

    def stale_since(self, *kinds: str) -> float | None:
        """The earliest unix time since when one of these kinds may be behind (none: all but metrics)."""
        times = [self.state(kind).stale_since for kind in kinds or self._followed]
        return min((time for time in times if time is not None), default=None)

    async def settled(self, *kinds: str) -> None:
        """Return once each of these followed kinds was listed or is known to be absent or forbidden."""
        for kind in kinds:
            await self._followed[kind].freshness.settled.wait()

    async def _become_ready(self) -> None:
        await self.settled(*self._followed)
        self.ready.set()

    async def _forever(self, name: str, run: Callable[[], Coroutine[Any, Any, None]]) -> None:
        failures = 0
        while True:
            try:
                await run()
            except Exception:
                failures += 1
                log.exception("%s: a mistake of ours; starting over", name)
                await asyncio.sleep(self._pace.after(failures))
            else:
                return
