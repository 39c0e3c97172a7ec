"""The feed: who hears what, how often, and what a slow reader costs."""

from __future__ import annotations

import asyncio

import pytest

from yurt_console.cache.feed import Feed, Message, Subscription
from yurt_console.cache.store import Change

INTERVAL = 0.1


def changed(kind: str, *scopes: str) -> Change:
    return Change(kind, frozenset(scopes))


async def heard(subscription: Subscription, seconds: float = INTERVAL / 4) -> list[Message]:
    """All messages that come within so many seconds."""
    found = []
    try:
        async with asyncio.timeout(seconds):
            async for message in subscription:
                found.append(message)
    except TimeoutError:
        pass
    return found


async def test_a_subscriber_hears_of_its_scopes_and_of_no_other() -> None:
    feed = Feed(INTERVAL)
    mine, everything = feed.subscribe(frozenset({"a", "b"})), feed.subscribe(None)
    feed.publish(changed("pods", "b", "c"))
    feed.publish(changed("nodes", "c"))
    assert await heard(mine) == [Message("changed", "pods")]
    assert await heard(everything) == [Message("changed", "pods"), Message("changed", "nodes")]


async def test_the_first_change_is_told_at_once_and_the_rest_once_an_interval_later() -> None:
    feed = Feed(INTERVAL)
    now = asyncio.get_running_loop().time
    subscription = feed.subscribe(None)
    began = now()
    feed.publish(changed("pods", "a"))
    assert await anext(subscription) == Message("changed", "pods")
    assert now() - began < INTERVAL
    for _ in range(50):
        feed.publish(changed("pods", "a"))
    assert await anext(subscription) == Message("changed", "pods")
    assert now() - began >= INTERVAL
    assert await heard(subscription, 2 * INTERVAL) == []


async def test_one_busy_kind_does_not_hold_another_back() -> None:
    feed = Feed(60.0)
    subscription = feed.subscribe(None)
    feed.publish(changed("pods", "a"))
    assert await anext(subscription) == Message("changed", "pods")
    feed.publish(changed("pods", "a"))
    feed.publish(changed("nodes", "a"))
    assert await anext(subscription) == Message("changed", "nodes")


async def test_a_reader_that_never_reads_holds_one_message_a_kind() -> None:
    feed = Feed(0.0)
    subscription = feed.subscribe(None)
    for number in range(1000):
        feed.publish(changed("pods", "a"))
        feed.stale("nodes", float(number))
    assert await heard(subscription) == [Message("stale", "nodes", 999.0), Message("changed", "pods")]


async def test_a_late_subscriber_is_told_what_is_stale() -> None:
    feed = Feed(INTERVAL)
    feed.stale("pods", 12.0)
    feed.stale("nodes", 13.0)
    feed.live("nodes")
    assert await heard(feed.subscribe(frozenset({"a"}))) == [Message("stale", "pods", 12.0)]


async def test_going_live_again_is_told_once() -> None:
    feed = Feed(INTERVAL)
    subscription = feed.subscribe(frozenset())
    feed.live("pods")
    assert await heard(subscription) == []
    feed.stale("pods", 12.0)
    assert await heard(subscription) == [Message("stale", "pods", 12.0)]
    feed.live("pods")
    feed.live("pods")
    assert await heard(subscription) == [Message("live", "pods")]


async def test_a_closed_subscription_ends_and_is_forgotten() -> None:
    feed = Feed(INTERVAL)
    with feed.subscribe(frozenset({"a"})) as subscription, feed.subscribe(None):
        waiting = asyncio.create_task(anext(subscription))
        await asyncio.sleep(0)
        subscription.close()
        with pytest.raises(StopAsyncIteration):
            await waiting
        assert len(feed) == 1
    assert len(feed) == 0
    feed.publish(changed("pods", "a"))
    assert [message async for message in subscription] == []


async def test_closing_the_feed_ends_everybody() -> None:
    feed = Feed(INTERVAL)
    subscriptions = [feed.subscribe(frozenset({"a"})), feed.subscribe(None)]
    readers = [asyncio.create_task(heard(each, 5.0)) for each in subscriptions]
    await asyncio.sleep(0)
    feed.close()
    assert await asyncio.gather(*readers) == [[], []]
    assert len(feed) == 0


async def test_a_reader_that_gives_up_waiting_loses_nothing() -> None:
    feed = Feed(INTERVAL)
    subscription = feed.subscribe(None)
    assert await heard(subscription, 0.001) == []
    feed.publish(changed("pods", "a"))
    assert await heard(subscription) == [Message("changed", "pods")]
