"""Which accounts are to be looked at, now or later: a work queue as Kubernetes' controllers have it.

A name is in work at most once at a time. What happens to it meanwhile makes for one more look afterwards,
however much it was. Failures wait longer each time. Appointments are of the calendar, not of a stopwatch: a
clock that is set, or a machine that slept, is noticed within seconds.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
import random
from collections.abc import Callable, Coroutine, Iterable
from datetime import datetime
from typing import Any

_LOOK_AT_CLOCK = 5.0
"""Seconds after which the calendar is compared with the appointments at the latest."""
_SHORTEST, _LONGEST = 0.5, 30.0
"""Seconds until the second and until any later attempt."""


class WorkQueue:
    """Names to be looked at; ``clock`` is the calendar."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._ready: asyncio.Queue[str] = asyncio.Queue()
        self._waiting: set[str] = set()  # in _ready
        self._in_work: set[str] = set()
        self._again: set[str] = set()  # in work, and something has happened since
        self._failures: dict[str, int] = {}
        self._retries: dict[str, asyncio.TimerHandle] = {}
        self._appointments: dict[str, datetime] = {}
        self._heap: list[tuple[datetime, int, str]] = []
        self._numbers = itertools.count()

    def add(self, name: str) -> None:
        """Look at ``name`` as soon as possible."""
        if name in self._in_work:
            self._again.add(name)
        elif name not in self._waiting:
            self._waiting.add(name)
            self._ready.put_nowait(name)

    def add_all(self, names: Iterable[str]) -> None:
        """Look at all of these."""
        for name in names:
            self.add(name)

    def appoint(self, name: str, time: datetime | None) -> None:
        """Look at ``name`` at that time, in place of an earlier appointment; None: none."""
        if time is None:
            self._appointments.pop(name, None)
        elif self._appointments.get(name) != time:
            self._appointments[name] = time
            heapq.heappush(self._heap, (time, next(self._numbers), name))

    def retry(self, name: str, least: float = 0.0) -> int:
        """Look at ``name`` again after a pause that grows, of ``least`` seconds; how often that was so."""
        failures = self._failures[name] = self._failures.get(name, 0) + 1
        pause = min(_SHORTEST * 2 ** min(failures - 1, 10), _LONGEST) * random.uniform(0.5, 1.0)
        self.delay(name, max(least, pause))
        return failures

    def delay(self, name: str, seconds: float) -> None:
        """Look at ``name`` again after this pause."""
        earlier = self._retries.pop(name, None)
        if earlier is not None:
            earlier.cancel()
        self._retries[name] = asyncio.get_running_loop().call_later(seconds, self._retried, name)

    def forget_failures(self, name: str) -> None:
        """It went well."""
        self._failures.pop(name, None)

    async def work(self, at_once: int, look: Callable[[str], Coroutine[Any, Any, None]]) -> None:
        """Call ``look`` for every name, ``at_once`` at the same time, until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._keep_appointments())
            for _ in range(at_once):
                group.create_task(self._work(look))

    async def _work(self, look: Callable[[str], Coroutine[Any, Any, None]]) -> None:
        while True:
            name = await self._ready.get()
            self._waiting.discard(name)
            self._in_work.add(name)
            retry = self._retries.pop(name, None)
            if retry is not None:
                retry.cancel()
            try:
                await look(name)
            finally:
                self._in_work.discard(name)
                if name in self._again:
                    self._again.discard(name)
                    self.add(name)

    def _retried(self, name: str) -> None:
        self._retries.pop(name, None)
        self.add(name)

    async def _keep_appointments(self) -> None:
        while True:
            now = self._clock()
            while self._heap and self._heap[0][0] <= now:
                time, _, name = heapq.heappop(self._heap)
                if self._appointments.get(name) == time:
                    del self._appointments[name]
                    self.add(name)
            left = (self._heap[0][0] - now).total_seconds() if self._heap else _LOOK_AT_CLOCK
            await asyncio.sleep(min(max(left, 0.01), _LOOK_AT_CLOCK))
