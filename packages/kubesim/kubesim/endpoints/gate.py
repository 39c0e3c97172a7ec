"""The filters in front of the handlers: authentication, impersonation, authorization."""

from __future__ import annotations

from typing import Protocol

from kubesim.authentication.authenticator import Authenticator
from kubesim.authorization.authorizer import Authorizer
from kubesim.authorization.rules import RequestAttributes
from kubesim.endpoints.impersonation import impersonate
from kubesim.endpoints.requests import Request
from kubesim.machinery.users import AUTHENTICATED, MASTERS, UserInfo

ADMIN = UserInfo("kubernetes-admin", (MASTERS, AUTHENTICATED))


class Gate(Protocol):
    """Admits or rejects each request before it is handled."""

    def admit(self, request: Request, attributes: RequestAttributes) -> UserInfo:
        """The user to act as. Raises `UnauthorizedError` or `ForbiddenError`."""


class OpenGate:
    """Admits everything, as an administrator."""

    def admit(self, _request: Request, _attributes: RequestAttributes) -> UserInfo:
        """The administrator."""
        return ADMIN


class Guard:
    """Authenticates, impersonates and authorizes."""

    def __init__(self, authenticator: Authenticator, authorizer: Authorizer) -> None:
        self._authenticator, self._authorizer = authenticator, authorizer

    def admit(self, request: Request, attributes: RequestAttributes) -> UserInfo:
        """The authenticated or impersonated user. Raises 401, 403."""
        user = self._authenticator.authenticate(request.header("authorization"), request.peer)
        user = impersonate(self._authorizer, user, request.headers, request.path)
        self._authorizer.require(user, attributes)
        return user
