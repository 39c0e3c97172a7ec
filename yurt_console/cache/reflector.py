"""Reflector: keeps a `Table` equal to one kind of the cluster by list and watch, and never gives up.

    list page by page ──> watch ──> ended normally ──> watch again from the last version
          ^                 │
          │                 ├─ broken ──> pause, watch, ask whether the server still knows our version
          └── version gone ─┘

Resource versions are opaque. A server restored from a backup accepts a version from its future and silently
omits events (Kubernetes 1.20 does). So a watch that does not directly continue another is trusted only after
a check: a list of one object "not older than" our version fails if the server has not reached it. (A server
that has already passed our version cannot be detected.)
Source: https://kubernetes.io/docs/reference/using-api/api-concepts/, and client-go.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Generic, TypeVar

from apimachinery.resources import Resource
from yurt_console.cache import decoding
from yurt_console.cache.backoff import Backoff
from yurt_console.cache.feed import Feed
from yurt_console.cache.pager import ListPager
from yurt_console.cache.probe import Probe
from yurt_console.cache.state import Freshness, KindState
from yurt_console.cache.store import Change, Table, merged
from yurt_console.kube import watching
from yurt_console.kube.client import Client
from yurt_console.kube.errors import (
    ApiError,
    BadRequest,
    Forbidden,
    Gone,
    KubeError,
    MalformedReply,
    NotFound,
    TooManyRequests,
    Unreachable,
)
from yurt_console.rows import Row
from yurt_console.settings import Settings

R = TypeVar("R", bound=Row)

_BRIEF = 0.5
"""Seconds; a watch that ends sooner than this without an event counts as a failure."""
_PAGE_FAILURES = 3
"""After so many failures of one page the list restarts: its continue token may be the cause."""


class Reflector(Generic[R]):
    """Keeps ``table`` equal to ``resource`` and publishes changes and sync state to ``feed``.

    It follows the whole cluster unless a namespace or a label selector is given.
    """

    def __init__(
        self,
        client: Client,
        resource: Resource,
        table: Table[R],
        feed: Feed,
        settings: Settings,
        *,
        probe: Probe,
        decoder: decoding.Decoder[R],
        namespace: str = "",
        label_selector: str = "",
        backoff: Backoff | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.freshness = Freshness(table.plural, feed, clock=clock)
        self._client = client
        self._resource = resource
        self._decoder = decoder
        self._namespace = namespace
        self._selector = label_selector
        self._table = table
        self._feed = feed
        self._settings = settings
        self._probe = probe
        self._backoff = backoff or Backoff()
        self._clock = clock
        self._version = ""  # "" means: list
        self._identity = ""
        self._pager = ListPager(
            client,
            resource,
            self._decoder,
            settings.cache.page_size,
            namespace=namespace,
            label_selector=label_selector,
        )
        self._listed: list[R] = []
        self._trim_at = 0
        self._published_early: list[Change | None] = []
        self._in_doubt = True
        self._broken_at = -1.0
        self._lossy = False
        self._failures = 0
        self._expiries = 0
        self._absences = 0
        self._synced_at = 0.0
        self._overdue_at = 0.0
        self._renewal: asyncio.Timeout | None = None
        probe.listen(self._server_lost, self._server_back)

    @property
    def state(self) -> KindState:
        """The current sync state."""
        return self.freshness.state

    async def run(self) -> None:
        """List and watch until cancelled."""
        self._restart_list()
        try:
            while True:
                try:
                    pause = await self._step()
                except KubeError as error:
                    pause = await self._failed(error)
                if pause:
                    async with self._renewable():
                        await asyncio.sleep(pause)
        finally:
            self._pager.close()

    async def _step(self) -> float:
        if not self._version:
            async with self._renewable():
                await self._list_page()
            return 0.0
        return await self._watch()

    async def _list_page(self) -> None:
        if not self._pager.begun:
            self._identity = await self._probe.identity(self._broken_at)
        page = await self._pager.next_page()
        if not page.resource_version:
            raise MalformedReply("a list has no resourceVersion")
        for cause in page.skipped:
            self.freshness.skipped(cause)
        self._absences = 0
        self._listed += page.rows
        if len(self._listed) > self._trim_at:
            self._listed = self._table.trimmed(self._listed)
            self._trim_at = 2 * len(self._listed) + self._settings.cache.page_size
        if page.continue_:
            if not self.freshness.filled:
                # Rows show up while the server works on the next page; subscribers are notified at the end.
                self._published_early.append(self._table.extend(page.rows))
        else:
            change = merged(*self._published_early, self._table.replace(self._listed))
            self._listed, self._trim_at, self._published_early = [], 0, []
            self._version, self._lossy = page.resource_version, False
            self._failures = 0
            self._note_sync()
            self.freshness.listed()
            self._publish(change)

    async def _confirm(self) -> None:
        """Check that this is the cluster we know and that it has reached our resource version.

        Done while the watch is open and before its events are used: a server replaced later breaks the watch.
        """
        identity = await self._probe.identity(self._broken_at)
        if identity and self._identity and identity != self._identity:
            self._restart_list()
            return
        await self._client.list_page(
            self._resource,
            self._namespace,
            limit=1,
            label_selector=self._selector,
            resource_version=self._version,
            resource_version_match="NotOlderThan",
        )
        self._in_doubt = False

    async def _watch(self) -> float:
        """Run one watch to its end; returns the seconds to wait before the next."""
        now = asyncio.get_running_loop().time
        seconds = max(1, round(self._backoff.jitter(self._settings.cache.watch_seconds)))
        self._overdue_at = self._clock() + seconds
        version, opened_at = self._version, math.inf
        try:
            async with (
                self._renewable(),
                self._client.watch(
                    self._resource,
                    self._namespace,
                    resource_version=self._version,
                    timeout_seconds=seconds,
                    label_selector=self._selector,
                ) as lines,
            ):
                opened_at = now()
                if self._in_doubt:
                    await self._confirm()
                self._absences = 0
                if self._version:
                    self._note_sync()
                    self._live()
                    async for line in lines:
                        self._apply(line)
        finally:
            lasted = now() - opened_at
            if lasted >= _BRIEF:
                self._failures = self._expiries = 0
        self._note_sync()
        self._overdue_at = 0.0
        made_progress = (
            lasted >= _BRIEF or self._version != version
        )  # or: another server, which is listed next
        if self._lossy:
            self._restart_list()
        # A server that shuts down, or was replaced, ends its watches normally but early.
        self._in_doubt = self._in_doubt or lasted < seconds - _BRIEF
        if made_progress:
            return 0.0
        self._failures += 1
        return self._paused(self._backoff.delay(self._failures), "its watches end at once")

    def _apply(self, line: bytes) -> None:
        """Apply one line to table, resource version and subscribers, with no await in between."""
        try:
            event = watching.parse(line)
        except MalformedReply as error:
            self.freshness.skipped(str(error))
            self._lossy = True  # its change is lost: list again when this watch ends
            return
        if event.type == "ERROR":
            raise event.error
        self._failures = self._expiries = 0
        self._note_sync()
        self._version = event.resource_version
        if event.type == "BOOKMARK":
            return
        try:
            if event.type == "DELETED":
                change = self._table.remove(decoding.key(event.object))
            else:
                change = self._table.put(self._decoder.row(event.object))
        except MalformedReply as error:
            self.freshness.skipped(str(error))
            change = self._forget_malformed(event)
        self._publish(change)

    def _forget_malformed(self, event: watching.WatchEvent) -> Change | None:
        """Remove an object that cannot be decoded, as a list would."""
        try:
            return self._table.remove(decoding.key(event.object))
        except MalformedReply:
            self._lossy = True
            return None

    async def _failed(self, error: KubeError) -> float:
        """Decide how to recover from a failure; returns the seconds to wait first."""
        self._failures += 1
        self._in_doubt = True
        self._broken_at = asyncio.get_running_loop().time()
        if isinstance(error, NotFound):
            return await self._missing(error)
        if isinstance(error, Gone) or _is_from_the_future(error):
            self._restart_list()
            self._expiries += 1  # failures before the list do not count: they are not about its version
            pause = 0.0 if self._expiries == 1 else self._backoff.delay(self._expiries - 1)
            return self._paused(pause, str(error))
        if isinstance(error, MalformedReply):
            self.freshness.skipped(str(error))
        if isinstance(error, MalformedReply | BadRequest) or (
            self._pager.begun
            and self._failures % _PAGE_FAILURES == 0
            and not isinstance(error, Unreachable | TooManyRequests)
        ):
            self._restart_list()
        self._stale(str(error))
        if isinstance(error, Forbidden):
            self.freshness.synced.set()
            return self._backoff.jitter(self._backoff.forbidden)
        retry_after = error.retry_after if isinstance(error, ApiError) else 0
        return self._backoff.delay(self._failures, retry_after)

    async def _missing(self, error: NotFound) -> float:
        """Handle a 404: kind or version not served, or the server is still starting.

        Only a second 404 after the server reported ready means that the kind is absent.
        """
        self._absences += 1
        if self._absences == 1:
            try:
                await self._probe.ask()
            except KubeError as unready:
                self._absences = 0
                self._stale(str(unready))
                return self._backoff.delay(self._failures)
            return 0.0
        self._failures = 0
        self._restart_list()
        change = self._table.replace(())
        self.freshness.absent(error.status.message)
        self._publish(change)
        return self._backoff.jitter(self._backoff.absent)

    def _restart_list(self) -> None:
        self._pager.close()
        self._version, self._listed, self._trim_at, self._lossy = "", [], 0, False

    def _publish(self, change: Change | None) -> None:
        if change is not None:
            self._feed.publish(change)

    def _note_sync(self) -> None:
        self._synced_at = self._clock()

    def _live(self) -> None:
        if self._probe.alive:
            self.freshness.live()

    def _paused(self, seconds: float, reason: str) -> float:
        """Mark the copy stale when the wait is long enough to matter; returns ``seconds``."""
        if seconds > _BRIEF:
            self._stale(reason)
        return seconds

    def _stale(self, reason: str) -> None:
        # A watch that outlived its timeout may have been dead for long: only its events prove currency.
        overdue = self._overdue_at and self._clock() > self._overdue_at
        proof = self._synced_at if overdue else max(self._synced_at, self._probe.alive_at)
        self.freshness.stale(proof, reason)

    def _server_lost(self) -> None:
        self.freshness.stale(max(self._synced_at, self._probe.alive_at), "the API server does not answer")

    def _server_back(self, lost_at: float) -> None:
        """Restart what was in flight when the server was lost: it may wait on a dead connection."""
        self._in_doubt = True
        self._broken_at = max(self._broken_at, lost_at)
        self._failures = 0  # failures during the outage do not count any more
        if self._renewal is not None:
            self._renewal.reschedule(asyncio.get_running_loop().time())

    @asynccontextmanager
    async def _renewable(self) -> AsyncIterator[None]:
        """Ends the block silently when the server is back after it was lost."""
        try:
            async with asyncio.timeout(None) as self._renewal:
                yield
        except TimeoutError:
            pass
        finally:
            self._renewal = None


def _is_from_the_future(error: KubeError) -> bool:
    """Whether the error is ResourceVersionTooLarge: the server has not seen our version yet."""
    if not isinstance(error, ApiError):
        return False
    causes = (cause.reason for cause in error.status.details.causes)
    return "ResourceVersionTooLarge" in causes or "Too large resource version" in error.status.message
