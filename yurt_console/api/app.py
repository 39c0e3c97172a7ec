"""The console as one ASGI application: the route table on Litestar's router, behind `Front`."""

from __future__ import annotations

import re
from typing import Final

from litestar import Litestar
from litestar.enums import HttpMethod
from litestar.handlers import HTTPRouteHandler
from litestar.response.base import ASGIResponse

from yurt_console.api.http import errors, guard
from yurt_console.api.http.middleware import Front
from yurt_console.api.http.route import AnyRequest, Route
from yurt_console.api.http.state import Console
from yurt_console.api.routes import SERVED

BODY_LIMIT: Final = 64 * 1024
"""Bytes; the largest thing anybody has to say here is an e-mail address."""
_PART: Final = re.compile(r"\{(\w+)\}")


def create_app(console: Console) -> Front:
    """The application that serves ``console``; the caller starts and stops what the console reads from."""
    return Front(router(console), console.settings.trusted_proxies)


def router(console: Console) -> Litestar:
    """The addresses alone."""
    return Litestar(
        route_handlers=[
            # first, or the router makes its own, which know one route of an address alone
            *(_methods(path) for path in {route.path: None for route in SERVED}),
            *(_handler(console, route) for route in SERVED),
        ],
        exception_handlers={Exception: errors.respond},
        request_max_body_size=BODY_LIMIT,
        openapi_config=None,
        logging_config=None,
    )


def served(path: str) -> str:
    """A route's path as the router writes it: ``/users/{name:str}``."""
    return _PART.sub(r"{\1:str}", path)


def _handler(console: Console, route: Route) -> HTTPRouteHandler:
    async def handle(request: AnyRequest) -> ASGIResponse:
        return await route.handler(guard.admit(console, route, request))

    # The response brings its own status; this one only keeps Litestar from guessing by method.
    return HTTPRouteHandler(served(route.path), http_method=HttpMethod(route.method), status_code=200)(handle)


def _methods(path: str) -> HTTPRouteHandler:
    """Answers OPTIONS with all methods of ``path``."""
    known = {route.method for route in SERVED if route.path == path}
    allowed = ", ".join(sorted(known | ({"HEAD", "OPTIONS"} if "GET" in known else {"OPTIONS"})))

    async def tell() -> ASGIResponse:
        return ASGIResponse(status_code=204, headers={"Allow": allowed})

    return HTTPRouteHandler(served(path), http_method=HttpMethod.OPTIONS, status_code=200)(tell)
