"""The console as one ASGI application: the route table behind the middleware."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Final

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope

from yurt_console.api.http import guard, responses
from yurt_console.api.http.caching.reply_cache import ReplyCache
from yurt_console.api.http.middleware import ROUTE, Middleware
from yurt_console.api.http.responses import Response
from yurt_console.api.http.routing.route import Call
from yurt_console.api.http.routing.router import Router, allowed
from yurt_console.api.http.state import Console
from yurt_console.api.routes import SERVED

ROUTER: Final = Router(SERVED)


class Dispatcher:
    """From a request to its response: route, guard, reply cache, handler."""

    def __init__(self, console: Console) -> None:
        self._console = console

    async def __call__(self, scope: Scope, receive: Receive) -> ASGIApp:
        """The response of one request. Raises what `errors.response` translates."""
        method = scope["method"]
        if method == "OPTIONS":
            return responses.empty(204, {"Allow": allowed(ROUTER.match(scope["path"]).routes)})
        route, scope["path_params"] = ROUTER.find(method, scope["path"])
        scope["state"][ROUTE] = route
        call = guard.admit(self._console, route, Request(scope, receive))
        if method != "GET" or call.principal is None or not route.reads_cluster:
            return await route.handler(call)
        key, cached = self._cached(call)
        if cached is not None:
            return cached
        response = await route.handler(call)
        if isinstance(response, Response) and response.freshness is not None:
            self._console.reply_cache.put(key, call.caller, response.freshness, response)
        return response

    def _cached(self, call: Call) -> tuple[Hashable, Response | None]:
        scope, headers = call.request.scope, guard.headers(call.request)
        accepted = headers.get(b"accept-encoding", b"")
        key = ReplyCache.key(call.caller, scope["raw_path"], scope["query_string"], accepted)
        if_none_match = headers.get(b"if-none-match", b"")
        return key, self._console.reply_cache.get(key, call.caller, if_none_match, self._console)


def create_app(console: Console) -> Middleware:
    """The application that serves ``console``; the caller starts and stops its cache."""
    return Middleware(
        Dispatcher(console),
        console.settings.server.trusted_proxies,
        console.requests,
        takes_websockets=ROUTER.takes_websockets,
    )
