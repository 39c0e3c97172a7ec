"""Complete replies, kept in front of the handlers until a version that they were made from changes.

A reply is looked up only after the guard has admitted the request, and by the principal: no caller ever gets
what was made for another, and an account that may no longer see a page is refused before.
"""

from __future__ import annotations

import hashlib
from collections.abc import Hashable
from typing import Any, Final

import msgspec

from yurt_console.api.http.caching.memo import Memo
from yurt_console.api.http.responses import Freshness, Response, matches, not_modified
from yurt_console.tenancy.identity.principals import Principal

_CAPACITY: Final = 32 * 1024 * 1024
"""Bytes of replies; most share their bodies with the caches behind."""
_SHORT: Final = 96
"""Bytes of a key's part that is kept as it is."""
_ENTRY: Final = 1024
"""Bytes that an entry takes beside its body."""


class _Entry(msgspec.Struct, gc=False):
    principal: Principal
    freshness: Freshness
    full: Response | None
    """None until a client without a current copy asked."""
    unchanged: Response | None = None
    """None until a client with a current copy asked."""


class ReplyCache:
    """The replies of one replica, the least recently used dropped first."""

    def __init__(self) -> None:
        self._entries: Memo[_Entry] = Memo(_CAPACITY)
        self.hits = 0

    @staticmethod
    def key(principal: Principal, raw_path: bytes, query: bytes, accept_encoding: bytes) -> Hashable:
        """The key of a request."""
        return (principal.uid, raw_path, _short(query), _short(accept_encoding))

    def get(self, key: Hashable, principal: Principal, if_none_match: bytes, console: Any) -> Response | None:
        """The reply to send, 304 when ``if_none_match`` has its tag; None when it must be made."""
        entry = self._entries.get(key, ())
        if entry is None or (entry.principal is not principal and entry.principal != principal):
            return None
        freshness, response = entry.freshness, entry.full
        if freshness.current(console, freshness.scope) != freshness.versions:
            return None
        if if_none_match and matches(freshness.tag, if_none_match.decode("latin-1")):
            entry.unchanged = response = entry.unchanged or not_modified(freshness.tag)
        self.hits += response is not None
        return response

    def put(self, key: Hashable, principal: Principal, freshness: Freshness, response: Response) -> None:
        """Keep a reply that a handler made: the page, or 304."""
        entry = self._entries.get(key, ())
        full = response if response.status == 200 else None
        if (
            full is None
            and entry is not None
            and entry.principal == principal
            and entry.freshness.versions == freshness.versions
        ):
            full = entry.full
        weight = _ENTRY + (len(full.body) if full else 0)
        self._entries.put(key, (), _Entry(principal, freshness, full), weight)

    def __len__(self) -> int:
        return len(self._entries)


def _short(text: bytes) -> bytes | int:
    """A key's part: a digest of what is long, or may hold a token."""
    if len(text) <= _SHORT and b"token" not in text and b"%" not in text:
        return text
    return int.from_bytes(hashlib.blake2b(text, digest_size=16).digest())
