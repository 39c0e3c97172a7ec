"""Fan-out of change notifications, filtered by scope. A slow subscriber never blocks the cache.

A `Subscription` holds at most one pending message per kind. The first change of a quiet kind is delivered
at once, further ones at most once per interval. A change costs nothing for subscribers of other scopes.
A message says only *that* a kind changed: the reader requests its page again.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
from types import TracebackType
from typing import Literal

import msgspec

from yurt_console.cache.store import Change


class Message(msgspec.Struct, frozen=True):
    """``changed``: rows of ``plural`` in the subscriber's scopes differ; ``live``, ``stale``: sync state."""

    event: Literal["changed", "live", "stale"]
    plural: str
    since: float | None = None
    """With ``stale``: unix time at which the copy was last known to be current."""


class Subscription:
    """Asynchronous iterator of messages without end; a context manager that unsubscribes."""

    def __init__(self, feed: Feed, scopes: frozenset[str] | None, interval: float) -> None:
        self.scopes = scopes
        self._feed = feed
        self._interval = interval
        self._states: dict[str, Message] = {}
        self._due: dict[str, float] = {}
        self._delivered_at: dict[str, float] = {}
        self._wake = asyncio.Event()
        self._closed = False

    def close(self) -> None:
        """End the iteration; safe to repeat."""
        self._closed = True
        self._feed.unsubscribe(self)
        self._wake.set()

    def __enter__(self) -> Subscription:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def __aiter__(self) -> Subscription:
        return self

    async def __anext__(self) -> Message:
        loop = asyncio.get_running_loop()
        # Without this, a reader that always finds a message ready could not be cancelled.
        await asyncio.sleep(0)
        while not self._closed:
            if self._states:
                return self._states.pop(next(iter(self._states)))
            plural, due = min(self._due.items(), key=lambda item: item[1], default=("", None))
            if due is not None and due <= loop.time():
                del self._due[plural]
                self._delivered_at[plural] = loop.time()
                return Message("changed", plural)
            self._wake.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout_at(due):
                    await self._wake.wait()
        raise StopAsyncIteration

    def offer_change(self, plural: str, now: float) -> None:
        """Queue ``changed`` for ``plural``; called by the feed."""
        if plural not in self._due:
            self._due[plural] = max(now, self._delivered_at.get(plural, -math.inf) + self._interval)
            self._wake.set()

    def offer_state(self, message: Message) -> None:
        """Queue a sync state, replacing a pending one of the same kind; called by the feed."""
        self._states[message.plural] = message
        self._wake.set()


class Feed:
    """Delivers each `Change` to the subscribers of its scopes and remembers which kinds are stale."""

    def __init__(self, change_interval: float) -> None:
        self._interval = change_interval
        self._open: set[Subscription] = set()
        self._everything: set[Subscription] = set()
        self._by_scope: dict[str, set[Subscription]] = {}
        self._stale: dict[str, Message] = {}

    def __len__(self) -> int:
        """How many subscriptions are open."""
        return len(self._open)

    def subscribe(self, scopes: frozenset[str] | None, *, interval: float | None = None) -> Subscription:
        """Subscribe to changes in ``scopes`` (None: all), starting with the kinds that are stale now.

        ``interval``: seconds between two ``changed`` of one kind, instead of the feed's own.
        """
        subscription = Subscription(self, scopes, self._interval if interval is None else interval)
        self._open.add(subscription)
        if scopes is None:
            self._everything.add(subscription)
        else:
            for scope in scopes:
                self._by_scope.setdefault(scope, set()).add(subscription)
        for message in self._stale.values():
            subscription.offer_state(message)
        return subscription

    def unsubscribe(self, subscription: Subscription) -> None:
        """Remove a subscription; `Subscription.close` calls this."""
        self._open.discard(subscription)
        self._everything.discard(subscription)
        for scope in subscription.scopes or ():
            subscribers = self._by_scope.get(scope)
            if subscribers is not None:
                subscribers.discard(subscription)
                if not subscribers:
                    del self._by_scope[scope]

    def publish(self, change: Change) -> None:
        """Deliver a change to the subscribers of its scopes."""
        now = asyncio.get_running_loop().time()
        for subscription in self._everything:
            subscription.offer_change(change.plural, now)
        for scope in change.scopes & self._by_scope.keys():
            for subscription in self._by_scope[scope]:
                subscription.offer_change(change.plural, now)

    def stale(self, plural: str, since: float) -> None:
        """Deliver to all that ``plural`` may be behind since that unix time."""
        self._stale[plural] = Message("stale", plural, since)
        self._broadcast(self._stale[plural])

    def live(self, plural: str) -> None:
        """Deliver to all that ``plural`` is current again."""
        if self._stale.pop(plural, None) is not None:
            self._broadcast(Message("live", plural))

    def close(self) -> None:
        """End all subscriptions, for shutdown."""
        for subscription in tuple(self._open):
            subscription.close()

    def _broadcast(self, message: Message) -> None:
        for subscription in self._open:
            subscription.offer_state(message)
