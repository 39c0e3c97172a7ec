"""Poller of metrics.k8s.io, an optional add-on that cannot be watched.

Metrics may be absent, so nothing waits for them. Numbers that are too old are removed.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from apimachinery.resources import Resource
from yurt_console.cache.backoff import Backoff
from yurt_console.cache.decoding import Decoder
from yurt_console.cache.feed import Feed
from yurt_console.cache.state import Freshness, KindState
from yurt_console.cache.store import Table
from yurt_console.kube.client import Client
from yurt_console.kube.errors import KubeError, NotFound
from yurt_console.rows import Usage
from yurt_console.settings import Settings

_OLD = 3
"""Intervals after which usage that could not be refreshed is removed."""


class MetricsPoll:
    """Lists ``resource`` into ``table`` every ``settings.metrics_interval``."""

    def __init__(
        self,
        client: Client,
        resource: Resource,
        table: Table[Usage],
        feed: Feed,
        settings: Settings,
        *,
        decoder: Decoder[Usage],
        backoff: Backoff | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.freshness = Freshness(table.plural, feed, clock=clock)
        self._client = client
        self._decoder = decoder
        self._resource = resource
        self._table = table
        self._feed = feed
        self._interval = settings.cache.metrics_interval
        self._backoff = backoff or Backoff()
        self._clock = clock
        self._listed_at = 0.0

    @property
    def state(self) -> KindState:
        """The current sync state."""
        return self.freshness.state

    async def run(self) -> None:
        """Poll until cancelled."""
        while True:
            try:
                await self._list()
            except NotFound as error:
                self._replace([])
                self.freshness.absent(error.status.message)
            except KubeError as error:
                self.freshness.stale(self._listed_at, str(error))
                self.freshness.synced.set()
                if self._clock() - self._listed_at > _OLD * self._interval:
                    self._replace([])
            await asyncio.sleep(self._backoff.jitter(self._interval))

    async def _list(self) -> None:
        page = self._decoder.page(await self._client.list_page(self._resource))
        for cause in page.skipped:
            self.freshness.skipped(cause)
        self._listed_at = self._clock()
        self._replace(page.rows)
        self.freshness.listed()
        self.freshness.live()

    def _replace(self, usages: list[Usage]) -> None:
        change = self._table.replace(usages)
        if change is not None:
            self._feed.publish(change)
