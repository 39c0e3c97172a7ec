"""Label selectors against a naive oracle, and against the real API server."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apimachinery.resources import CONFIG_MAPS, NAMESPACES
from apimachinery.selectors import Selector, SelectorError
from tests.planes.plane import Plane

KEYS = ("app", "tier", "in", "notin", "example.com/zone", "n")
VALUES = ("", "web", "in", "notin", "a.b_c-d", "1", "2", "10", "x")
LABELS = st.dictionaries(st.sampled_from(KEYS), st.sampled_from(VALUES))


@st.composite
def requirements(draw: st.DrawFn) -> tuple[str, Any]:
    """The text of a requirement, and a predicate of the same meaning."""
    key = draw(st.sampled_from(KEYS))
    value, number = draw(st.sampled_from(VALUES)), draw(st.integers(0, 12))
    values = draw(st.lists(st.sampled_from(VALUES), max_size=3).filter(lambda some: some[1:] != ["", ""]))
    space = draw(st.sampled_from(["", " ", "\t "]))
    listed = f"({space}{f'{space},{space}'.join(values)}{space})"
    wanted = set(values or [""])
    choices: list[tuple[str, Any]] = [
        (key, lambda labels: key in labels),
        (f"!{space}{key}", lambda labels: key not in labels),
        (f"{key}{space}={space}{value}", lambda labels: labels.get(key) == value),
        (f"{key}=={value}", lambda labels: labels.get(key) == value),
        (f"{key}{space}!={value}", lambda labels: labels.get(key) != value),
        (f"{key} in {listed}", lambda labels: labels.get(key) in wanted),
        (f"{key} notin {listed}", lambda labels: labels.get(key) not in wanted),
        (f"{key}>{number}", lambda labels: labels.get(key, "").isdecimal() and int(labels[key]) > number),
        (f"{key}<{number}", lambda labels: labels.get(key, "").isdecimal() and int(labels[key]) < number),
    ]
    index = draw(st.integers(0, len(choices) - 1))
    return choices[index]


SELECTORS = st.lists(requirements(), max_size=4)


@given(SELECTORS, LABELS)
def test_a_selector_means_what_each_of_its_requirements_says(
    parts: list[tuple[str, Any]], labels: dict[str, str]
) -> None:
    selector = Selector.parse(",".join(text for text, _ in parts))
    assert selector.matches(labels) == all(meaning(labels) for _, meaning in parts)


@given(SELECTORS)
def test_a_selectors_text_says_the_same_again(parts: list[tuple[str, Any]]) -> None:
    selector = Selector.parse(" , ".join(text for text, _ in parts))
    assert Selector.parse(str(selector)) == selector


@given(st.text(st.sampled_from("ab/.-_ \t=!(),<>in\\é\n"), max_size=20))
def test_any_text_is_a_selector_or_an_error(text: str) -> None:
    try:
        selector = Selector.parse(text)
    except SelectorError:
        return
    assert Selector.parse(str(selector)) == selector


@given(LABELS, LABELS)
def test_match_labels_wants_every_one_of_them(wanted: dict[str, str], labels: dict[str, str]) -> None:
    assert Selector.of({"matchLabels": wanted}).matches(labels) == (wanted.items() <= labels.items())


@pytest.mark.parametrize(
    ("value", "more", "less"), [("1", False, True), ("2", False, False), ("10", True, False)]
)
def test_greater_and_less_compare_numbers_and_leave_equal_ones_out(
    value: str, more: bool, less: bool
) -> None:
    assert Selector.parse("n>2").matches({"n": value}) == more
    assert Selector.parse("n<2").matches({"n": value}) == less


@pytest.mark.parametrize("labels", [{}, {"n": ""}, {"n": "x"}, {"n": "9" * 20}])
def test_what_is_no_64_bit_number_is_neither_greater_nor_less(labels: dict[str, str]) -> None:
    assert not Selector.parse("n>2").matches(labels)
    assert not Selector.parse("n<2").matches(labels)


def test_match_expressions() -> None:
    selector = Selector.of(
        {
            "matchLabels": {"app": "web"},
            "matchExpressions": [
                {"key": "tier", "operator": "In", "values": ["a", "b"]},
                {"key": "zone", "operator": "NotIn", "values": ["x"]},
                {"key": "canary", "operator": "DoesNotExist"},
                {"key": "owner", "operator": "Exists", "values": None},
            ],
        }
    )
    labels = {"app": "web", "tier": "b", "owner": ""}
    assert selector.matches(labels)
    for change in ({"app": "api"}, {"tier": "c"}, {"zone": "x"}, {"canary": ""}):
        assert not selector.matches({**labels, **change})
    assert not selector.matches({"app": "web", "tier": "b"})


def test_no_label_selector_selects_nothing_and_an_empty_one_everything() -> None:
    assert not Selector.of(None).matches({"a": "b"})
    assert Selector.of({}).matches({})
    assert Selector.parse("").matches({"a": "b"})


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ({"key": "a", "operator": "Near"}, '"Near" is not a valid pod selector operator'),
        ({"key": "a", "operator": "In"}, "for 'in', 'notin' operators, values set can't be empty"),
        (
            {"key": "a", "operator": "Exists", "values": ["b"]},
            "values set must be empty for exists and does not exist",
        ),
        ({"key": "-", "operator": "Exists"}, 'invalid label key "-"'),
        ({"key": "a", "operator": "In", "values": "bc"}, "must be an array"),
        ("a", "must be an object"),
    ],
)
def test_a_wrong_expression_is_refused(expression: Any, words: str) -> None:
    with pytest.raises(SelectorError, match=words.replace("(", r"\(")):
        Selector.of({"matchExpressions": [expression]})


WRONG = [
    "a b", "a in", "a in (", "a in (b", "a in (b c)", "!a=b", "a,", ",a", "a=b=c", "a!!b", "-a", "a=-b", "/a",
    "a/b/c", "a>x", "a>-1", "a=(b)", "a=!", "&a", "a ==== b", "A/b=c", "!", "!!a", "a in (b),", "a=b c",
    "a in b", "a>1=2", "x=é", "a in (b,!c)", "a in (,,)", "a in (b,,)", "a in (,b,,)",
]  # fmt: skip


@pytest.mark.parametrize("text", WRONG)
def test_wrong_texts_are_refused(text: str) -> None:
    with pytest.raises(SelectorError):
        Selector.parse(text)


def _list(plane: Plane, text: str) -> tuple[set[str], str]:
    """The names that the API server selects, and its message if it refuses."""
    path = f"/api/v1/namespaces/selectors/configmaps?labelSelector={quote(text)}"
    answer = plane.api.ask("GET", path)
    if answer.code != 200:
        return set(), answer.body["message"]
    return {item["metadata"]["name"] for item in answer.body["items"]}, ""


@pytest.fixture(scope="module")
def labelled(plane: Plane) -> Iterator[dict[str, dict[str, str]]]:
    """Thirty objects on the API server with varied labels."""
    found: dict[str, dict[str, str]] = {}
    for index in range(30):
        chosen = [key for bit, key in enumerate(KEYS) if (index * 37 + 11) >> bit & 1]
        found[f"labelled-{index}"] = {key: VALUES[(index + 3 * len(key)) % len(VALUES)] for key in chosen}
    plane.api.create(NAMESPACES, {"metadata": {"name": "selectors"}})
    for name, labels in found.items():
        plane.api.create(CONFIG_MAPS, {"metadata": {"name": name, "labels": labels}}, "selectors")
    yield found
    plane.api.delete(NAMESPACES, "selectors", wait=0)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(parts=SELECTORS)
def test_the_api_server_selects_the_same_objects(
    plane: Plane, labelled: dict[str, dict[str, str]], parts: list[tuple[str, Any]]
) -> None:
    text = ",".join(part for part, _ in parts)
    names, refused = _list(plane, text)
    assert not refused
    ours = Selector.parse(text)
    names.discard("kube-root-ca.crt")
    assert names == {name for name, labels in labelled.items() if ours.matches(labels)}


@pytest.mark.parametrize("text", WRONG)
def test_the_api_server_refuses_with_the_same_words(plane: Plane, text: str) -> None:
    with pytest.raises(SelectorError) as error:
        Selector.parse(text)
    _, refused = _list(plane, text)
    assert refused
    assert str(error.value) in refused or not plane.expected.selectors_refused_as_1_20
