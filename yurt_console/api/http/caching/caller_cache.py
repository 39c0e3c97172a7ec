"""Cached authentication: verified cookies and tokens, and the principals of User rows.

A cookie's seal never changes. A token is verified again after any change of a User, and held by its digest
only. What a User row means holds until the account's end. Expiry is compared with the clock on each request.
"""

from __future__ import annotations

import hashlib
import math
from datetime import UTC, datetime
from typing import Final

from yurt_console.rows import User
from yurt_console.tenancy.accounts.accounts import Accounts
from yurt_console.tenancy.identity import principals, sessions
from yurt_console.tenancy.identity.principals import Principal
from yurt_console.tenancy.identity.sessions import Session

_ENTRIES: Final = 4096
"""Entries of each cache, which is emptied when it is full."""


class CallerCache:
    """Bounded caches of one replica."""

    def __init__(self) -> None:
        self._key = b""
        self._sessions: dict[str, Session] = {}
        self._tokens: dict[bytes, tuple[int, User]] = {}
        self._principals: dict[str, tuple[User, float, Principal]] = {}

    def session(self, key: bytes, cookie: str, now: float) -> Session | None:
        """The session in a cookie's text, None when ``key`` did not seal it or it has ended."""
        if key != self._key:
            self._key, self._sessions = key, {}
        session = self._sessions.get(cookie)
        if session is None:
            session = sessions.open(key, cookie, now)
            if session is None:
                return None
            if len(self._sessions) >= _ENTRIES:
                self._sessions.clear()
            self._sessions[cookie] = session
        return session if session.ends > now else None

    def user(self, accounts: Accounts, version: int, token: str) -> User | None:
        """`Accounts.by_token` as of this version of the table of Users; only found accounts are cached."""
        digest = hashlib.blake2b(token.encode(), digest_size=32).digest()
        cached = self._tokens.get(digest)
        if cached is not None and cached[0] == version:
            return cached[1]
        user = accounts.by_token(token)
        if user is None:
            self._tokens.pop(digest, None)
            return None
        if len(self._tokens) >= _ENTRIES:
            self._tokens.clear()
        self._tokens[digest] = (version, user)
        return user

    def principal(self, user: User, now: float) -> Principal:
        """The principal of ``user`` at ``now`` (Unix seconds)."""
        cached = self._principals.get(user.uid)
        if cached is not None and cached[0] is user and now < cached[1]:
            return cached[2]
        principal = principals.of(user, datetime.fromtimestamp(now, UTC))
        end = principals.ends(user)
        until = math.inf if end is None else end.timestamp()
        if now < until:
            if len(self._principals) >= _ENTRIES:
                self._principals.clear()
            self._principals[user.uid] = (user, until, principal)
        return principal
