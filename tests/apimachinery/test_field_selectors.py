"""Field selectors."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apimachinery import field_selectors
from apimachinery.selectors import SelectorError

TERMS = st.lists(
    st.builds(
        field_selectors.Term,
        st.sampled_from(["metadata.name", "spec.nodeName", "status.phase"]),
        st.text(st.sampled_from("ab\\,= !"), max_size=6),
        st.booleans(),
    ),
    max_size=4,
)


@given(TERMS)
def test_a_field_selectors_text_says_the_same_again(terms: list[field_selectors.Term]) -> None:
    selector = field_selectors.FieldSelector(tuple(terms))
    again = field_selectors.parse(str(selector))
    assert sorted(map(str, again.terms)) == sorted(map(str, selector.terms))
    assert field_selectors.parse(str(again)) == again


@given(TERMS, st.text(st.sampled_from("ab\\,= !"), max_size=6))
def test_each_term_must_hold(terms: list[field_selectors.Term], name: str) -> None:
    found = {"metadata.name": name}
    expected = all((found.get(term.field, "") == term.value) == term.equal for term in terms)
    assert field_selectors.parse(str(field_selectors.FieldSelector(tuple(terms)))).matches(found) == expected


def test_a_missing_field_counts_as_empty() -> None:
    assert field_selectors.parse("spec.nodeName=").matches({})
    assert field_selectors.parse("spec.nodeName!=edge-1").matches({})
    assert not field_selectors.parse("spec.nodeName!=").matches({})


def test_both_equals_signs_and_empty_terms_are_taken() -> None:
    assert str(field_selectors.parse(",metadata.name==a,,")) == "metadata.name=a"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("metadata.name", "invalid selector: 'metadata.name'; can't understand 'metadata.name'"),
        ("metadata.name=a=b", "invalid field selector: unescaped character in value: 61"),
        ("metadata.name=a\\x", "invalid field selector: invalid escape sequence: \\x"),
        ("metadata.name=a\\", "invalid field selector: invalid escape sequence: \\"),
    ],
)
def test_a_wrong_text_is_refused_with_kubernetes_words(text: str, words: str) -> None:
    with pytest.raises(SelectorError) as error:
        field_selectors.parse(text)
    assert str(error.value) == words
