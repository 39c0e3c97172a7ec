"""The strict reader: every wrong field is refused at once, by its path; no value is repeated."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apimachinery import validation
from apimachinery.errors import BadRequestError
from apimachinery.times import parse_time
from yurt_console.strict_input import JsonReader, Reader

values = st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=5), st.floats(allow_nan=False))
NUMBER = re.compile(r"[0-9]+")


def refused(reader: Reader) -> list[tuple[str, str]]:
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


@given(values)
def test_a_text_must_be_given_and_a_time_may(value: Any) -> None:
    reader = JsonReader({"email": value, "until": value}, None)
    text, time = reader.text("email"), reader.time("until")

    is_text, is_time = isinstance(value, str) and value != "", isinstance(value, str) and parse_time(value)
    assert text == (value if is_text else "")
    assert time == (is_time or None)
    assert refused(reader) == [
        *([] if is_text else [("email", "must be text")]),
        *([] if is_time or value is None else [("until", "must be a time such as 2030-01-31T12:00:00Z")]),
    ]


@given(st.dictionaries(st.text(max_size=4), values, max_size=4))
def test_without_known_fields_none_is_refused_and_each_can_be_read(body: dict[str, Any]) -> None:
    reader = JsonReader(body, None)

    assert refused(reader) == []
    assert {field: reader.value(field) for field in body} == body
    assert reader.value("left out") is None
    assert bool(refused(JsonReader(body, ()))) is bool(body)


@given(st.one_of(st.sampled_from(["a", "a.b", "A", "", "a" * 64, "a" * 254]), st.text(max_size=5)))
def test_names_are_those_of_kubernetes(name: str) -> None:
    reader = Reader()
    reader.require_namespace("namespace", name)
    reader.require_name("name", name)

    wrong = [field for field, _ in refused(reader)]
    assert ("namespace" in wrong) is not validation.is_dns_label(name)
    assert ("name" in wrong) is not validation.is_dns_subdomain(name)
