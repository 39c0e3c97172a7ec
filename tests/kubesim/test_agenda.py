"""The list of due times: everything once, in its order, and nothing stops it."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import logging

import pytest

from kubesim.runtime.clock import ManualClock
from kubesim.runtime.timers import TimerQueue


@contextlib.asynccontextmanager
async def running(agenda: TimerQueue):  # type: ignore[no-untyped-def]
    task = asyncio.create_task(agenda.run())
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def test_actions_are_done_at_their_times_in_their_order() -> None:
    clock = ManualClock()
    agenda, done = TimerQueue(clock), list[tuple[str, float]]()

    def do(name: str) -> None:
        done.append((name, clock.monotonic()))

    async with running(agenda):
        for name, seconds in (("c", 30), ("a", 10), ("b", 20)):
            agenda.after(seconds, name, functools.partial(do, name))
        agenda.soon("now", lambda: do("now"))
        await clock.advance(60)
        agenda.after(5, "late", lambda: do("late"))
        await clock.advance(10)
    assert done == [("now", 0), ("a", 10), ("b", 20), ("c", 30), ("late", 65)]


async def test_a_key_is_done_once_however_often_it_is_asked_for() -> None:
    clock = ManualClock()
    agenda, done = TimerQueue(clock), list[str]()
    for number in range(5):
        agenda.soon("key", lambda number=number: done.append(f"now {number}"))  # type: ignore[misc]
        agenda.after(10, "key", lambda number=number: done.append(f"later {number}"))  # type: ignore[misc]
    agenda.after(10, "other", lambda: done.append("other"))
    agenda.cancel("other")
    async with running(agenda):
        await clock.advance(20)
    assert done == ["now 4", "later 4"]
    assert agenda.wait() is None
    assert len(agenda) == 0


async def test_something_sooner_is_not_kept_waiting_for_something_later() -> None:
    clock = ManualClock()
    agenda, done = TimerQueue(clock), list[float]()
    async with running(agenda):
        agenda.after(1000, "far", lambda: done.append(clock.monotonic()))
        await clock.advance(1)
        agenda.after(2, "near", lambda: done.append(clock.monotonic()))
        await clock.advance(5)
    assert done == [3]


async def test_a_mistake_is_told_and_does_not_stop_the_rest(caplog: pytest.LogCaptureFixture) -> None:
    clock = ManualClock()
    agenda, done = TimerQueue(clock), list[str]()

    def fail() -> None:
        raise RuntimeError("broken")

    agenda.soon("bad", fail)
    agenda.soon("good", lambda: done.append("good"))
    with caplog.at_level(logging.ERROR):
        agenda.do_due()
    assert done == ["good"]
    assert "broken" in caplog.text


async def test_a_long_list_lets_others_have_their_turn() -> None:
    agenda, done, turns = TimerQueue(ManualClock()), list[int](), list[int]()
    for number in range(1000):
        agenda.soon(number, functools.partial(done.append, number))
    async with running(agenda):
        while len(done) < 1000:
            await asyncio.sleep(0)
            turns.append(len(done))
    assert done == sorted(done)
    assert len(set(turns)) > 3
