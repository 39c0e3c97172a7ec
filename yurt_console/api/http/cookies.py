"""``Set-Cookie`` of the browser's session; `tenancy.identity.sessions` seals its text."""

from __future__ import annotations

from http.cookies import SimpleCookie
from typing import Final

from starlette.requests import Request

from yurt_console.api.http import guard
from yurt_console.api.http.state import Console
from yurt_console.rows import User
from yurt_console.tenancy.identity import sessions

_HOUR: Final = 3600


def session(console: Console, request: Request, user: User) -> str:
    """The ``Set-Cookie`` that logs this browser in as ``user``."""
    seconds = console.settings.session.hours * _HOUR
    ends = int(console.now()) + seconds
    sealed = sessions.seal(console.session_key.value, user.uid, user.token_generation, ends)
    return _cookie(request, sealed, seconds)


def none(request: Request) -> str:
    """The ``Set-Cookie`` that logs this browser out."""
    return _cookie(request, "", 0)


def _cookie(request: Request, text: str, seconds: int) -> str:
    name = guard.cookie_name(request)
    cookie: SimpleCookie = SimpleCookie({name: text})
    morsel = cookie[name]
    morsel["path"] = "/"
    morsel["max-age"] = seconds
    morsel["httponly"] = True
    morsel["samesite"] = "Strict"
    if request.scope["scheme"] == "https":
        morsel["secure"] = True
    return morsel.OutputString()
