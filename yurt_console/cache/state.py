"""Sync state of one kind's cached copy, published to the feed when it changes."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable

import msgspec

from yurt_console.cache.feed import Feed

log = logging.getLogger(__name__)

_CAUSES_LOGGED = 20


class KindState(msgspec.Struct, frozen=True):
    """Snapshot of a kind's sync state."""

    plural: str
    filled: bool
    """Whether the kind was listed completely at least once."""
    absent: bool
    """The cluster does not serve this kind, so its empty table is correct."""
    stale_since: float | None
    """Unix time at which the copy was last known to be current; None while it follows the cluster."""
    skipped: int
    """Malformed watch lines and objects that were skipped."""
    relists: int
    """Complete lists after the first."""
    reason: str
    """Why the kind is stale or absent, in the server's words; "" while it is live."""


class Freshness:
    """Tracks a `KindState`; each transition is logged and published once."""

    def __init__(self, plural: str, feed: Feed, *, clock: Callable[[], float] = time.time) -> None:
        self.plural = plural
        self.synced = asyncio.Event()
        """Set, for good, once the kind was listed or is known to be absent or forbidden."""
        self._feed = feed
        self._clock = clock
        self._began_at = clock()
        self._filled = False
        self._absent = False
        self._stale_since: float | None = None
        self._skipped = 0
        self._causes: set[str] = set()
        self._lists = 0
        self._reason = ""

    @property
    def state(self) -> KindState:
        """A snapshot."""
        return KindState(
            self.plural,
            self._filled,
            self._absent,
            self._stale_since,
            self._skipped,
            max(0, self._lists - 1),
            self._reason,
        )

    @property
    def stale_since(self) -> float | None:
        """`KindState.stale_since` without a snapshot: read for every request."""
        return self._stale_since

    @property
    def is_absent(self) -> bool:
        """`KindState.absent` without a snapshot."""
        return self._absent

    @property
    def filled(self) -> bool:
        """Whether the kind was listed completely at least once."""
        return self._filled

    def listed(self) -> None:
        """Record a complete list."""
        self._filled, self._absent = True, False
        self._lists += 1
        self.synced.set()

    def absent(self, reason: str) -> None:
        """Record that the cluster does not serve the kind."""
        if not self._absent:
            log.info("%s: not served by the cluster; retrying periodically", self.plural)
        self._absent = True
        self.live()
        self._reason = reason
        self.synced.set()

    def live(self) -> None:
        """Record that the copy follows the cluster."""
        self._reason = ""
        if self._stale_since is not None:
            self._stale_since = None
            log.info("%s: live again", self.plural)
            self._feed.live(self.plural)

    def stale(self, proof: float, reason: str) -> None:
        """Record that the copy may be behind since ``proof``, unix time of the last success (0: none)."""
        self._reason = reason
        if self._stale_since is None:
            self._stale_since = proof or self._began_at
            log.warning("%s: stale: %s", self.plural, reason)
            self._feed.stale(self.plural, self._stale_since)

    def skipped(self, cause: str) -> None:
        """Record a skipped line or object; each cause is logged once."""
        self._skipped += 1
        if cause not in self._causes and len(self._causes) < _CAUSES_LOGGED:
            self._causes.add(cause)
            log.warning("%s: skipped what the API server sent: %s", self.plural, cause)
