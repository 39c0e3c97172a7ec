"""What a route is: its address, who may call it, what it takes and gives. The table itself is `api.routes`.

The guard, the OpenAPI document and the test of the access matrix all read these same entries.
"""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeAlias

from starlette.requests import Request
from starlette.types import ASGIApp

from yurt_console.api.http.query import Parameter
from yurt_console.api.http.state import Console
from yurt_console.tenancy.identity.principals import Principal


class Access(enum.Enum):
    """Who may call a route."""

    PUBLIC = "public"
    """Anybody."""
    ACCOUNT = "account"
    """Whoever has an account, in whatever state it is."""
    TENANT = "tenant"
    """An account that is ready; each sees what is theirs, administrators everything."""
    ADMIN = "admin"
    """An administrator whose account is ready."""


@dataclasses.dataclass(frozen=True, slots=True)
class Call:
    """One request on its way through a handler; ``principal`` is None on public routes only."""

    console: Console
    request: Request
    parameters: Mapping[str, str]
    principal: Principal | None

    @property
    def caller(self) -> Principal:
        """Who is asking, on a route that is not public."""
        if self.principal is None:
            raise LookupError("a public route asked who is calling")
        return self.principal

    def named(self, part: str) -> str:
        """What stands in the address where the route's path has ``{part}``."""
        return str(self.request.path_params[part])


Handler: TypeAlias = Callable[[Call], Awaitable[ASGIApp]]


@dataclasses.dataclass(frozen=True, slots=True)
class Route:
    """One address and method."""

    method: str
    path: str
    """As the document writes it: ``/users/{name}``; what is in braces is one part of the address."""
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
    """Answers from the copy of the cluster: 503 until that is complete."""
