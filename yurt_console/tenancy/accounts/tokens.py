"""Account tokens: random, stored as salted hashes only, compared in constant time.

A token is ``<id>.<secret>``. The id finds the account (65 random bits, so ids do not collide). The secret
has 160 random bits, so one round of SHA-256 suffices: it cannot be guessed. A User's ``spec.token`` holds the
*record* ``<id>:<salt>:<sha256>``, from which the token cannot be recovered. Keep tokens and records out of
logs.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets

_ID_LENGTH = 13
_SECRET_BYTES = 20
_TOKEN = re.compile(r"([a-z2-7]{13})\.([a-z2-7]{32})")
_RECORD = re.compile(r"([a-z2-7]{13}):([0-9a-f]{32}):([0-9a-f]{64})")


def issue() -> tuple[str, str]:
    """A new token and its record. The token is for the owner only; the record is for ``spec.token``."""
    identity = _base32(9)[:_ID_LENGTH]
    secret = _base32(_SECRET_BYTES)
    return f"{identity}.{secret}", _record(identity, secrets.token_hex(16), secret)


def verify(token: str, record: str) -> bool:
    """Whether ``record`` belongs to ``token``.

    Takes equally long for malformed input, which never matches.
    """
    given = _TOKEN.fullmatch(token)
    stored = _RECORD.fullmatch(record)
    identity, secret = given.groups() if given else ("", "")
    expected = _record(identity, stored[2] if stored else "", secret)
    same = hmac.compare_digest(expected, stored[0] if stored else NOBODY)
    return same and given is not None and stored is not None


def token_id(token_or_record: str) -> str:
    """The id in a token or a record; "" for other text."""
    match = _TOKEN.fullmatch(token_or_record) or _RECORD.fullmatch(token_or_record)
    return match[1] if match else ""


def _record(identity: str, salt: str, secret: str) -> str:
    return f"{identity}:{salt}:{hashlib.sha256(f'{salt}.{secret}'.encode()).hexdigest()}"


def _base32(count: int) -> str:
    return base64.b32encode(secrets.token_bytes(count)).decode().rstrip("=").lower()


NOBODY = issue()[1]
"""A record without a token: the one to verify against when the account does not exist."""
