"""Route declarations: path, access, parameters and reply. The table itself is `api.routes`.

The guard, the OpenAPI document, metrics and the test of the access matrix read the same entries.
"""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeAlias

from starlette.requests import Request
from starlette.types import ASGIApp

from yurt_console.api.http.cluster_context import ClusterContext
from yurt_console.api.http.query import Parameter
from yurt_console.api.http.routing.upstream import Upstream
from yurt_console.api.http.state import Console
from yurt_console.tenancy.identity.principals import Principal


class Access(enum.Enum):
    """Who may call a route."""

    PUBLIC = "public"
    """Anybody."""
    ACCOUNT = "account"
    """Any account, in any state."""
    TENANT = "tenant"
    """An account that is ready: tenants see their own tenant, administrators everything."""
    ADMIN = "admin"
    """An administrator with an account that is ready."""


@dataclasses.dataclass(frozen=True, slots=True)
class Call:
    """An admitted request; ``principal`` is None on public routes only."""

    console: Console
    request: Request
    parameters: Mapping[str, str]
    principal: Principal | None

    @property
    def cluster(self) -> ClusterContext:
        """The cluster that the request is about."""
        return self.console.cluster

    @property
    def caller(self) -> Principal:
        """The authenticated caller, on a route that is not public."""
        if self.principal is None:
            raise LookupError("a public route asked who is calling")
        return self.principal

    def named(self, part: str) -> str:
        """The value of the path parameter ``part``."""
        return str(self.request.path_params[part])


Handler: TypeAlias = Callable[[Call], Awaitable[ASGIApp]]


@dataclasses.dataclass(frozen=True, slots=True)
class Route:
    """One address and method."""

    name: str
    """Unique, ``list_pods``: its label in logs and metrics."""
    method: str
    path: str
    """As OpenAPI writes it: ``/users/{name}``; a parameter is one segment."""
    access: Access
    handler: Handler
    summary: str
    reply: Any = None
    """The reply's type for the OpenAPI document; None when it is not JSON."""
    media_type: str = "application/json"
    parts: tuple[Parameter, ...] = ()
    """What stands in braces in ``path``."""
    parameters: tuple[Parameter, ...] = ()
    headers: tuple[Parameter, ...] = ()
    body: Any = None
    """The request body's type for the document."""
    errors: tuple[int, ...] = ()
    """Codes beside those that follow from access and parameters."""
    status: int = 200
    reads_cluster: bool = False
    """Answers from the cache of the cluster: 503 until that is filled."""
    upstream: Upstream = Upstream.CONSOLE
    is_websocket: bool = False
    """Takes WebSocket handshakes; a plain request of it is 426."""
