"""The route table: every route of the console, declared once for guard, OpenAPI document and tests."""

from __future__ import annotations

from typing import Final

from yurt_console.api import container_exec, health, stream, web_assets
from yurt_console.api.accounts import administration, own_account, registration, session, user_detail
from yurt_console.api.http.routing import openapi
from yurt_console.api.http.routing.route import Route
from yurt_console.api.lists.list_endpoint import ENDPOINTS
from yurt_console.api.objects.cluster_scoped import MACHINE
from yurt_console.api.objects.namespaced import OBJECT
from yurt_console.api.overview import OVERVIEW

_DESCRIBED: Final[tuple[Route, ...]] = (
    OVERVIEW,
    *registration.ROUTES,
    *session.ROUTES,
    *own_account.ROUTES,
    user_detail.DETAIL,
    *administration.ROUTES,
    *(endpoint.route() for endpoint in ENDPOINTS),
    OBJECT,
    MACHINE,
    container_exec.EXEC,
    stream.CHANGES,
    *health.ROUTES,
    *web_assets.ROUTES,
)

ROUTES: Final[tuple[Route, ...]] = (*_DESCRIBED, openapi.route(_DESCRIBED))
"""Routes in the OpenAPI document."""
SERVED: Final[tuple[Route, ...]] = (*ROUTES, web_assets.BELOW)
"""Routes that are served: those of the document, and the paths below the web page."""
