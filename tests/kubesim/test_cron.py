"""Cron schedules against a naive reading minute by minute."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubesim.model.cron import ScheduleError, parse

START = datetime(2024, 1, 1, tzinfo=UTC)
MOMENTS = st.integers(0, 4 * 366 * 86400).map(lambda seconds: START + timedelta(seconds=seconds))


def after(text: str, moment: str) -> str:
    found = parse(text).next_after(datetime.fromisoformat(moment))
    return found.strftime("%Y-%m-%dT%H:%M") if found else ""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("* * * * *", "2026-02-27T10:16"),
        ("*/20 * * * *", "2026-02-27T10:20"),
        ("30 2 * * *", "2026-02-28T02:30"),
        ("0 0 29 2 *", "2028-02-29T00:00"),
        ("0 9-17/4 * * mon-fri", "2026-02-27T13:00"),
        ("0 0 1,15 * wed", "2026-03-01T00:00"),
        ("0 0 * jan sun", "2027-01-03T00:00"),
        ("@hourly", "2026-02-27T11:00"),
        ("@weekly", "2026-03-01T00:00"),
        ("15 10 * * *", "2026-02-28T10:15"),
        ("0 0 31 2 *", ""),
    ],
)
def test_the_next_time_is_the_first_that_fits(text: str, expected: str) -> None:
    assert after(text, "2026-02-27T10:15:30Z") == expected


@given(MOMENTS, st.integers(0, 59), st.integers(0, 23), st.integers(1, 59))
def test_nothing_that_fits_is_skipped(moment: datetime, minute: int, hour: int, step: int) -> None:
    schedule = parse(f"{minute}-59/{step} {hour},23 * * *")
    found = schedule.next_after(moment)
    assert found is not None
    assert found > moment
    fitting = set(range(minute, 60, step))
    between = moment.replace(second=0, microsecond=0) + timedelta(minutes=1)
    while between < found:
        assert between.minute not in fitting or between.hour not in (hour, 23)
        between += timedelta(minutes=1)
    assert found.minute in fitting
    assert found.hour in (hour, 23)


@pytest.mark.parametrize(
    "text", ["", "* * * *", "60 * * * *", "5-1 * * * *", "*/0 * * * *", "x * * * *", "-1 * * * *"]
)
def test_what_is_no_schedule_is_refused(text: str) -> None:
    with pytest.raises(ScheduleError):
        parse(text)


@given(st.text(max_size=30))
def test_any_text_is_a_schedule_or_refused(text: str) -> None:
    with contextlib.suppress(ScheduleError):
        parse(text)
