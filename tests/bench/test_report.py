"""The bench's arithmetic and its report: every number in docs/performance.md depends on them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.report.markdown import render
from bench.report.model import Check, Fact, FloorComparison, Promise, Report, Section, ViewRow, report
from bench.report.statistics import (
    Latency,
    duration_text,
    latency,
    median_and_p99,
    median_and_slowest,
    median_ratio,
    percentile,
    size_text,
)

_VALUES = st.lists(st.floats(0, 1e6), min_size=1)
_ROUNDS = st.lists(st.tuples(st.floats(0.01, 100), st.floats(0.01, 100)), min_size=1)


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


@given(_ROUNDS, st.floats(0.1, 10))
def test_a_ratio_is_the_same_on_a_machine_of_another_speed(
    rounds: list[tuple[float, float]], speed: float
) -> None:
    measured, reference = zip(*rounds, strict=True)

    slower = median_ratio([speed * value for value in measured], [speed * value for value in reference])

    assert slower == pytest.approx(median_ratio(measured, reference))


def test_a_ratio_compares_a_round_with_the_reference_of_the_same_round() -> None:
    # the ratio of the two columns' medians would be 20 in the second case
    assert median_ratio([2, 2, 20], [1, 1, 10]) == 2
    assert median_ratio([2, 20, 20], [1, 10, 1]) == 2


def test_rounds_without_a_reference_have_no_ratio() -> None:
    with pytest.raises(ValueError, match="shorter"):
        median_ratio([1, 2], [1])
    with pytest.raises(ValueError, match="no values"):
        median_ratio([], [])


def test_sizes_and_times_are_written_as_people_read_them() -> None:
    assert [size_text(size) for size in (12, 612_345, 5_500_000)] == ["12 B", "612 kB", "5.5 MB"]
    assert [duration_text(time) for time in (0.412, 12.4, 311.2, 2900.0)] == [
        "0.41 ms",
        "12 ms",
        "311 ms",
        "2.9 s",
    ]
    assert median_and_slowest([1, 2, 90]) == "2 ms / 90 ms"
    assert median_and_p99([]) == median_and_slowest([]) == "-"


def _report(measured: float) -> Report:
    row = ViewRow(
        what="overview",
        console={1: Latency(0.5, measured, 300), 20: Latency(9, 10, 300)},
        console_cpu={1: 0.3, 20: 0.2},
        floor=FloorComparison(20, Latency(1, 2, 300), 0.05, 4.0, 5.0),
        api_server={1: Latency(900, 1000, 4)},
        size=612,
        gzipped=100,
        api_server_size=41_000_000,
    )
    check = Check("overview", Promise("CPU a view", 5, "x the floor"), measured, "0.2 ms", "floor 0.05 ms")
    section = Section((Fact("memory", "80 MB"),), (check,))
    return report("A run", {"machine": "mine"}, section, views=(row,))


def test_the_table_has_a_row_for_each_view_and_says_what_was_not_requested() -> None:
    lines = render(_report(4.0)).splitlines()
    row = next(line for line in lines if line.startswith("| overview   "))
    header = next(line for line in lines if line.startswith("| view (median"))

    assert "0.5 ms / 4 ms" in row
    assert "900 ms / 1 s" in row
    assert "1 ms / 2 ms, 20 at once" in row
    assert "not requested" in row
    assert row.count("|") == header.count("|")


def test_a_promise_shows_both_figures_their_ratio_and_whether_it_was_kept() -> None:
    kept, broken = (
        next(line for line in render(_report(measured)).splitlines() if "overview: CPU" in line)
        for measured in (4.0, 5.1)
    )

    assert [cell.strip() for cell in kept.split("|")[1:-1]] == [
        "overview: CPU a view",
        "0.2 ms",
        "floor 0.05 ms",
        "4",
        "<= 5 x the floor",
        "yes",
    ]
    assert broken.rstrip("| ").endswith("NO")


def test_a_promise_that_was_not_kept_is_named_with_both_numbers() -> None:
    kept, broken = _report(5.0), _report(5.1)

    assert "1 of 1 promises kept" in render(kept)
    assert not kept.broken
    assert "NOT KEPT: overview: CPU a view was 5.1 x the floor, promised <= 5" in render(broken)
    assert [check.row for check in broken.broken] == ["overview"]


def test_a_run_without_views_has_no_table_of_views() -> None:
    shown = render(report("t", {}, Section((Fact("memory", "12 B"),))))

    assert "view (median" not in shown
    assert "romises" not in shown
    assert "| memory | 12 B     | -      |" in shown
