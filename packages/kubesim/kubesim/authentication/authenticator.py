"""Authentication: client certificates, bearer tokens of three kinds, and anonymous requests.

Source: k8s.io/apiserver, pkg/authentication, v1.20.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from kubesim.authentication import bootstrap_tokens, tokens
from kubesim.errors import statuses
from kubesim.machinery.lookup import Lookup, Object
from kubesim.machinery.users import (
    AUTHENTICATED,
    UserInfo,
    anonymous,
    user_object,
)
from kubesim.runtime.clock import Clock


class Peer(NamedTuple):
    """The subject of a verified client certificate: CN and O values."""

    name: str
    organizations: tuple[str, ...]


class Authenticator:
    """Authenticates requests. ``static`` are tokens that never expire (--token-auth-file)."""

    def __init__(
        self, lookup: Lookup, key: tokens.TokenKey, clock: Clock, static: Mapping[str, UserInfo]
    ) -> None:
        self._lookup, self._key, self._clock = lookup, key, clock
        self._static = {token.encode(): user for token, user in static.items()}

    def authenticate(self, authorization: str = "", peer: Peer | None = None) -> UserInfo:
        """The user of an Authorization header and a client certificate. Raises 401.

        A request without credentials is anonymous; one with invalid credentials is refused.
        """
        if peer is not None and peer.name:
            return UserInfo(peer.name, (*peer.organizations, AUTHENTICATED))
        scheme, _, token = authorization.strip().partition(" ")
        token = token.strip()
        if scheme.lower() != "bearer" or not token:
            return anonymous()
        user = self._bearer(token, (tokens.ISSUER,))
        if user is None:
            raise statuses.unauthorized()
        return user[0]

    def review(self, review: Object) -> Object:
        """Answer a TokenReview. Raises `StatusError` when it has no token."""
        spec = review.get("spec") or {}
        token = spec.get("token", "")
        if not token:
            raise statuses.bad_request("token is required for TokenReview in authentication")
        found = self._bearer(token, tuple(spec.get("audiences") or ()) or (tokens.ISSUER,))
        status: Object = {"user": {}, "error": "invalid bearer token"}
        if found is not None:
            status = {"authenticated": True, "user": user_object(found[0]), "audiences": [*found[1]]}
        metadata = {**(review.get("metadata") or {}), "creationTimestamp": None}
        return {**review, "metadata": metadata, "spec": spec, "status": status}

    def _bearer(self, token: str, audiences: Sequence[str]) -> tuple[UserInfo, tuple[str, ...]] | None:
        """The user of a token, and which of the audiences it has; the API server is the default one."""
        for known, user in self._static.items():
            if hmac.compare_digest(known, token.encode()):
                return (user, (tokens.ISSUER,)) if tokens.ISSUER in audiences else None
        if tokens.looks_like_token(token):
            try:
                return tokens.authenticate(self._key, self._lookup, token, self._clock.now(), audiences)
            except tokens.InvalidToken:
                return None
        joining = bootstrap_tokens.authenticate(self._lookup, token, self._clock.now())
        return (joining, (tokens.ISSUER,)) if joining and tokens.ISSUER in audiences else None
