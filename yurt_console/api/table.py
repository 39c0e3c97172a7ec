"""The route table: every address of the console, once. The guard, the document and the tests read it."""

from __future__ import annotations

from typing import Final

from yurt_console.api import (
    accounts,
    administering,
    changes,
    health,
    own_account,
    page,
    registration,
    schema,
    users,
)
from yurt_console.api.jobs import CRON_JOBS, JOBS
from yurt_console.api.machines import MACHINE
from yurt_console.api.nodes import NODES
from yurt_console.api.objects import OBJECT
from yurt_console.api.overview import EVENTS, OVERVIEW
from yurt_console.api.pods import PODS
from yurt_console.api.pools import POOLS
from yurt_console.api.quotas import QUOTAS
from yurt_console.api.routes import Route
from yurt_console.api.services import NAMESPACES, SERVICES
from yurt_console.api.workloads import DAEMON_SETS, DEPLOYMENTS, STATEFUL_SETS

_DESCRIBED: Final[tuple[Route, ...]] = (
    OVERVIEW,
    EVENTS.route(),
    *registration.ROUTES,
    *accounts.ROUTES,
    *own_account.ROUTES,
    users.USERS.route(),
    users.DETAIL,
    *administering.ROUTES,
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
    changes.CHANGES,
    *health.ROUTES,
    *page.ROUTES,
)

ROUTES: Final[tuple[Route, ...]] = (*_DESCRIBED, schema.route(_DESCRIBED))
"""What the document tells of."""
SERVED: Final[tuple[Route, ...]] = (*ROUTES, page.BELOW)
"""What is served: the document's, and whatever is below the web page."""
