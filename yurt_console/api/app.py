"""The console as one ASGI application: the route table on Litestar's router, behind `Front`."""

from __future__ import annotations

from typing import Final

from litestar import Litestar
from litestar.enums import HttpMethod
from litestar.handlers import HTTPRouteHandler
from litestar.response.base import ASGIResponse

from yurt_console.api import guard, problems
from yurt_console.api.console import Console
from yurt_console.api.front import Front
from yurt_console.api.routes import AnyRequest, Route
from yurt_console.api.table import SERVED

BODY_LIMIT: Final = 64 * 1024
"""Bytes; the largest thing anybody has to say here is an e-mail address."""


def create_app(console: Console) -> Front:
    """The application that serves ``console``; the caller starts and stops what the console reads from."""
    return Front(router(console), console.settings.trusted_proxies)


def router(console: Console) -> Litestar:
    """The addresses alone."""
    return Litestar(
        route_handlers=[_handler(console, route) for route in SERVED],
        exception_handlers={Exception: problems.respond},
        request_max_body_size=BODY_LIMIT,
        openapi_config=None,
        logging_config=None,
    )


def _handler(console: Console, route: Route) -> HTTPRouteHandler:
    async def handle(request: AnyRequest) -> ASGIResponse:
        return await route.handler(guard.admit(console, route, request))

    # The response brings its own status; this one only keeps Litestar from guessing by method.
    return HTTPRouteHandler(route.path, http_method=HttpMethod(route.method), status_code=200)(handle)
