"""The strict reader: every wrong field is refused at once, by its path; no value is repeated."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apimachinery.errors import BadRequestError
from yurt_console.strict_input import JsonReader

values = st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=5), st.floats(allow_nan=False))
NUMBER = re.compile(r"[0-9]+")


def refused(reader: JsonReader) -> list[tuple[str, str]]:
    try:
        reader.done()
    except BadRequestError as error:
        return [(cause.field, cause.message) for cause in error.status.details.causes]
    return []


@given(values)
def test_a_number_is_a_whole_number_within_its_bounds_or_refused(value: Any) -> None:
    reader = JsonReader({"days": value}, ("days",))
    number = reader.number("days", 0, 10)

    fits = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 10
    assert number == (value if fits else None)
    assert refused(reader) == (
        [] if fits or value is None else [("days", "must be a whole number from 0 to 10")]
    )


@given(st.dictionaries(st.text(max_size=4), values, max_size=4))
def test_unknown_fields_are_refused_and_named_only_when_they_are_plain_names(body: dict[str, Any]) -> None:
    reader = JsonReader(body, ("a",))
    found = {field for field, _ in refused(reader)}

    plain = {name for name in body if name != "a" and name.isascii() and name.isidentifier()}
    assert found == (plain or ({"body"} if set(body) - {"a"} else set()))


def test_every_wrong_field_is_refused_at_once_by_its_path() -> None:
    reader = JsonReader({"most": "3", "quota": {"cpu": "much", "disk": 1}, "other": 1}, ("most", "quota"))
    reader.number("most", 0, 3)
    inner = reader.within("quota", ("cpu", "pods"))
    inner.amount("cpu", NUMBER, "8")
    inner.number("pods", 0, 10)

    assert {field for field, _ in refused(reader)} == {"most", "quota.cpu", "quota.disk", "other"}
    assert all("much" not in message for _, message in refused(reader))


@pytest.mark.parametrize("value", [3, "text", [], True])
def test_an_object_that_is_none_is_refused(value: object) -> None:
    reader = JsonReader({"quota": value}, ("quota",))
    reader.within("quota", ("cpu",))

    assert refused(reader) == [("quota", "must be an object")]


@pytest.mark.parametrize(("value", "amount"), [(" 8 ", "8"), ("", ""), (None, None), ("8m", None), (8, None)])
def test_an_amount_is_trimmed_and_may_be_empty(value: object, amount: str | None) -> None:
    reader = JsonReader({"cpu": value}, ("cpu",))

    assert reader.amount("cpu", NUMBER, "8") == amount
    assert bool(refused(reader)) == (amount is None and value is not None)


def test_null_is_a_field_that_was_left_out() -> None:
    reader = JsonReader({"a": None, "b": 0}, ("a", "b"))

    assert not reader.has("a")
    assert reader.has("a", "b")
    assert refused(reader) == []
