"""How long to wait before asking again: jittered, growing, capped, and never zero twice in a row."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

_LONGEST_ASKED = 300.0


@dataclass(frozen=True, slots=True)
class Backoff:
    """Seconds between attempts. Jitter keeps many replicas, and many kinds, from asking at once."""

    first: float = 0.5
    """Ceiling of the first pause; each further failure doubles it."""
    cap: float = 30.0
    """The ceiling never grows past this. A probe that succeeds again ends such a pause at once."""
    absent: float = 10.0
    """How often a kind that the cluster does not serve is looked for."""
    forbidden: float = 30.0
    """How often a kind that we may not read is tried again; rights seldom come by themselves."""
    random: random.Random = field(default_factory=random.Random)

    def after(self, failures: int, asked: float = 0.0) -> float:
        """The pause after so many failures in a row; at least what the server ``asked`` for (Retry-After)."""
        ceiling = min(self.cap, self.first * 2 ** min(failures - 1, 30))
        drawn = self.random.uniform(ceiling / 10, ceiling)
        return drawn if not asked else min(asked, _LONGEST_ASKED) + drawn

    def around(self, seconds: float) -> float:
        """``seconds``, a tenth more or less."""
        return seconds * self.random.uniform(0.9, 1.1)
