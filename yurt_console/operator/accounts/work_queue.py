"""A rate-limited work queue with a calendar, as client-go's workqueue.

A name is processed at most once at a time. Names added meanwhile are processed once more afterwards, however
often they were added. Failures back off exponentially. Times are of a calendar, not of a stopwatch: a clock
that is set, or a machine that slept, is noticed within seconds.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
import random
from collections.abc import Callable, Coroutine, Iterable
from datetime import datetime
from typing import Any

from yurt_console.operator.stats import QueueStats

_CLOCK_SECONDS = 5.0
"""How often, at least, the calendar is compared with the times in it."""
_SHORTEST, _LONGEST = 0.5, 30.0
"""Seconds of back-off: after the first failure, and at most."""


class WorkQueue:
    """Names to process. ``clock`` is the calendar. For one event loop, not for threads."""

    def __init__(self, clock: Callable[[], datetime], stats: QueueStats | None = None) -> None:
        self._clock = clock
        self._stats = stats or QueueStats()
        self._ready: asyncio.Queue[str] = asyncio.Queue()
        self._queued: set[str] = set()  # in _ready
        self._processing: set[str] = set()
        self._dirty: set[str] = set()  # added while in _processing
        self._failures: dict[str, int] = {}
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._times: dict[str, datetime] = {}
        self._heap: list[tuple[datetime, int, str]] = []
        self._numbers = itertools.count()

    def add(self, name: str) -> None:
        """Process ``name`` as soon as possible."""
        self._stats.added(name)
        if name in self._processing:
            self._dirty.add(name)
        elif name not in self._queued:
            self._queued.add(name)
            self._ready.put_nowait(name)

    def add_all(self, names: Iterable[str]) -> None:
        """`add` each."""
        for name in names:
            self.add(name)

    def add_at(self, name: str, time: datetime | None) -> None:
        """Process ``name`` at that time; replaces an earlier time. None removes it."""
        if time is None:
            self._times.pop(name, None)
        elif self._times.get(name) != time:
            self._times[name] = time
            heapq.heappush(self._heap, (time, next(self._numbers), name))

    def add_after(self, name: str, seconds: float) -> None:
        """Process ``name`` after a pause; replaces an earlier pause."""
        self._stats.retried()
        earlier = self._timers.pop(name, None)
        if earlier is not None:
            earlier.cancel()
        self._timers[name] = asyncio.get_running_loop().call_later(seconds, self._fired, name)

    def add_rate_limited(self, name: str, least: float = 0.0) -> int:
        """Process ``name`` after its back-off, of ``least`` seconds; the number of failures in a row."""
        failures = self._failures[name] = self._failures.get(name, 0) + 1
        pause = min(_SHORTEST * 2 ** min(failures - 1, 10), _LONGEST) * random.uniform(0.5, 1.0)
        self.add_after(name, max(least, pause))
        return failures

    def forget(self, name: str) -> None:
        """Start the back-off of ``name`` over, after a success."""
        self._failures.pop(name, None)

    async def work(self, workers: int, process: Callable[[str], Coroutine[Any, Any, None]]) -> None:
        """Process names with so many ``workers`` until cancelled. An exception of ``process`` ends it."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._follow_calendar())
            for _ in range(workers):
                group.create_task(self._work(process))

    async def _work(self, process: Callable[[str], Coroutine[Any, Any, None]]) -> None:
        while True:
            name = await self._ready.get()
            self._queued.discard(name)
            self._processing.add(name)
            self._stats.started(name)
            timer = self._timers.pop(name, None)
            if timer is not None:
                timer.cancel()
            try:
                await process(name)
            finally:
                self._stats.done(name)
                self._processing.discard(name)
                if name in self._dirty:
                    self._dirty.discard(name)
                    self.add(name)

    def _fired(self, name: str) -> None:
        self._timers.pop(name, None)
        self.add(name)

    async def _follow_calendar(self) -> None:
        while True:
            now = self._clock()
            while self._heap and self._heap[0][0] <= now:
                time, _, name = heapq.heappop(self._heap)
                if self._times.get(name) == time:
                    del self._times[name]
                    self.add(name)
            left = (self._heap[0][0] - now).total_seconds() if self._heap else _CLOCK_SECONDS
            await asyncio.sleep(min(max(left, 0.01), _CLOCK_SECONDS))
