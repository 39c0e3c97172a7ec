"""The only place where failures become HTTP responses: Kubernetes ``Status`` objects with the right code.

What a `KubeError` of ours says is meant for the caller and goes out as it is. Anything unexpected is
logged once, with its traceback and an id, and the caller learns only the id.
"""

from __future__ import annotations

import http
import logging
import secrets
from typing import Any, Final

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException
from litestar.response.base import ASGIResponse

from apimachinery.errors import (
    BadRequestError,
    GatewayTimeoutError,
    InternalServerError,
    MethodNotAllowedError,
    NotFoundError,
    RequestTooLargeError,
    ServiceUnavailableError,
    Status,
    StatusCause,
    StatusDetails,
    StatusError,
    UnauthorizedError,
    UnsupportedMediaTypeError,
)
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


def respond(_request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """Litestar's exception handler for whatever went wrong at an address."""
    code, headers, body = _encoded(error)
    return Response(body, status_code=code, headers=headers, media_type="application/json")


def refuse(error: Exception) -> ASGIResponse:
    """The response for what went wrong before an address was found."""
    code, headers, body = _encoded(error)
    return ASGIResponse(body=body, status_code=code, headers=headers)


def _encoded(error: Exception) -> tuple[int, dict[str, str], bytes]:
    status, headers = explain(error)
    headers["Cache-Control"] = "no-store"
    if status.code == UnauthorizedError.code:
        headers["WWW-Authenticate"] = "Bearer"
    if status.details.retry_after_seconds:
        headers["Retry-After"] = str(status.details.retry_after_seconds)
    return status.code, headers, msgspec.json.encode(status)


def explain(error: Exception) -> tuple[Status, dict[str, str]]:
    """The ``Status`` that tells of ``error``, and the headers that only this failure has."""
    if isinstance(error, StatusError | ApiError):
        return error.status, {}
    if isinstance(error, KubeError):  # no reply, or none that makes sense: the API server's, not the caller's
        return unreachable().status, {}
    if isinstance(error, TimeoutError):
        return GatewayTimeoutError.of("this took too long").status, {}
    if isinstance(error, HTTPException):
        return _of_http(error)
    identity = secrets.token_hex(6)
    log.error("request failed, id %s", identity, exc_info=error)
    return InternalServerError.of(f"the console failed; its log tells why under id {identity}").status, {}


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
        "the console is still reading the cluster", cause="CacheFilling", retry_after=RETRY_AFTER
    )


def too_long(limit: int, field: str) -> StatusError:
    """The address and its query are longer than we read; ``field`` is the longer of the two."""
    message = f"the address and its query must be at most {limit} bytes"
    cause = StatusCause(reason="FieldValueTooLong", message=message, field=field)
    details = StatusDetails(causes=(cause,))
    return StatusError(Status(message=message, reason="RequestURITooLong", details=details, code=_TOO_LONG))


def as_internal_error(error: KubeError) -> InternalServerError | KubeError:
    """What to tell a caller whose request the API server refused because of *our* rights or objects.

    A 401, 403 or 404 that the console itself got must not look like the caller's.
    """
    if not isinstance(error, (Unauthorized, Forbidden, NotFound)):
        return error
    log.error("the API server refused the console itself (yurt-console check says why): %s", error)
    return InternalServerError.of(
        "the console lacks rights or objects in the cluster; its administrator must help"
    )


def _of_http(error: HTTPException) -> tuple[Status, dict[str, str]]:
    code = error.status_code
    if code == MethodNotAllowedError.code:
        methods = {*(error.headers or {}).get("allow", "").split(", ")}
        allowed = ", ".join(sorted(methods | {"HEAD"} if "GET" in methods else methods))
        return MethodNotAllowedError.of(f"this address knows {allowed}").status, {"Allow": allowed}
    known: dict[int, StatusError] = {
        NotFoundError.code: NotFoundError.of("the console has no such address"),
        RequestTooLargeError.code: RequestTooLargeError.of("the body is larger than the console reads"),
        UnsupportedMediaTypeError.code: UnsupportedMediaTypeError.of("the body must be application/json"),
        BadRequestError.code: BadRequestError.of("the request cannot be read"),
    }
    if code in known:
        return known[code].status, {}
    phrase = http.HTTPStatus(code).phrase
    return Status(message=phrase.lower(), reason=phrase.replace(" ", ""), code=code), {}
