"""Who is asking: client certificates, bearer tokens of three kinds, nobody, and impersonation.

Source: k8s.io/apiserver, pkg/authentication and pkg/endpoints/filters/impersonation, v1.20.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from kubesim.authentication import bootstrap_tokens, tokens
from kubesim.authorization.authorizer import Authorizer
from kubesim.authorization.rules import Attributes
from kubesim.errors import failures
from kubesim.machinery.lookup import Lookup, Object
from kubesim.machinery.users import (
    ANONYMOUS,
    AUTHENTICATED,
    UNAUTHENTICATED,
    UserInfo,
    anonymous,
    service_account_groups,
    service_account_place,
)
from kubesim.runtime.clock import Clock

_EXTRA = "impersonate-extra-"


class Peer(NamedTuple):
    """The subject of a client certificate that TLS has verified: its CN and its O values."""

    name: str
    organizations: tuple[str, ...]


class Authenticator:
    """Finds out who asks. ``static`` are tokens that hold as long as the server runs."""

    def __init__(
        self, lookup: Lookup, key: tokens.TokenKey, clock: Clock, static: Mapping[str, UserInfo]
    ) -> None:
        self._lookup, self._key, self._clock = lookup, key, clock
        self._static = {token.encode(): user for token, user in static.items()}

    def authenticate(self, authorization: str = "", peer: Peer | None = None) -> UserInfo:
        """The user behind an Authorization header and a client certificate. Raises 401.

        Whoever shows nothing is anonymous; whoever shows something that does not hold is nobody.
        """
        if peer is not None and peer.name:
            return UserInfo(peer.name, (*peer.organizations, AUTHENTICATED))
        scheme, _, token = authorization.strip().partition(" ")
        token = token.strip()
        if scheme.lower() != "bearer" or not token:
            return anonymous()
        user = self._bearer(token, (tokens.ISSUER,))
        if user is None:
            raise failures.unauthorized()
        return user[0]

    def review(self, review: Object) -> Object:
        """Answer a TokenReview. Raises `ApiError` when it names no token."""
        spec = review.get("spec") or {}
        token = spec.get("token", "")
        if not token:
            raise failures.bad_request("token is required for TokenReview in authentication")
        found = self._bearer(token, tuple(spec.get("audiences") or ()) or (tokens.ISSUER,))
        status: Object = {"user": {}, "error": "invalid bearer token"}
        if found is not None:
            status = {"authenticated": True, "user": user_object(found[0]), "audiences": [*found[1]]}
        metadata = {**(review.get("metadata") or {}), "creationTimestamp": None}
        return {**review, "metadata": metadata, "spec": spec, "status": status}

    def _bearer(self, token: str, audiences: Sequence[str]) -> tuple[UserInfo, tuple[str, ...]] | None:
        """The user of a token, and for whom it holds; one without audiences holds for the API server."""
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


def user_object(user: UserInfo) -> Object:
    """authentication.k8s.io/v1 UserInfo."""
    shown: Object = {"username": user.name}
    if user.uid:
        shown["uid"] = user.uid
    if user.groups:
        shown["groups"] = [*user.groups]
    if user.extra:
        shown["extra"] = {key: [*values] for key, values in user.extra.items()}
    return shown


def impersonate(
    authorizer: Authorizer, user: UserInfo, headers: Iterable[tuple[str, str]], path: str
) -> UserInfo:
    """Whom the request is for: ``user``, or whom its Impersonate-* headers name. Raises `ApiError`.

    Header names are lower case. Each user, group and extra is its own right.
    """
    name = ""
    groups: list[str] = []
    extra: dict[str, list[str]] = {}
    for header, value in headers:
        if header == "impersonate-user":
            name = value
        elif header == "impersonate-group":
            groups.append(value)
        elif header.startswith(_EXTRA):
            extra.setdefault(header.removeprefix(_EXTRA), []).append(value)
    if not name:
        if groups or extra:
            wanted = " ".join(f"{{Group  {group}    }}" for group in groups)
            text = f'Internal Server Error: "{path}": requested [{wanted}] without impersonating a user'
            raise failures.server_error(text)
        return user
    place = service_account_place(name)
    if place:
        authorizer.require(user, Attributes("impersonate", "", "serviceaccounts", "", *place))
    else:
        authorizer.require(user, Attributes("impersonate", "", "users", name=name))
    for group in groups:
        authorizer.require(user, Attributes("impersonate", "", "groups", name=group))
    for key, values in extra.items():
        for value in values:
            asked = Attributes("impersonate", "authentication.k8s.io", "userextras", key, name=value)
            authorizer.require(user, asked)
    return UserInfo(
        name, _impersonated_groups(name, place, groups), extra={key: tuple(extra[key]) for key in extra}
    )


def _impersonated_groups(name: str, place: tuple[str, str] | None, groups: list[str]) -> tuple[str, ...]:
    if place and not groups:
        groups = [*service_account_groups(place[0])]
    if name == ANONYMOUS:
        return tuple(groups) or (UNAUTHENTICATED,)
    known = AUTHENTICATED in groups or UNAUTHENTICATED in groups
    return tuple(groups) if known else (*groups, AUTHENTICATED)
