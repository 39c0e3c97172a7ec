"""Authentication and access: the only place where a request becomes a `Principal`.

A credential is the ``token`` parameter, ``Authorization: Bearer``, or the browser's session cookie: the
first that is present counts, alone. When a browser sends a request that changes something, or one that
upgrades its connection (a WebSocket handshake is a GET with cookies), its ``Origin`` must be ours.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Final
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection, Request

from apimachinery.errors import ForbiddenError, UnauthorizedError
from yurt_console.api.http import errors, query, request_body
from yurt_console.api.http.routing.route import Access, Call, Route
from yurt_console.api.http.state import Console
from yurt_console.api.http.streams import Stream
from yurt_console.rows import User
from yurt_console.tenancy.identity import access
from yurt_console.tenancy.identity.principals import Principal

ACCOUNT: Final = "account"
"""Key of the scope's state: the caller's name, for the request log."""
HEADERS: Final = "headers"
"""Key of the scope's state: the first value of each header, by name."""
_SAFE: Final = frozenset({"GET", "HEAD"})


def admit(console: Console, route: Route, request: Request) -> Call:
    """The call that this request may make on ``route``.

    Raises `BadRequestError`, `UnauthorizedError`, `ForbiddenError`, or `ServiceUnavailableError` before the
    cluster is listed.
    """
    parameters = query.parameters(request.scope["query_string"])
    if (route.access is not Access.PUBLIC or route.reads_cluster) and not console.ready:
        raise errors.cache_not_ready()
    if request.method not in _SAFE or b"upgrade" in headers(request):
        require_own_origin(console, request)
    principal = None
    if route.access is not Access.PUBLIC:
        principal = identify(console, request, parameters.get("token"))
        request.scope["state"][ACCOUNT] = principal.subject
        if route.access is not Access.ACCOUNT:
            access.require_active(principal)
        if route.access is Access.ADMIN:
            access.require_admin(principal)
    return Call(console, request, parameters, principal)


def opened_stream(call: Call, route: str, end: Callable[[], None]) -> AbstractContextManager[None]:
    """Counts a stream or socket of this request inside the block; ``end`` is called when its session ends.

    Entering raises `TooManyRequestsError` at the bound of the account or of the address.
    """
    bounds = call.console.settings.server
    stream = Stream(
        route, call.caller.subject, request_body.address(call.request), session_cookie(call.request), end
    )
    return call.console.streams.opened(
        stream, per_account=bounds.streams_per_account, per_address=bounds.streams_per_address
    )


def headers(request: HTTPConnection) -> Mapping[bytes, bytes]:
    """The first value of each header, by lower-case name."""
    found: Mapping[bytes, bytes] = request.scope["state"][HEADERS]
    return found


def identify(console: Console, request: HTTPConnection, token: str | None) -> Principal:
    """The caller. Raises `UnauthorizedError`, which never says which credential was wrong."""
    user = _user(console, request, token)
    if user is None:
        raise UnauthorizedError.of("a valid token or session is needed")
    return console.callers.principal(user, console.now())


def session_cookie(request: HTTPConnection) -> str:
    """The session cookie's text, "" without one."""
    raw = headers(request).get(b"cookie")
    if raw is None:
        return ""
    name = cookie_name(request)
    if raw.startswith(b"%b=" % name.encode()) and b";" not in raw and b'"' not in raw:  # the only cookie
        return raw[len(name) + 1 :].decode("latin-1").strip()
    return request.cookies.get(name, "")


def cookie_name(request: HTTPConnection) -> str:
    """The session cookie's name; on HTTPS browsers themselves keep ``__Host-`` cookies to this host."""
    return "__Host-yurt-console" if request.scope["scheme"] == "https" else "yurt-console"


def own_origin(console: Console, request: HTTPConnection) -> str:
    """Where browsers find this console: the setting, or the scheme and host they asked for."""
    if console.settings.server.origin:
        return console.settings.server.origin.rstrip("/").lower()
    return f"{request.scope['scheme']}://{request.headers.get('host', '')}".lower()


def _user(console: Console, request: HTTPConnection, token: str | None) -> User | None:
    if token is not None:
        return _by_token(console, token)
    authorization = headers(request).get(b"authorization")
    if authorization is not None:
        scheme, _, bearer = authorization.decode("latin-1").partition(" ")
        if scheme.lower() == "bearer":
            return _by_token(console, bearer.strip())
    cookie = session_cookie(request)
    session = console.callers.session(console.session_key.value, cookie, console.now()) if cookie else None
    return console.accounts.by_session(session) if session else None


def _by_token(console: Console, token: str) -> User | None:
    return console.callers.user(console.accounts, console.cluster.inventory.users.version, token)


def require_own_origin(console: Console, request: HTTPConnection) -> None:
    """Raise `ForbiddenError` for a browser's request from a page of another origin."""
    origin = request.headers.get("origin")
    if origin is None and cookie_name(request) not in request.cookies:
        return  # no browser: nothing is sent along that its owner does not know of
    if origin is None or _normal(origin) != _normal(own_origin(console, request)):
        raise ForbiddenError.of(
            "requests that change something must come from the console's own pages",
            field="Origin",
            cause="ForeignOrigin",
        )


def _normal(origin: str) -> tuple[str, str, int | None]:
    try:
        parts = urlsplit(origin.lower())
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    except ValueError:
        return ("", origin, None)
    return (parts.scheme, parts.hostname or "", port)
