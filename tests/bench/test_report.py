"""The bench's arithmetic and its table: wrong here, every number in docs/performance.md is wrong."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.report import (
    Check,
    Fact,
    Latency,
    Promise,
    Report,
    ViewRow,
    duration_text,
    latency,
    percentile,
    render,
    size_text,
)

_VALUES = st.lists(st.floats(0, 1e6), min_size=1)


@given(_VALUES, st.integers(0, 100))
def test_a_percentile_is_the_smallest_value_that_covers_its_share(values: list[float], percent: int) -> None:
    found = percentile(values, percent)

    covered = {value: 100 * sum(other <= value for other in values) for value in values}
    assert covered[found] >= percent * len(values)
    assert all(covered[value] < percent * len(values) for value in values if value < found)


def test_percentiles_of_a_hundred_values_are_those_everybody_expects() -> None:
    values = [float(value) for value in range(1, 101)]

    assert [percentile(values, percent) for percent in (50, 99, 100)] == [50, 99, 100]


def test_no_values_have_no_percentile() -> None:
    with pytest.raises(ValueError, match="no values"):
        percentile([], 50)


def test_one_disturbed_repeat_of_three_does_not_move_the_result() -> None:
    quiet, disturbed = [1.0] * 100, [500.0] * 100

    assert latency([quiet, disturbed, quiet]) == Latency(p50=1.0, p99=1.0, count=300)


def test_sizes_and_times_are_written_as_people_read_them() -> None:
    assert [size_text(size) for size in (12, 612_345, 5_500_000)] == ["12 B", "612 kB", "5.5 MB"]
    assert [duration_text(time) for time in (0.412, 12.4, 311.2, 2900.0)] == [
        "0.41 ms",
        "12 ms",
        "311 ms",
        "2.9 s",
    ]


def _report(measured: float) -> Report:
    row = ViewRow(
        what="overview",
        promises=("p99 <= 5 ms at 1",),
        console={1: Latency(0.5, measured, 300), 20: Latency(9, 10, 300)},
        console_cpu={1: 0.3, 20: 0.2},
        api_server={1: Latency(900, 1000, 4)},
        size=612,
        packed=100,
        api_server_size=41_000_000,
    )
    check = Check("overview", Promise("p99 at 1 at once", 5, "ms"), measured)
    return Report("A run", {"machine": "mine"}, (row,), (Fact("memory", "<= 400 MB", "80 MB", ""),), (check,))


def test_the_table_has_a_row_for_each_page_and_says_what_was_not_asked() -> None:
    lines = render(_report(4.0)).splitlines()
    row = next(line for line in lines if line.startswith("| overview"))

    assert "0.5 ms / 4 ms" in row
    assert "900 ms / 1 s" in row
    assert "not asked" in row
    assert (
        len({line.count("|") for line in lines if line.startswith("| overview") or "page (median" in line})
        == 1
    )


def test_a_promise_that_was_not_kept_is_named_with_both_numbers() -> None:
    kept, broken = _report(5.0), _report(5.1)

    assert "1 of 1 promises kept" in render(kept)
    assert not kept.broken
    assert "NOT KEPT: overview: p99 at 1 at once was 5.1 ms, promised <= 5" in render(broken)


def test_a_run_without_pages_has_no_table_of_pages() -> None:
    facts = (Fact("memory", "", "12 B", ""),)

    shown = render(Report(title="t", machine={}, views=(), facts=facts, checks=()))

    assert "page (median" not in shown
    assert "| memory | -        | 12 B     | -      |" in shown
