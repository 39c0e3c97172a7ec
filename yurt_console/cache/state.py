"""How much a kind's copy can be trusted, and telling the feed when that changes."""

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
    """What is known about a kind's copy right now."""

    kind: str
    filled: bool
    """Whether the whole kind was listed at least once."""
    absent: bool
    """The cluster does not serve this kind: its empty list is the truth."""
    stale_since: float | None
    """Unix time of the last moment the copy was known to be right; None while it follows the cluster."""
    skipped: int
    """Lines and objects left out because they were malformed."""
    relists: int
    """Full lists after the first."""
    reason: str
    """Why the kind is stale or absent, in the server's words; "" while it is live."""


class Freshness:
    """The changing side of a `KindState`; every transition is logged and told to the feed once."""

    def __init__(self, kind: str, feed: Feed, *, clock: Callable[[], float] = time.time) -> None:
        self.kind = kind
        self.settled = asyncio.Event()
        """Set once it is known whether there is anything: filled, absent or forbidden."""
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
            self.kind,
            self._filled,
            self._absent,
            self._stale_since,
            self._skipped,
            max(0, self._lists - 1),
            self._reason,
        )

    @property
    def filled(self) -> bool:
        """Whether the whole kind was listed at least once."""
        return self._filled

    def listed(self) -> None:
        """The whole kind was listed."""
        self._filled, self._absent = True, False
        self._lists += 1
        self.settled.set()

    def absent(self, reason: str) -> None:
        """The cluster does not serve the kind."""
        if not self._absent:
            log.info("%s: not served by the cluster; looking again from time to time", self.kind)
        self._absent = True
        self.live()
        self._reason = reason
        self.settled.set()

    def live(self) -> None:
        """The copy follows the cluster."""
        self._reason = ""
        if self._stale_since is not None:
            self._stale_since = None
            log.info("%s: live again", self.kind)
            self._feed.live(self.kind)

    def stale(self, proof: float, reason: str) -> None:
        """The copy may be behind since ``proof``, the unix time of the last proof of life (0: none yet)."""
        self._reason = reason
        if self._stale_since is None:
            self._stale_since = proof or self._began_at
            log.warning("%s: stale: %s", self.kind, reason)
            self._feed.stale(self.kind, self._stale_since)

    def skipped(self, cause: str) -> None:
        """A malformed line or object was left out; each cause is logged once."""
        self._skipped += 1
        if cause not in self._causes and len(self._causes) < _CAUSES_LOGGED:
            self._causes.add(cause)
            log.warning("%s: skipped what the API server sent: %s", self.kind, cause)
