"""Counts of the operator, kept by the event loop alone in plain numbers; `operator.metrics` exposes them."""

from __future__ import annotations

import dataclasses
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import Final

from yurt_console.kube.connections.round_tripper import RequestCounts
from yurt_console.metrics.histogram import Histogram

USER: Final = "user"
CERTIFICATE_REQUEST: Final = "certificatesigningrequest"
NODE: Final = "node"
CONTROLLERS: Final = (USER, CERTIFICATE_REQUEST, NODE)
"""Controllers by the kind that they reconcile, named as controller-runtime does."""


class Result(StrEnum):
    """How a reconcile ended; the words are controller-runtime's."""

    SUCCESS = "success"
    """Nothing is left to do now."""
    REQUEUE_AFTER = "requeue_after"
    """It waits for something, and is tried again."""
    ERROR = "error"
    """It failed, and is tried again after its back-off."""


class Review(StrEnum):
    """How an admission review was answered."""

    ALLOWED = "allowed"
    DENIED = "denied"
    ERROR = "error"
    """Denied, because it could not be decided."""


class ReconcileStats:
    """The reconciles of one controller."""

    def __init__(self) -> None:
        self.results: Counter[Result] = Counter()
        self.seconds = Histogram()
        self.active = 0

    async def observe(self, reconcile: Awaitable[Result]) -> Result:
        """Await a reconcile and count it; one that raises or is cancelled has no result."""
        self.active += 1
        begun = time.monotonic()
        try:
            result = await reconcile
        finally:
            self.active -= 1
        self.results[result] += 1
        self.seconds.observe(time.monotonic() - begun)
        return result


class QueueStats:
    """One work queue, counted as client-go counts its workqueue. ``clock``: monotonic seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._added: dict[str, float] = {}
        self._started: dict[str, float] = {}
        self.adds = 0
        self.retries = 0
        self.wait_seconds = Histogram()
        self.work_seconds = Histogram()

    @property
    def depth(self) -> int:
        """Names that wait, also those added while they are processed."""
        return len(self._added)

    def added(self, name: str) -> None:
        """``name`` waits from now on; a name that waits already is not added."""
        if name not in self._added:
            self._added[name] = self._clock()
            self.adds += 1

    def retried(self) -> None:
        """A name was given a pause after which it is added."""
        self.retries += 1

    def started(self, name: str) -> None:
        """``name`` is processed from now on."""
        now = self._started[name] = self._clock()
        self.wait_seconds.observe(now - self._added.pop(name))

    def done(self, name: str) -> None:
        """``name`` is processed."""
        self.work_seconds.observe(self._clock() - self._started.pop(name))

    def unfinished(self) -> list[float]:
        """For how many seconds each name has been processed that still is."""
        now = self._clock()
        return [now - started for started in self._started.values()]


class WebhookStats:
    """Requests of the API server to the webhook, by its path."""

    def __init__(self) -> None:
        self.requests: Counter[tuple[str, int]] = Counter()
        """By path and HTTP status."""
        self.reviews: Counter[tuple[str, Review]] = Counter()
        self.in_flight: Counter[str] = Counter()
        self.seconds: dict[str, Histogram] = {}

    async def observe(self, path: str, answer: Awaitable[tuple[int, bytes]]) -> tuple[int, bytes]:
        """Await an answer and count it by its status."""
        self.in_flight[path] += 1
        begun = time.monotonic()
        try:
            status, body = await answer
        finally:
            self.in_flight[path] -= 1
        self.requests[path, status] += 1
        self.seconds.setdefault(path, Histogram()).observe(time.monotonic() - begun)
        return status, body


def _never() -> bool:
    return False


@dataclasses.dataclass
class OperatorStats:
    """All counts of one operator process."""

    requests: RequestCounts = dataclasses.field(default_factory=Counter)
    """Requests of all its clients to the API server."""
    reconciles: dict[str, ReconcileStats] = dataclasses.field(
        default_factory=lambda: {controller: ReconcileStats() for controller in CONTROLLERS}
    )
    accounts: QueueStats = dataclasses.field(default_factory=QueueStats)
    """The work queue of the account controller."""
    webhook: WebhookStats = dataclasses.field(default_factory=WebhookStats)
    leads: Callable[[], bool] = _never
    """Whether this process may act as the leader now."""
