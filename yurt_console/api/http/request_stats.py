"""Counts of responses, kept by the event loop alone in plain dicts; `api.metrics` exposes them."""

from __future__ import annotations

from collections import Counter
from typing import Final

from yurt_console.metrics.histogram import Histogram

BUCKETS: Final = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Upper bounds in seconds."""
UNMATCHED: Final = "none"
"""The route of a request that has no route."""
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class RequestStats:
    """Responses by route, method and code, and their seconds by route. All keys are bounded."""

    def __init__(self) -> None:
        self.counts: Counter[tuple[str, str, int]] = Counter()
        self.seconds: dict[str, Histogram] = {}
        """By route."""

    def observe(self, route: str, method: str, code: int, seconds: float) -> None:
        """Count one response."""
        self.counts[route, method if method in _METHODS else "other", code] += 1
        observed = self.seconds.get(route)
        if observed is None:
            observed = self.seconds[route] = Histogram(BUCKETS)
        observed.observe(seconds)
