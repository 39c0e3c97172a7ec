"""One kind of the cluster, kept equal in a `Table`: list, then watch, and recover from everything.

    list page by page ──> watch ──> ended normally ──> watch again from the last version
          ^                 │
          │                 ├─ broken ──> pause, watch, ask whether the server still knows our version
          └── version gone ─┘

Versions are opaque: compared by nobody but the server. A server restored from a backup would accept a
version from its future and silently leave out events (Kubernetes 1.20 does), so a watch that does not
follow smoothly on another is believed only after asking: a list of one object "not older than" ours fails
if the server has not got that far. (One that overtook our version before we came back cannot be told.)
It never gives up. Source: https://kubernetes.io/docs/reference/using-api/api-concepts/, and client-go.
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
from yurt_console.cache.listing import Listing
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
"""Seconds; a watch that ends sooner than this, without an event, counts as a failure."""
_PAGE_FAILURES = 3
"""A list that fails so often on one page begins anew: its continue token may be what fails."""


class Reflector(Generic[R]):
    """Follows ``resource`` into ``table`` and tells ``feed``: over the whole cluster and every object, unless
    a namespace or labels are given."""

    def __init__(
        self,
        client: Client,
        resource: Resource,
        table: Table[R],
        feed: Feed,
        settings: Settings,
        *,
        probe: Probe,
        decoder: decoding.Decoder[R] | None = None,
        namespace: str = "",
        label_selector: str = "",
        pace: Backoff | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.freshness = Freshness(table.kind, feed, clock=clock)
        self._client = client
        self._resource = resource
        self._decoder = decoder or decoding.DECODERS[resource]
        self._namespace = namespace
        self._selector = label_selector
        self._table = table
        self._feed = feed
        self._settings = settings
        self._probe = probe
        self._pace = pace or Backoff()
        self._clock = clock
        self._version = ""  # "" means: list
        self._identity = ""
        self._listing = Listing(
            client,
            resource,
            self._decoder,
            settings.page_size,
            namespace=namespace,
            label_selector=label_selector,
        )
        self._listed: list[R] = []
        self._trim_at = 0
        self._early: list[Change | None] = []
        self._in_doubt = True
        self._broken_at = -1.0
        self._lossy = False
        self._failures = 0
        self._expiries = 0
        self._absences = 0
        self._heard_at = 0.0
        self._overdue_at = 0.0
        self._renewal: asyncio.Timeout | None = None
        probe.listen(self._server_lost, self._server_back)

    @property
    def state(self) -> KindState:
        """What is known about the copy now."""
        return self.freshness.state

    async def run(self) -> None:
        """Follow the kind until cancelled; starts with a list."""
        self._list_anew()
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
            self._listing.close()

    async def _step(self) -> float:
        if not self._version:
            async with self._renewable():
                await self._list_page()
            return 0.0
        return await self._watch()

    async def _list_page(self) -> None:
        if not self._listing.begun:
            self._identity = await self._probe.identity(self._broken_at)
        page = await self._listing.page()
        if not page.resource_version:
            raise MalformedReply("a list has no resourceVersion")
        for cause in page.skipped:
            self.freshness.skipped(cause)
        self._absences = 0
        self._listed += page.rows
        if len(self._listed) > self._trim_at:
            self._listed = self._table.trimmed(self._listed)
            self._trim_at = 2 * len(self._listed) + self._settings.page_size
        if page.continue_:
            if not self.freshness.filled:
                # While the server works on the next page; told of at the end, when there is a list to show.
                self._early.append(self._table.extend(page.rows))
        else:
            change = merged(*self._early, self._table.replace(self._listed))
            self._listed, self._trim_at, self._early = [], 0, []
            self._version, self._lossy = page.resource_version, False
            self._failures = 0
            self._heard()
            self.freshness.listed()
            self._publish(change)

    async def _confirm(self) -> None:
        """Ask whether this is the server we know, and has got at least as far as our version.

        Asked while a watch is open, and before that is believed: were the server swapped afterwards, the
        watch would break.
        """
        identity = await self._probe.identity(self._broken_at)
        if identity and self._identity and identity != self._identity:
            self._list_anew()
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
        """Follow one watch to its end; the pause before the next."""
        now = asyncio.get_running_loop().time
        seconds = max(1, round(self._pace.around(self._settings.watch_seconds)))
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
                    self._heard()
                    self._live()
                    async for line in lines:
                        self._apply(line)
        finally:
            lasted = now() - opened_at
            if lasted >= _BRIEF:
                self._failures = self._expiries = 0
        self._heard()
        self._overdue_at = 0.0
        fruitful = lasted >= _BRIEF or self._version != version  # or: another server, which is listed next
        if self._lossy:
            self._list_anew()
        # A server that shuts down, or that was swapped, ends its watches politely but early.
        self._in_doubt = self._in_doubt or lasted < seconds - _BRIEF
        if fruitful:
            return 0.0
        self._failures += 1
        return self._paused(self._pace.after(self._failures), "its watches end at once")

    def _apply(self, line: bytes) -> None:
        """Take one line in: table, version and feed in one step, with no await between them."""
        try:
            event = watching.parse(line)
        except MalformedReply as error:
            self.freshness.skipped(str(error))
            self._lossy = True  # whatever it said is missing now: list when this watch ends
            return
        if event.kind == "ERROR":
            raise event.error
        self._failures = self._expiries = 0
        self._heard()
        self._version = event.resource_version
        if event.kind == "BOOKMARK":
            return
        try:
            if event.kind == "DELETED":
                change = self._table.remove(decoding.key(event.object))
            else:
                change = self._table.put(self._decoder.row(event.object))
        except MalformedReply as error:
            self.freshness.skipped(str(error))
            change = self._forget_malformed(event)
        self._publish(change)

    def _forget_malformed(self, event: watching.WatchEvent) -> Change | None:
        """An object we cannot read is not kept, as it would not be after a list."""
        try:
            return self._table.remove(decoding.key(event.object))
        except MalformedReply:
            self._lossy = True
            return None

    async def _failed(self, error: KubeError) -> float:
        """Decide how to go on after a failure; the pause before that."""
        self._failures += 1
        self._in_doubt = True
        self._broken_at = asyncio.get_running_loop().time()
        if isinstance(error, NotFound):
            return await self._missing(error)
        if isinstance(error, Gone) or _too_new(error):
            self._list_anew()
            self._expiries += 1  # not the failures before the list: they say nothing of its version
            pause = 0.0 if self._expiries == 1 else self._pace.after(self._expiries - 1)
            return self._paused(pause, str(error))
        if isinstance(error, MalformedReply):
            self.freshness.skipped(str(error))
        if isinstance(error, MalformedReply | BadRequest) or (
            self._listing.begun
            and self._failures % _PAGE_FAILURES == 0
            and not isinstance(error, Unreachable | TooManyRequests)
        ):
            self._list_anew()
        self._stale(str(error))
        if isinstance(error, Forbidden):
            self.freshness.settled.set()
            return self._pace.around(self._pace.forbidden)
        asked = error.retry_after if isinstance(error, ApiError) else 0
        return self._pace.after(self._failures, asked)

    async def _missing(self, error: NotFound) -> float:
        """The kind is not served, or not in that version, or the server has not finished starting.

        Only a second refusal, after the server called itself ready, means that the kind is absent.
        """
        self._absences += 1
        if self._absences == 1:
            try:
                await self._probe.ask()
            except KubeError as unready:
                self._absences = 0
                self._stale(str(unready))
                return self._pace.after(self._failures)
            return 0.0
        self._failures = 0
        self._list_anew()
        change = self._table.replace(())
        self.freshness.absent(error.status.message)
        self._publish(change)
        return self._pace.around(self._pace.absent)

    def _list_anew(self) -> None:
        self._listing.close()
        self._version, self._listed, self._trim_at, self._lossy = "", [], 0, False

    def _publish(self, change: Change | None) -> None:
        if change is not None:
            self._feed.publish(change)

    def _heard(self) -> None:
        self._heard_at = self._clock()

    def _live(self) -> None:
        if self._probe.alive:
            self.freshness.live()

    def _paused(self, seconds: float, reason: str) -> float:
        """A pause in which nothing is followed; the copy is called stale if it is long enough to matter."""
        if seconds > _BRIEF:
            self._stale(reason)
        return seconds

    def _stale(self, reason: str) -> None:
        # A watch that outlived its time was dead for an unknown while: only what it said proves life.
        overdue = self._overdue_at and self._clock() > self._overdue_at
        proof = self._heard_at if overdue else max(self._heard_at, self._probe.alive_at)
        self.freshness.stale(proof, reason)

    def _server_lost(self) -> None:
        self.freshness.stale(max(self._heard_at, self._probe.alive_at), "the API server does not answer")

    def _server_back(self, lost_at: float) -> None:
        """Renew whatever was under way when the server was lost: it may wait on a dead connection."""
        self._in_doubt = True
        self._broken_at = max(self._broken_at, lost_at)
        self._failures = 0  # those while it was away say nothing of it now
        if self._renewal is not None:
            self._renewal.reschedule(asyncio.get_running_loop().time())

    @asynccontextmanager
    async def _renewable(self) -> AsyncIterator[None]:
        """What runs in here ends quietly when the server is back after it was lost."""
        try:
            async with asyncio.timeout(None) as self._renewal:
                yield
        except TimeoutError:
            pass
        finally:
            self._renewal = None


def _too_new(error: KubeError) -> bool:
    """Whether the server says that our version is from its future."""
    if not isinstance(error, ApiError):
        return False
    causes = (cause.reason for cause in error.status.details.causes)
    return "ResourceVersionTooLarge" in causes or "Too large resource version" in error.status.message
