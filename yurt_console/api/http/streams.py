"""Open streams and sockets: bounded per account and address, ended with the session that opened them."""

from __future__ import annotations

import contextlib
import dataclasses
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Final

from apimachinery.errors import TooManyRequestsError

CHECK_SECONDS: Final = 30.0
"""Seconds that a stream may outlive the expiry of its session or account."""
_RETRY: Final = 5
"""Seconds after which a place may be free."""


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Stream:
    """One open stream: its owner, its destination, and how to end it."""

    route: str
    account: str
    address: str
    session: str
    """The session cookie that opened it, "" for a token."""
    end: Callable[[], None]


class Streams:
    """The open streams of one replica."""

    def __init__(self) -> None:
        self._open: set[Stream] = set()
        self._accounts: Counter[str] = Counter()
        self._addresses: Counter[str] = Counter()

    @contextlib.contextmanager
    def opened(self, stream: Stream, *, per_account: int, per_address: int) -> Iterator[None]:
        """Count ``stream`` inside the block; a bound of 0 is none.

        Raises `TooManyRequestsError`, which names the bound.
        """
        _require_room("account", self._accounts[stream.account], per_account)
        _require_room("address", self._addresses[stream.address], per_address)
        self._open.add(stream)
        self._accounts[stream.account] += 1
        self._addresses[stream.address] += 1
        try:
            yield
        finally:
            self._open.discard(stream)
            _take(self._accounts, stream.account)
            _take(self._addresses, stream.address)

    def end_session(self, session: str) -> None:
        """End every stream that this session cookie opened."""
        for stream in [stream for stream in self._open if session and stream.session == session]:
            stream.end()

    def by_route(self) -> Counter[str]:
        """How many streams of each route are open."""
        return Counter(stream.route for stream in self._open)

    def __len__(self) -> int:
        return len(self._open)


def _require_room(owner: str, count: int, bound: int) -> None:
    if bound and count >= bound:
        raise TooManyRequestsError.of(
            f"this {owner} has {count} streams open, and streams_per_{owner} allows {bound}",
            cause=f"StreamsPer{owner.title()}",
            retry_after=_RETRY,
        )


def _take(counts: Counter[str], name: str) -> None:
    counts[name] -= 1
    if counts[name] <= 0:
        del counts[name]
