"""Exponential backoff with jitter: growing, capped, and never zero twice in a row."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

_LONGEST_RETRY_AFTER = 300.0


@dataclass(frozen=True, slots=True)
class Backoff:
    """Seconds between attempts. Jitter spreads the requests of many replicas and many kinds."""

    first: float = 0.5
    """Upper bound of the first delay; each further failure doubles it."""
    cap: float = 30.0
    """Largest upper bound. A probe that succeeds again ends such a delay at once."""
    absent: float = 10.0
    """Seconds between attempts for a kind that the cluster does not serve."""
    forbidden: float = 30.0
    """Seconds between attempts for a kind that RBAC forbids."""
    random: random.Random = field(default_factory=random.Random)

    def delay(self, failures: int, retry_after: float = 0.0) -> float:
        """Seconds to wait after ``failures`` in a row; at least the server's Retry-After."""
        ceiling = min(self.cap, self.first * 2 ** min(failures - 1, 30))
        drawn = self.random.uniform(ceiling / 10, ceiling)
        return drawn if not retry_after else min(retry_after, _LONGEST_RETRY_AFTER) + drawn

    def jitter(self, seconds: float) -> float:
        """``seconds``, plus or minus a tenth."""
        return seconds * self.random.uniform(0.9, 1.1)
