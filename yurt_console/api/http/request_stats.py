"""Counts of responses, kept by the event loop alone in plain dicts; `api.metrics` exposes them."""

from __future__ import annotations

import bisect
from collections import Counter
from typing import Final

BUCKETS: Final = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Upper bounds in seconds."""
UNMATCHED: Final = "none"
"""The route of a request that has no route."""
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class RequestStats:
    """Responses by route, method and code, and their seconds by route. All keys are bounded."""

    def __init__(self) -> None:
        self.counts: Counter[tuple[str, str, int]] = Counter()
        self.seconds: dict[str, list[float]] = {}
        """By route: the sum, then the observations in each bucket, the last one unbounded."""

    def observe(self, route: str, method: str, code: int, seconds: float) -> None:
        """Count one response."""
        self.counts[route, method if method in _METHODS else "other", code] += 1
        observed = self.seconds.get(route)
        if observed is None:
            observed = self.seconds[route] = [0.0] * (len(BUCKETS) + 2)
        observed[0] += seconds
        observed[1 + bisect.bisect_left(BUCKETS, seconds)] += 1
