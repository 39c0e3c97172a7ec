"""The one place where a request becomes a `Principal`, and where the route table's access is enforced.

A credential is the ``token`` parameter, ``Authorization: Bearer``, or the browser's session cookie: the
first of them that is there counts, alone. Requests that change something must come from our own pages
when a browser sends them: their ``Origin`` is compared with ours.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from starlette.requests import Request

from apimachinery.errors import ForbiddenError, UnauthorizedError
from yurt_console.api.http import errors, query
from yurt_console.api.http.route import Access, Call, Route
from yurt_console.api.http.state import Console
from yurt_console.rows import User
from yurt_console.tenancy.identity import access, principals, sessions
from yurt_console.tenancy.identity.principals import Principal

ACCOUNT: Final = "account"
"""Where the scope's state keeps the caller's name for the request log."""
_SAFE: Final = frozenset({"GET", "HEAD"})


def admit(console: Console, route: Route, request: Request) -> Call:
    """The call that this request may make on ``route``.

    Raises `BadRequest`, `Unauthorized`, `Forbidden`, or `ServiceUnavailable` before the first fill.
    """
    parameters = query.parameters(request.scope["query_string"])
    if (route.access is not Access.PUBLIC or route.reads_cluster) and not console.ready:
        raise errors.cache_not_ready()
    if request.method not in _SAFE:
        _require_own_origin(console, request)
    principal = None
    if route.access is not Access.PUBLIC:
        principal = identify(console, request, parameters.get("token"))
        request.scope["state"][ACCOUNT] = principal.name
        if route.access in (Access.TENANT, Access.ADMIN):
            access.require_active(principal)
        if route.access is Access.ADMIN:
            access.require_admin(principal)
    return Call(console, request, parameters, principal)


def identify(console: Console, request: Request, token: str | None) -> Principal:
    """Who is asking; raises `Unauthorized` for nobody, without saying which credential was wrong."""
    user = _user(console, request, token)
    if user is None:
        raise UnauthorizedError.of("a valid token or session is needed")
    return principals.of(user, console.time())


def cookie_name(request: Request) -> str:
    """The session cookie's name; on HTTPS browsers themselves keep ``__Host-`` cookies to this host."""
    return "__Host-yurt-console" if request.scope["scheme"] == "https" else "yurt-console"


def own_origin(console: Console, request: Request) -> str:
    """Where browsers find this console: the setting, or the scheme and host they asked for."""
    if console.settings.origin:
        return console.settings.origin.rstrip("/").lower()
    return f"{request.scope['scheme']}://{request.headers.get('host', '')}".lower()


def _user(console: Console, request: Request, token: str | None) -> User | None:
    if token is not None:
        return console.accounts.by_token(token)
    scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return console.accounts.by_token(bearer.strip())
    cookie = request.cookies.get(cookie_name(request))
    session = sessions.open(console.session_key.value, cookie, console.now()) if cookie else None
    return console.accounts.by_session(session) if session else None


def _require_own_origin(console: Console, request: Request) -> None:
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
