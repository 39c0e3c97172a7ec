"""Go durations."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apimachinery.durations import DurationError, parse

UNITS = {
    "ns": 1,
    "us": 10**3,
    "µs": 10**3,
    "μs": 10**3,
    "ms": 10**6,
    "s": 10**9,
    "m": 60 * 10**9,
    "h": 3600 * 10**9,
}
PARTS = st.lists(
    st.tuples(
        st.integers(0, 10**4), st.none() | st.text("0123456789", max_size=9), st.sampled_from(sorted(UNITS))
    ),
    min_size=1,
    max_size=4,
)


@given(st.sampled_from(["", "+", "-"]), PARTS)
def test_a_duration_is_the_sum_of_its_parts(sign: str, parts: list[tuple[int, str | None, str]]) -> None:
    text, total = sign, 0
    for number, decimals, unit in parts:
        written = f"{number}" if decimals is None else f"{number}.{decimals}"
        text += written + unit
        total += int(Fraction(f"{number}.{decimals or 0}") * UNITS[unit])
    assert parse(text) == (-total if sign == "-" else total)


@given(PARTS, PARTS)
def test_one_duration_after_the_other_is_their_sum(
    one: list[tuple[int, str | None, str]], other: list[tuple[int, str | None, str]]
) -> None:
    first, second = ("".join(f"{number}{unit}" for number, _, unit in parts) for parts in (one, other))
    assert parse(first + second) == parse(first) + parse(second)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("0", 0), ("-0", 0), ("+0", 0), ("24h", 86400), ("1h30m", 5400), ("-1.5s", -1.5), (".5m", 30),
     ("1.s", 1), ("720h0m0s", 2592000), ("1.000000001s", 1.000000001)],
)  # fmt: skip
def test_known_durations(text: str, seconds: float) -> None:
    assert parse(text) == round(seconds * 10**9)


@pytest.mark.parametrize(
    "text",
    ["", "1", "24", "h", ".s", "-", "+", "1d", "1 h", "1h ", "1H", "--1s", "1h-1m", "1e3s", "१s", "2562048h",
     "9" * 300 + "s"],
)  # fmt: skip
def test_what_go_refuses_is_refused(text: str) -> None:
    with pytest.raises(DurationError, match="invalid duration"):
        parse(text)


@given(st.text(st.sampled_from("0123456789.-+hmsnuµ ")))
def test_any_text_is_a_duration_or_an_error(text: str) -> None:
    try:
        nanoseconds = parse(text)
    except DurationError:
        return
    assert -(2**63) <= nanoseconds < 2**63
