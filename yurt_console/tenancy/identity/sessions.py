"""Browser sessions: the content of a login cookie and its signature. Pure.

A session is not stored. The cookie holds the User's uid, the token's generation and an end, sealed by
HMAC-SHA256 with a key that all replicas share (`session_key`). Raising the User's token generation ends every
session at once. Times are Unix seconds.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
import secrets

import msgspec

_TEXT = re.compile(r"(1\.([0-9A-Za-z-]{1,64})\.([0-9]{1,10})\.([0-9]{1,12}))\.([0-9A-Za-z_-]{43})")


class Session(msgspec.Struct, frozen=True):
    """A sealed session that has not ended; it is valid while the account has its generation."""

    uid: str
    generation: int
    ends: int


def seal(key: bytes, uid: str, generation: int, ends: int) -> str:
    """The cookie's value; only characters that need no quoting."""
    body = f"1.{uid}.{generation}.{ends}"
    return f"{body}.{_signature(key, body)}"


def open(key: bytes, text: str, now: float) -> Session | None:  # noqa: A001 - the opposite of seal
    """The session in a cookie's value; None when its signature is wrong or it has ended."""
    match = _TEXT.fullmatch(text)
    if match is None or not hmac.compare_digest(match[5], _signature(key, match[1])):
        return None
    session = Session(match[2], int(match[3]), int(match[4]))
    return session if session.ends > now else None


def new_key() -> str:
    """A new key, encoded as in a Secret's ``data``."""
    return base64.b64encode(secrets.token_bytes(32)).decode()


def read_key(text: str) -> bytes | None:
    """The key in an entry of a Secret's ``data``; None when it is not 32 bytes of base64."""
    try:
        key = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return key if len(key) == 32 else None


def _signature(key: bytes, body: str) -> str:
    digest = hmac.new(key, body.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
