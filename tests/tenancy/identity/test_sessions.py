"""Sessions: only what we sealed opens, until its end."""

from __future__ import annotations

import base64
import secrets

from hypothesis import given
from hypothesis import strategies as st

from yurt_console.tenancy.identity import sessions

KEY = secrets.token_bytes(32)
UID = "6a1f0c52-7c2d-4b36-9d43-1d4b35f2a111"


@given(generation=st.integers(0, 2**31), ends=st.integers(1, 2**36))
def test_a_sealed_session_opens_until_its_end(generation: int, ends: int) -> None:
    text = sessions.seal(KEY, UID, generation, ends)
    assert sessions.open(KEY, text, ends - 1) == sessions.Session(UID, generation, ends)
    assert sessions.open(KEY, text, ends) is None


def test_another_key_does_not_open_it() -> None:
    assert sessions.open(secrets.token_bytes(32), sessions.seal(KEY, UID, 1, 100), 0) is None


@given(st.data())
def test_a_changed_session_does_not_open(data: st.DataObject) -> None:
    text = sessions.seal(KEY, UID, 1, 100)
    place = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.characters(codec="ascii").filter(lambda character: character != text[place]))
    changed = text[:place] + other + text[place + 1 :]
    # the last character of base64 holds four bits that are not part of the signature
    assert sessions.open(KEY, changed, 0) is None or place == len(text) - 1


@given(st.text())
def test_nonsense_does_not_open(text: str) -> None:
    assert sessions.open(KEY, text, 0) is None


def test_a_cookie_needs_no_quoting() -> None:
    allowed = set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.")
    assert set(sessions.seal(KEY, UID, 1, 100)) <= allowed


def test_a_key_survives_its_secret_and_a_damaged_one_is_refused() -> None:
    text = sessions.new_key()
    assert len(sessions.read_key(text) or b"") == 32
    assert sessions.read_key(text[:-8]) is None
    assert sessions.read_key("not base64 at all") is None
    longer = base64.b64encode(bytes(33)).decode()
    assert sessions.read_key(longer) is None
    assert sessions.read_key("") is None
