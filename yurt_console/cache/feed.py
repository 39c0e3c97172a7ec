"""Who is told what changed: many subscribers, each seeing their scopes, none able to slow the cache.

A `Subscription` holds at most one pending message per kind, however slow its reader is, and a kind is told
at once when it was quiet, then at most once per interval. A change costs nothing for subscribers of
other scopes. Messages say only *that* a kind changed: the reader asks again for the page it shows.
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
    """``changed``: rows of ``kind`` in the reader's scopes differ; ``live``, ``stale``: all of it is."""

    event: Literal["changed", "live", "stale"]
    kind: str
    since: float | None = None
    """With ``stale``: unix time of the last moment the copy was known to be right."""


class Subscription:
    """An endless asynchronous iterator of messages; a context manager that unsubscribes."""

    def __init__(self, feed: Feed, scopes: frozenset[str] | None, interval: float) -> None:
        self.scopes = scopes
        self._feed = feed
        self._interval = interval
        self._states: dict[str, Message] = {}
        self._due: dict[str, float] = {}
        self._told: dict[str, float] = {}
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
        # A reader that always finds a message ready must still let the loop notice that it went away.
        await asyncio.sleep(0)
        while not self._closed:
            if self._states:
                return self._states.pop(next(iter(self._states)))
            kind, due = min(self._due.items(), key=lambda item: item[1], default=("", None))
            if due is not None and due <= loop.time():
                del self._due[kind]
                self._told[kind] = loop.time()
                return Message("changed", kind)
            self._wake.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout_at(due):
                    await self._wake.wait()
        raise StopAsyncIteration

    def offer_change(self, kind: str, now: float) -> None:
        """Note that ``kind`` changed; called by the feed."""
        if kind not in self._due:
            self._due[kind] = max(now, self._told.get(kind, -math.inf) + self._interval)
            self._wake.set()

    def offer_state(self, message: Message) -> None:
        """Note that a kind went stale or live, in place of an older note; called by the feed."""
        self._states[message.kind] = message
        self._wake.set()


class Feed:
    """Hands each `Change` to the subscribers of its scopes and remembers which kinds are stale."""

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
        """Hear of changes in ``scopes`` (None: all) from now on, beginning with what is stale already.

        ``interval`` replaces the feed's own seconds between two ``changed`` of one kind.
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
        """Forget a subscription; `Subscription.close` calls this."""
        self._open.discard(subscription)
        self._everything.discard(subscription)
        for scope in subscription.scopes or ():
            subscribers = self._by_scope.get(scope)
            if subscribers is not None:
                subscribers.discard(subscription)
                if not subscribers:
                    del self._by_scope[scope]

    def publish(self, change: Change) -> None:
        """Tell the change's subscribers."""
        now = asyncio.get_running_loop().time()
        for subscription in self._everything:
            subscription.offer_change(change.kind, now)
        for scope in change.scopes & self._by_scope.keys():
            for subscription in self._by_scope[scope]:
                subscription.offer_change(change.kind, now)

    def stale(self, kind: str, since: float) -> None:
        """Tell everybody that ``kind`` may be behind since that unix time."""
        self._stale[kind] = Message("stale", kind, since)
        self._tell(self._stale[kind])

    def live(self, kind: str) -> None:
        """Tell everybody that ``kind`` is up to date again."""
        if self._stale.pop(kind, None) is not None:
            self._tell(Message("live", kind))

    def close(self) -> None:
        """End every subscription, as on shutdown."""
        for subscription in tuple(self._open):
            subscription.close()

    def _tell(self, message: Message) -> None:
        for subscription in self._open:
            subscription.offer_state(message)
