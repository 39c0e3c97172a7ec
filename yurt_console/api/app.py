"""The console as one ASGI application: the route table behind the middleware."""

from __future__ import annotations

from typing import Final

from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from yurt_console.api.http import guard, responses
from yurt_console.api.http.middleware import ROUTE, Middleware
from yurt_console.api.http.router import Router, allowed
from yurt_console.api.http.state import Console
from yurt_console.api.routes import SERVED

ROUTER: Final = Router(SERVED)


class Application:
    """Dispatches each request to its route; failures are raised for the middleware to answer."""

    def __init__(self, console: Console) -> None:
        self._console = console

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        method = scope["method"]
        if method == "OPTIONS":
            methods = allowed(ROUTER.match(scope["path"]).routes)
            await responses.empty(204, {"Allow": methods})(scope, receive, send)
            return
        route, scope["path_params"] = ROUTER.find(method, scope["path"])
        scope["state"][ROUTE] = route
        call = guard.admit(self._console, route, Request(scope, receive))
        response = await route.handler(call)
        await response(scope, receive, send)


def create_app(console: Console) -> Middleware:
    """The application that serves ``console``; the caller starts and stops what the console reads from."""
    return Middleware(Application(console), console.settings.trusted_proxies)
