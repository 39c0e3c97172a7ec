"""The work queue: laws of client-go's workqueue, in virtual time."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.virtual_time import run
from yurt_console.operator.accounts.work_queue import WorkQueue

BEGUN = datetime(2026, 1, 1, tzinfo=UTC)
LATE = 600.0
"""Seconds after which every test's queue is at rest."""
NAMES = st.sampled_from("abcd")
WORKERS = 3


class Run:
    """A queue at work; notes when each name is processed, which takes ``duration`` seconds."""

    def __init__(self, duration: float = 0.0, after: Callable[[WorkQueue, str], None] | None = None) -> None:
        self.offset = timedelta()
        self.queue = WorkQueue(lambda: BEGUN + self.offset + timedelta(seconds=_now()))
        self.starts: list[tuple[float, str]] = []
        self.processing: list[str] = []
        self._duration = duration
        self._after = after

    async def process(self, name: str) -> None:
        self.starts.append((_now(), name))
        self.processing.append(name)
        assert len(self.processing) == len(set(self.processing)) <= WORKERS
        await asyncio.sleep(self._duration)
        self.processing.remove(name)
        if self._after is not None:
            self._after(self.queue, name)

    async def until(self, seconds: float) -> list[tuple[float, str]]:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout_at(seconds):
                await self.queue.work(WORKERS, self.process)
        return self.starts


def _now() -> float:
    return asyncio.get_running_loop().time()


def _at(seconds: float) -> datetime:
    return BEGUN + timedelta(seconds=seconds)


@given(
    st.lists(st.tuples(st.integers(0, 20), NAMES, st.sampled_from(["add", "after", "limited"])), max_size=30),
    st.sampled_from([0.0, 0.1, 3.0]),
)
def test_no_name_is_lost_doubled_or_processed_twice_at_once(
    added: list[tuple[int, str, str]], duration: float
) -> None:
    async def main() -> list[tuple[float, str]]:
        seen = Run(duration)
        add: dict[str, Callable[[str], object]] = {
            "add": seen.queue.add,
            "after": lambda name: seen.queue.add_after(name, 1.0),
            "limited": seen.queue.add_rate_limited,
        }
        for time, name, how in added:
            asyncio.get_running_loop().call_at(time, add[how], name)
        return await seen.until(200.0)

    starts = run(main())

    for name in "abcd":
        times = [time for time, one, _ in added if one == name]
        started = [time for time, one in starts if one == name]
        assert len(started) <= len(times)
        assert not times or started[-1] >= max(times) - 0.001


@given(st.lists(st.tuples(NAMES, st.one_of(st.none(), st.integers(0, 500))), max_size=20))
def test_a_name_is_processed_at_the_last_time_given_in_the_order_of_times(
    given_times: list[tuple[str, int | None]],
) -> None:
    async def main() -> list[tuple[float, str]]:
        seen = Run()
        for name, seconds in given_times:
            seen.queue.add_at(name, None if seconds is None else _at(seconds))
        return await seen.until(LATE)

    starts = run(main())

    last = {name: seconds for name, seconds in dict(given_times).items() if seconds is not None}
    assert {name for _, name in starts} == last.keys()
    assert len(starts) == len(last)
    assert all(last[name] - 0.001 <= time <= last[name] + 0.1 for time, name in starts)
    assert [last[name] for _, name in starts] == sorted(last.values())


def test_a_name_added_twice_is_processed_once_and_once_more_when_added_while_processed() -> None:
    async def main() -> list[tuple[float, str]]:
        seen = Run(duration=5.0)
        seen.queue.add_all("aab")
        for time in (1.0, 2.0, 3.0):
            asyncio.get_running_loop().call_at(time, seen.queue.add, "a")
        return await seen.until(LATE)

    assert run(main()) == [(0.0, "a"), (0.0, "b"), (5.0, "a")]


def test_failures_back_off_from_half_a_second_to_half_a_minute_until_forgotten() -> None:
    failures: list[int] = []

    def fail(queue: WorkQueue, name: str) -> None:
        if len(failures) == 10:
            queue.forget(name)
        failures.append(queue.add_rate_limited(name))

    async def main() -> list[tuple[float, str]]:
        seen = Run(after=fail)
        seen.queue.add("a")
        return await seen.until(300.0)

    times = [time for time, _ in run(main())]

    assert failures[:12] == [*range(1, 11), 1, 2]
    limits = [min(0.5 * 2**n, 30.0) for n in range(10)] + [0.5, 1.0]
    pauses = [later - earlier for earlier, later in itertools.pairwise(times)]
    for pause, limit in zip(pauses, limits, strict=False):
        assert limit / 2 - 0.001 <= pause <= limit + 0.001


def test_a_pause_that_the_api_server_asks_for_is_kept() -> None:
    async def main() -> list[tuple[float, str]]:
        seen = Run()
        seen.queue.add_rate_limited("a", 77.0)
        return await seen.until(LATE)

    [(time, _)] = run(main())
    assert 76.999 <= time < 77.1


def test_a_pause_replaces_an_earlier_one() -> None:
    async def main() -> list[tuple[float, str]]:
        seen = Run()
        seen.queue.add_after("a", 10.0)
        seen.queue.add_after("a", 60.0)
        seen.queue.add_after("b", 60.0)
        seen.queue.add_after("b", 10.0)
        return await seen.until(LATE)

    assert run(main()) == [(10.0, "b"), (60.0, "a")]


def test_a_time_that_has_come_is_now() -> None:
    async def main() -> list[tuple[float, str]]:
        seen = Run()
        seen.queue.add_at("a", _at(0))
        seen.queue.add_at("b", _at(3))
        return await seen.until(LATE)

    assert run(main()) == [(0.0, "a"), (3.0, "b")]


def test_processing_a_name_earlier_makes_its_pending_retry_void() -> None:
    async def main() -> list[tuple[float, str]]:
        seen = Run()
        seen.queue.add_after("a", 60.0)
        asyncio.get_running_loop().call_at(1.0, seen.queue.add, "a")
        return await seen.until(LATE)

    assert run(main()) == [(1.0, "a")]


def test_a_clock_that_is_set_forward_is_noticed_within_seconds() -> None:
    async def main() -> list[tuple[float, str]]:
        seen = Run()
        seen.queue.add_at("a", _at(86_400))

        def set_clock() -> None:
            seen.offset = timedelta(days=1)

        asyncio.get_running_loop().call_at(100.0, set_clock)
        return await seen.until(200.0)

    [(time, name)] = run(main())
    assert name == "a"
    assert 100.0 <= time <= 105.1
