"""Looking for a piece in many texts at once finds what looking into each of them finds."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from yurt_console.api.lists.substring_index import TEXT_LIMIT, SubstringIndex

letters = st.sampled_from("abé.[*\\")  # as they stand, whatever they mean in a pattern
texts = st.lists(st.text(letters, max_size=6), max_size=40)
pieces = st.text(letters, min_size=1, max_size=3)


@given(st.lists(st.tuples(texts, pieces), min_size=1, max_size=5), st.integers(0, 200), st.integers(1, 300))
def test_a_piece_is_found_in_each_text_that_has_it(
    steps: list[tuple[list[str], str]], filler: int, at_once: int
) -> None:
    index, there = SubstringIndex(at_once), ["x" * 3] * filler
    for text in there:
        index.append(text)
    for added, piece in steps:
        for text in added:
            index.append(text)
            there.append(text)

        assert sorted(index.numbers(piece)) == [n for n, text in enumerate(there) if piece in text]
        assert len(index) == len(there)


def test_one_text_does_not_make_a_posting_of_every_character_there_is() -> None:
    index = SubstringIndex()
    index.append("".join(map(chr, range(0x4E00, 0x9000))))
    index.append("edge")

    assert list(index.numbers("\u4e00\u4e01")) == [0]
    assert list(index.numbers("edg")) == [1]
    assert index.weight < 20_000


def test_a_long_text_is_searched_to_its_limit_and_weighs_no_more() -> None:
    index = SubstringIndex()
    index.append("ab" * TEXT_LIMIT + "xyz")
    index.append("edge")

    assert list(index.numbers("bab")) == [0]
    assert list(index.numbers("xyz")) == []
    assert TEXT_LIMIT <= index.weight < TEXT_LIMIT + 100
