"""Who may come in: the seam between HTTP and authentication, impersonation and authorization."""

from __future__ import annotations

from typing import Protocol

from kubesim.authentication.authenticator import Authenticator
from kubesim.authorization.authorizer import Authorizer
from kubesim.authorization.rules import Attributes
from kubesim.endpoints.impersonation import impersonate
from kubesim.endpoints.requests import Request
from kubesim.machinery.users import AUTHENTICATED, MASTERS, UserInfo

ADMIN = UserInfo("kubernetes-admin", (MASTERS, AUTHENTICATED))


class Gate(Protocol):
    """Decides about each request before anything else looks at it."""

    def admit(self, request: Request, asked: Attributes) -> UserInfo:
        """Whom the request is for. Raises `Unauthorized` or `Forbidden`."""


class OpenGate:
    """Lets everybody do everything, as an administrator."""

    def admit(self, _request: Request, _asked: Attributes) -> UserInfo:
        """The administrator."""
        return ADMIN


class Guard:
    """Asks for credentials, minds Impersonate-* headers, and lets the authorizers decide."""

    def __init__(self, authenticator: Authenticator, authorizer: Authorizer) -> None:
        self._authenticator, self._authorizer = authenticator, authorizer

    def admit(self, request: Request, asked: Attributes) -> UserInfo:
        """The user, or whom they impersonate. Raises 401, 403."""
        user = self._authenticator.authenticate(request.header("authorization"), request.peer)
        user = impersonate(self._authorizer, user, request.headers, request.path)
        self._authorizer.require(user, asked)
        return user
