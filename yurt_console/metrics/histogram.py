"""A histogram in plain numbers, for one event loop. Pure: nothing of prometheus-client is imported."""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from typing import Final

SECONDS: Final = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
"""Upper bounds for work that takes milliseconds to a minute."""


class Histogram:
    """Observations in buckets with ascending upper ``bounds``, and one bucket without a bound."""

    __slots__ = ("bounds", "counts", "total")

    def __init__(self, bounds: Sequence[float] = SECONDS) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        """Observations by bucket, each counted in one."""
        self.total = 0.0
        """The sum of all observations."""

    def observe(self, value: float) -> None:
        """Count one observation; a bound belongs to the bucket below it."""
        self.total += value
        self.counts[bisect.bisect_left(self.bounds, value)] += 1

    def buckets(self) -> list[tuple[str, float]]:
        """Upper bounds and the observations up to each, as Prometheus counts them."""
        found, below = [], 0.0
        for bound, count in zip([*map(str, self.bounds), "+Inf"], self.counts, strict=True):
            below += count
            found.append((bound, below))
        return found
