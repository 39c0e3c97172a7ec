"""Tokens: a record betrays nothing and matches one token only."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from yurt_console.tenancy.accounts import tokens


def test_a_token_matches_its_record_and_no_other() -> None:
    (first, first_record), (second, second_record) = tokens.issue(), tokens.issue()
    assert tokens.verify(first, first_record)
    assert not tokens.verify(first, second_record)
    assert not tokens.verify(second, first_record)


def test_a_record_does_not_hold_the_secret() -> None:
    token, record = tokens.issue()
    identity, secret = token.split(".")
    assert record.startswith(f"{identity}:")
    assert secret not in record


def test_the_secret_has_160_bits_and_the_id_65() -> None:
    identity, secret = tokens.issue()[0].split(".")
    assert (len(secret) * 5, len(identity) * 5) == (160, 65)


def test_token_and_record_name_the_same_account() -> None:
    token, record = tokens.issue()
    assert tokens.token_id(token) == tokens.token_id(record) != ""


def test_nobody_has_the_token_of_nobody() -> None:
    assert not tokens.verify(tokens.issue()[0], tokens.NOBODY)


@given(st.text(), st.text())
def test_malformed_tokens_and_records_never_match(token: str, record: str) -> None:
    good_token, good_record = tokens.issue()
    assert not tokens.verify(token, record)
    assert not tokens.verify(token, good_record)
    assert not tokens.verify(good_token, record)
    assert tokens.token_id(token) == ""


@given(st.data())
def test_a_token_with_one_character_changed_does_not_match(data: st.DataObject) -> None:
    token, record = tokens.issue()
    place = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.characters().filter(lambda character: character != token[place]))
    assert not tokens.verify(token[:place] + other + token[place + 1 :], record)
