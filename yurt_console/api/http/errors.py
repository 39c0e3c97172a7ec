"""Errors as HTTP responses, each a Kubernetes ``Status``. The only place that translates them.

Two parties refuse. A `StatusError` is ours, meant for the caller, and sent as it is. A `KubeError` is the API
server's: a 401, 403 or 404 that the console's own request got never looks like the caller's, so it is logged
and becomes 500; a route that asks as the caller says so by its ``upstream``. Anything unexpected is logged
with its traceback and an id, and the caller gets only the id.
"""

from __future__ import annotations

import logging
import secrets
from typing import Final

import msgspec

from apimachinery.errors import (
    BadRequestError,
    GatewayTimeoutError,
    InternalServerError,
    MethodNotAllowedError,
    ServiceUnavailableError,
    Status,
    StatusCause,
    StatusDetails,
    StatusError,
    UnauthorizedError,
)
from yurt_console.api.http.responses import Response
from yurt_console.api.http.routing.upstream import Upstream
from yurt_console.kube.errors import (
    ApiError,
    Forbidden,
    KubeError,
    NotFound,
    Unauthorized,
)

log = logging.getLogger(__name__)

RETRY_AFTER: Final = 2
"""Seconds after which to ask again what could not be answered yet."""
_TOO_LONG: Final = 414
_UPGRADE_REQUIRED: Final = 426
_IMPERSONATED: Final = frozenset(
    {
        ("", "users"),
        ("", "groups"),
        ("", "serviceaccounts"),
        ("authentication.k8s.io", "uids"),
        ("authentication.k8s.io", "userextras"),
    }
)
"""API group and resource of what the verb ``impersonate`` is refused on."""


class MethodNotAllowed(MethodNotAllowedError):
    """The path has routes, none for this method; ``allowed`` is the ``Allow`` header."""

    def __init__(self, allowed: str) -> None:
        self.allowed = allowed
        super().__init__(MethodNotAllowedError.of(f"this address knows {allowed}").status)


def response(error: Exception, upstream: Upstream = Upstream.CONSOLE) -> Response:
    """The response that reports ``error`` of a request that asked the API server as ``upstream``."""
    status = explain(error, upstream)
    headers = {"Content-Type": "application/json", "Cache-Control": "no-store"}
    if isinstance(error, MethodNotAllowed):
        headers["Allow"] = error.allowed
    if status.code == UnauthorizedError.code:
        headers["WWW-Authenticate"] = "Bearer"
    if status.code == _UPGRADE_REQUIRED:
        headers["Upgrade"] = "websocket"
    if status.details.retry_after_seconds:
        headers["Retry-After"] = str(status.details.retry_after_seconds)
    return Response.of(status.code, headers, msgspec.json.encode(status))


def explain(error: Exception, upstream: Upstream = Upstream.CONSOLE) -> Status:
    """The ``Status`` that reports ``error`` of a request that asked the API server as ``upstream``."""
    if isinstance(error, StatusError):
        return error.status
    if isinstance(error, ApiError):
        return _of_api_server(error, upstream)
    if isinstance(error, KubeError):  # no reply, or one that breaks the API's contract
        return unreachable().status
    if isinstance(error, TimeoutError):
        return GatewayTimeoutError.of("this took too long").status
    identity = secrets.token_hex(6)
    log.error("request failed, id %s", identity, exc_info=error)
    return InternalServerError.of(f"the console failed; its log tells why under id {identity}").status


def malformed() -> bytes:
    """The body for what is not even HTTP."""
    return msgspec.json.encode(BadRequestError.of("this is not an HTTP request").status)


def too_many_headers(limit: int) -> bytes:
    """The body for headers that are longer than we read."""
    message = f"the headers must be at most {limit} bytes"
    return msgspec.json.encode(Status(message=message, reason="RequestHeaderFieldsTooLarge", code=431))


def unreachable() -> ServiceUnavailableError:
    """The API server is away, so nothing can be changed."""
    return ServiceUnavailableError.of(
        "the Kubernetes API server cannot be reached; try again",
        cause="ApiServerUnreachable",
        retry_after=RETRY_AFTER,
    )


def cache_not_ready() -> ServiceUnavailableError:
    """The first copy of the cluster is not complete yet."""
    return ServiceUnavailableError.of(
        "the console is still reading the cluster", cause="CacheNotReady", retry_after=RETRY_AFTER
    )


def upgrade_required() -> StatusError:
    """The address takes WebSocket handshakes only."""
    message = "this address is a WebSocket: ask with Upgrade: websocket"
    return StatusError(Status(message=message, reason="UpgradeRequired", code=_UPGRADE_REQUIRED))


def too_long(limit: int, field: str) -> StatusError:
    """The address and its query are longer than we read; ``field`` is the longer of the two."""
    message = f"the address and its query must be at most {limit} bytes"
    cause = StatusCause(reason="FieldValueTooLong", message=message, field=field)
    details = StatusDetails(causes=(cause,))
    return StatusError(Status(message=message, reason="RequestURITooLong", details=details, code=_TOO_LONG))


def impersonation_refused(error: Forbidden) -> bool:
    """Whether the API server refused to let the console act as the caller, not the caller itself."""
    details = error.status.details
    return (details.group, details.kind) in _IMPERSONATED


def _of_api_server(error: ApiError, upstream: Upstream) -> Status:
    if not isinstance(error, (Unauthorized, Forbidden, NotFound)):
        return error.status
    is_impersonation = isinstance(error, Forbidden) and impersonation_refused(error)
    if upstream is Upstream.CALLER and not isinstance(error, Unauthorized) and not is_impersonation:
        return error.status
    log.error("the API server refused the console itself (yurt-console check says why): %s", error)
    return InternalServerError.of(
        "the console lacks rights or objects in the cluster; its administrator must help"
    ).status
