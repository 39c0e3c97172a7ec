"""The route table: every route of the console, declared once for guard, OpenAPI document and tests."""

from __future__ import annotations

from typing import Final

from yurt_console.api import health, stream, web_assets
from yurt_console.api.accounts import administration, own_account, registration, session
from yurt_console.api.http import openapi
from yurt_console.api.http.route import Route
from yurt_console.api.lists import users
from yurt_console.api.lists.jobs import CRON_JOBS, JOBS
from yurt_console.api.lists.node_pools import POOLS
from yurt_console.api.lists.nodes import NODES
from yurt_console.api.lists.pods import PODS
from yurt_console.api.lists.quotas import QUOTAS
from yurt_console.api.lists.services import NAMESPACES, SERVICES
from yurt_console.api.lists.workloads import DAEMON_SETS, DEPLOYMENTS, STATEFUL_SETS
from yurt_console.api.objects.cluster_scoped import MACHINE
from yurt_console.api.objects.namespaced import OBJECT
from yurt_console.api.overview import EVENTS, OVERVIEW

_DESCRIBED: Final[tuple[Route, ...]] = (
    OVERVIEW,
    EVENTS.route(),
    *registration.ROUTES,
    *session.ROUTES,
    *own_account.ROUTES,
    users.USERS.route(),
    users.DETAIL,
    *administration.ROUTES,
    NODES.route(),
    POOLS.route(),
    DEPLOYMENTS.route(),
    STATEFUL_SETS.route(),
    JOBS.route(),
    DAEMON_SETS.route(),
    CRON_JOBS.route(),
    PODS.route(),
    SERVICES.route(),
    NAMESPACES.route(),
    QUOTAS.route(),
    OBJECT,
    MACHINE,
    stream.CHANGES,
    *health.ROUTES,
    *web_assets.ROUTES,
)

ROUTES: Final[tuple[Route, ...]] = (*_DESCRIBED, openapi.route(_DESCRIBED))
"""Routes in the OpenAPI document."""
SERVED: Final[tuple[Route, ...]] = (*ROUTES, web_assets.BELOW)
"""Routes that are served: those of the document, and the paths below the web page."""
