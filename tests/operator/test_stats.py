"""The operator's counts: laws of the queue's in virtual time, and results of reconciles."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.virtual_time import run
from yurt_console.operator.accounts.work_queue import WorkQueue
from yurt_console.operator.stats import QueueStats, ReconcileStats, Result

BEGUN = datetime(2026, 1, 1, tzinfo=UTC)
LATE = 200.0
NAMES = st.sampled_from("abc")


def now() -> float:
    return asyncio.get_running_loop().time()


@given(
    st.lists(st.tuples(st.integers(0, 20), NAMES, st.sampled_from(["add", "after", "limited"])), max_size=25),
    st.integers(0, 25),
)
def test_what_was_added_waits_or_was_begun_and_what_was_begun_runs_or_is_done(
    added: list[tuple[int, str, str]], end: int
) -> None:
    """At any time ``end``, and at rest."""
    starts: list[str] = []

    async def process(name: str) -> None:
        starts.append(name)
        await asyncio.sleep(1.5)

    async def main() -> None:
        stats = QueueStats(now)
        queue = WorkQueue(lambda: BEGUN + timedelta(seconds=now()), stats)
        add: dict[str, Callable[[str], object]] = {
            "add": queue.add,
            "after": lambda name: queue.add_after(name, 2.0),
            "limited": queue.add_rate_limited,
        }
        for time, name, how in added:
            asyncio.get_running_loop().call_at(time, add[how], name)
        working = asyncio.create_task(queue.work(2, process))

        await asyncio.sleep(end + 0.25)
        assert stats.adds == stats.depth + len(starts)
        assert sum(stats.wait_seconds.counts) == len(starts)
        assert len(starts) == len(stats.unfinished()) + sum(stats.work_seconds.counts)
        assert all(0 <= seconds <= 1.5 for seconds in stats.unfinished())

        await asyncio.sleep(LATE)
        assert (stats.depth, stats.unfinished()) == (0, [])
        assert stats.adds == len(starts)
        assert stats.retries == sum(how != "add" for _, _, how in added)
        assert stats.work_seconds.total == pytest.approx(1.5 * len(starts))
        working.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await working

    run(main())


async def test_a_reconcile_counts_by_its_result_and_one_that_is_cancelled_does_not() -> None:
    stats = ReconcileStats()
    begun, end = asyncio.Event(), asyncio.Event()

    async def reconcile(result: Result) -> Result:
        begun.set()
        await end.wait()
        return result

    running = asyncio.create_task(stats.observe(reconcile(Result.ERROR)))
    await begun.wait()
    assert (stats.active, dict(stats.results)) == (1, {})
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running
    assert (stats.active, dict(stats.results), sum(stats.seconds.counts)) == (0, {}, 0)

    end.set()
    for result in (Result.SUCCESS, Result.REQUEUE_AFTER, Result.SUCCESS):
        assert await stats.observe(reconcile(result)) is result
    assert stats.results == {Result.SUCCESS: 2, Result.REQUEUE_AFTER: 1}
    assert sum(stats.seconds.counts) == 3
