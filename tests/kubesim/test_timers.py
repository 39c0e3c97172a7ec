"""The timer queue: every action once, in order, whatever the others raise."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import logging

import pytest

from kubesim.runtime.clock import ManualClock
from kubesim.runtime.timers import TimerQueue


@contextlib.asynccontextmanager
async def running(timers: TimerQueue):  # type: ignore[no-untyped-def]
    task = asyncio.create_task(timers.run())
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def test_actions_are_done_at_their_times_in_their_order() -> None:
    clock = ManualClock()
    timers, done = TimerQueue(clock), list[tuple[str, float]]()

    def do(name: str) -> None:
        done.append((name, clock.monotonic()))

    async with running(timers):
        for name, seconds in (("c", 30), ("a", 10), ("b", 20)):
            timers.call_later(seconds, name, functools.partial(do, name))
        timers.call_soon("now", lambda: do("now"))
        await clock.advance(60)
        timers.call_later(5, "late", lambda: do("late"))
        await clock.advance(10)
    assert done == [("now", 0), ("a", 10), ("b", 20), ("c", 30), ("late", 65)]


async def test_a_key_is_done_once_however_often_it_is_asked_for() -> None:
    clock = ManualClock()
    timers, done = TimerQueue(clock), list[str]()
    for number in range(5):
        timers.call_soon("key", lambda number=number: done.append(f"now {number}"))  # type: ignore[misc]
        timers.call_later(10, "key", lambda number=number: done.append(f"later {number}"))  # type: ignore[misc]
    timers.call_later(10, "other", lambda: done.append("other"))
    timers.cancel("other")
    async with running(timers):
        await clock.advance(20)
    assert done == ["now 4", "later 4"]
    assert timers.wait() is None
    assert len(timers) == 0


async def test_a_replaced_deadline_counts_no_more() -> None:
    clock = ManualClock()
    timers, done = TimerQueue(clock), list[float]()
    timers.call_later(10, "key", lambda: done.append(-1))
    timers.call_later(30, "key", lambda: done.append(clock.monotonic()))
    assert timers.wait() == 30
    assert len(timers) == 1
    async with running(timers):
        await clock.advance(20)
        assert done == []
        assert timers.wait() == 10
        await clock.advance(20)
    assert done == [30]


def test_its_length_counts_immediate_and_delayed_actions() -> None:
    timers = TimerQueue(ManualClock())
    for key in "ab":
        timers.call_soon(key, lambda: None)
    for key in "abc":
        timers.call_later(10, key, lambda: None)
    assert len(timers) == 5
    timers.cancel("a")
    assert len(timers) == 4
    timers.run_due()
    assert len(timers) == 2


async def test_what_is_overdue_is_due_now_and_an_action_may_plan_itself_again() -> None:
    timers, done = TimerQueue(ManualClock()), list[int]()

    def again() -> None:
        done.append(len(done))
        if len(done) < 3:
            timers.call_soon("key", again)

    timers.call_later(-5, "key", again)
    assert timers.wait() == 0
    timers.run_due()
    assert done == [0, 1, 2]
    assert timers.wait() is None


async def test_something_sooner_is_not_kept_waiting_for_something_later() -> None:
    clock = ManualClock()
    timers, done = TimerQueue(clock), list[float]()
    async with running(timers):
        timers.call_later(1000, "far", lambda: done.append(clock.monotonic()))
        await clock.advance(1)
        timers.call_later(2, "near", lambda: done.append(clock.monotonic()))
        await clock.advance(5)
    assert done == [3]


async def test_a_mistake_is_told_and_does_not_stop_the_rest(caplog: pytest.LogCaptureFixture) -> None:
    clock = ManualClock()
    timers, done = TimerQueue(clock), list[str]()

    def fail() -> None:
        raise RuntimeError("broken")

    timers.call_soon("bad", fail)
    timers.call_soon("good", lambda: done.append("good"))
    with caplog.at_level(logging.ERROR):
        timers.run_due()
    assert done == ["good"]
    assert "broken" in caplog.text


async def test_a_long_list_lets_others_have_their_turn() -> None:
    timers, done, turns = TimerQueue(ManualClock()), list[int](), list[int]()
    for number in range(1000):
        timers.call_soon(number, functools.partial(done.append, number))
    async with running(timers):
        while len(done) < 1000:
            await asyncio.sleep(0)
            turns.append(len(done))
    assert done == sorted(done)
    assert len(set(turns)) > 3
