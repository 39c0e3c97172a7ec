"""A timer queue: due actions of all controllers and kubelets, keyed and run by one task.

Thousands of pods and nodes wait without a task each. `call_soon` keeps the order of calls, `call_later`
keeps a heap of deadlines. Actions are synchronous.
"""

from __future__ import annotations

import asyncio
import heapq
import logging
from collections import deque
from collections.abc import Callable, Hashable

from kubesim.runtime.clock import Clock

Action = Callable[[], None]

_logger = logging.getLogger(__name__)
_TURN = 200
"""Actions in a row before the event loop gets a turn."""


class TimerQueue:
    """Keyed actions: at most one immediate and one delayed per key. ``perform`` runs them."""

    def __init__(self, clock: Clock, perform: Callable[[Hashable, Action], None] | None = None) -> None:
        self._clock = clock
        self._perform = perform or (lambda _key, action: action())
        self._soon_order: deque[Hashable] = deque()
        self._soon: dict[Hashable, Action] = {}
        self._heap: list[tuple[float, int, Hashable]] = []
        self._later: dict[Hashable, tuple[int, Action]] = {}
        self._count = 0
        self._wake = asyncio.Event()

    def __len__(self) -> int:
        return len(self._soon) + len(self._later)

    def call_soon(self, key: Hashable, action: Action) -> None:
        """Run the action after the current one; a second call for the key replaces it, in place."""
        if key not in self._soon:
            self._soon_order.append(key)
            self._wake.set()
        self._soon[key] = action

    def call_later(self, seconds: float, key: Hashable, action: Action) -> None:
        """Run the action in ``seconds``; it replaces the delayed action of the key."""
        self._count += 1
        self._later[key] = (self._count, action)
        due = self._clock.monotonic() + max(seconds, 0)
        if not self._heap or due < self._heap[0][0]:
            self._wake.set()
        heapq.heappush(self._heap, (due, self._count, key))

    def cancel(self, key: Hashable) -> None:
        """Drop the delayed action of the key."""
        self._later.pop(key, None)

    def run_due(self, most: int = _TURN) -> None:
        """Run at most ``most`` due actions."""
        for _ in range(most):
            due = self._next()
            if due is None:
                return
            try:
                self._perform(*due)
            except Exception:
                # an exception in one controller must not stop the others
                _logger.exception("timer action failed")

    def wait(self) -> float | None:
        """Seconds until the next action is due: 0 for now, None when there is none."""
        if self._soon:
            return 0
        self._drop_replaced()
        return max(self._heap[0][0] - self._clock.monotonic(), 0) if self._heap else None

    async def run(self) -> None:
        """Run actions when they are due, until cancelled."""
        while True:
            self._wake.clear()
            self.run_due()
            seconds = self.wait()
            if seconds == 0:
                await asyncio.sleep(0)
            elif seconds is None:
                await self._wake.wait()
            else:
                await self._sleep(seconds)

    async def _sleep(self, seconds: float) -> None:
        """Sleep, or wake early for a new action."""
        sleeping = asyncio.ensure_future(self._clock.sleep(seconds))
        wake = asyncio.ensure_future(self._wake.wait())
        try:
            await asyncio.wait((sleeping, wake), return_when=asyncio.FIRST_COMPLETED)
        finally:
            sleeping.cancel()
            wake.cancel()

    def _next(self) -> tuple[Hashable, Action] | None:
        if self._soon_order:
            key = self._soon_order.popleft()
            return key, self._soon.pop(key)
        self._drop_replaced()
        if not self._heap or self._heap[0][0] > self._clock.monotonic():
            return None
        _, _, key = heapq.heappop(self._heap)
        return key, self._later.pop(key)[1]

    def _drop_replaced(self) -> None:
        while self._heap:
            _, number, key = self._heap[0]
            planned = self._later.get(key)
            if planned is not None and planned[0] == number:
                return
            heapq.heappop(self._heap)
