"""Times are written as Kubernetes writes them, and read back as they were written."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apimachinery.times import parse_time, rfc3339, rfc3339_micro, rfc3339_of_unix, rfc3339_or_empty

_zones = st.integers(-23 * 60, 23 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
_times = st.datetimes(datetime(1000, 1, 3), datetime(9999, 12, 28), timezones=_zones)  # noqa: DTZ001


@given(_times)
def test_a_time_comes_back_to_the_second_and_a_micro_time_exactly(time: datetime) -> None:
    assert parse_time(rfc3339(time)) == time.replace(microsecond=0)
    assert parse_time(rfc3339_micro(time)) == time
    assert rfc3339(time).endswith("Z")


def test_texts_are_those_of_kubernetes() -> None:
    time = datetime(2026, 1, 2, 11, 4, 5, 6, tzinfo=timezone(timedelta(hours=8)))
    assert rfc3339(time) == rfc3339_or_empty(time) == "2026-01-02T03:04:05Z"
    assert rfc3339_micro(time) == "2026-01-02T03:04:05.000006Z"
    assert rfc3339_of_unix(0) == "1970-01-01T00:00:00Z"


def test_what_is_not_there_has_no_time() -> None:
    assert rfc3339_or_empty(None) == ""
    assert rfc3339_of_unix(None) is None


@pytest.mark.parametrize("text", ["", "now", "2026-13-01T00:00:00Z", "10:00"])
def test_a_malformed_text_is_no_time(text: str) -> None:
    assert parse_time(text) is None


def test_a_time_without_a_zone_is_utc() -> None:
    assert parse_time("2026-01-02T03:04:05") == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
