"""API Status errors: the failures that an API server answers with, as exceptions.

    StatusError                  carries a `Status`; one class for each code
    ├── BadRequestError 400, UnauthorizedError 401, ForbiddenError 403, NotFoundError 404
    ├── MethodNotAllowedError 405, ConflictError 409 ── AlreadyExistsError, GoneError 410 (reason Expired)
    ├── RequestTooLargeError 413, UnsupportedMediaTypeError 415, InvalidError 422
    └── TooManyRequestsError 429, InternalServerError 500, ServiceUnavailableError 503,
        GatewayTimeoutError 504

Servers raise them to refuse a request. Errors that a client receives from another API server have classes
of their own, made of the same `apimachinery.status.APIStatus`.
"""

from __future__ import annotations

from collections.abc import Collection

from apimachinery import status as reasons
from apimachinery.status import (
    APIStatus,
    Status,
    StatusCause,
    StatusDetails,
    redacted,
)

__all__ = [
    "AlreadyExistsError",
    "BadRequestError",
    "ConflictError",
    "ForbiddenError",
    "GatewayTimeoutError",
    "GoneError",
    "InternalServerError",
    "InvalidError",
    "MethodNotAllowedError",
    "NotFoundError",
    "RequestTooLargeError",
    "ServiceUnavailableError",
    "Status",
    "StatusCause",
    "StatusDetails",
    "StatusError",
    "TooManyRequestsError",
    "UnauthorizedError",
    "UnsupportedMediaTypeError",
    "from_status",
    "redacted",
    "wrong_fields",
]


class StatusError(APIStatus, Exception):
    """A request that this API refuses; ``status`` is the response body."""


class BadRequestError(StatusError, reason=reasons.BAD_REQUEST):
    """The request is malformed."""


class UnauthorizedError(StatusError, reason=reasons.UNAUTHORIZED):
    """The request has no valid credentials."""


class ForbiddenError(StatusError, reason=reasons.FORBIDDEN):
    """The user is not allowed to make the request."""


class NotFoundError(StatusError, reason=reasons.NOT_FOUND):
    """The object or the resource does not exist."""


class MethodNotAllowedError(StatusError, reason=reasons.METHOD_NOT_ALLOWED):
    """The resource does not support the method."""


class ConflictError(StatusError, reason=reasons.CONFLICT):
    """The object has changed since it was read."""


class AlreadyExistsError(ConflictError, reason=reasons.ALREADY_EXISTS):
    """An object of that name exists."""


class GoneError(StatusError, reason=reasons.EXPIRED):
    """The requested version is compacted."""


class RequestTooLargeError(StatusError, reason=reasons.REQUEST_ENTITY_TOO_LARGE):
    """The body or the URL is too large."""


class UnsupportedMediaTypeError(StatusError, reason=reasons.UNSUPPORTED_MEDIA_TYPE):
    """The body has an unsupported media type."""


class InvalidError(StatusError, reason=reasons.INVALID):
    """The object violates its schema."""


class TooManyRequestsError(StatusError, reason=reasons.TOO_MANY_REQUESTS):
    """The client is rate limited; `StatusError.retry_after` tells for how long."""


class InternalServerError(StatusError, reason=reasons.INTERNAL_ERROR):
    """The server failed."""


class ServiceUnavailableError(StatusError, reason=reasons.SERVICE_UNAVAILABLE):
    """The server is temporarily unavailable."""


class GatewayTimeoutError(StatusError, reason=reasons.TIMEOUT):
    """The server timed out waiting for another one."""


def from_status(status: Status) -> StatusError:
    """The exception of a failure `Status`; a plain `StatusError` for unknown codes."""
    return StatusError.from_status(status)


def wrong_fields(causes: Collection[StatusCause]) -> BadRequestError:
    """One BadRequest with all ``causes``, so that a form can mark every wrong field."""
    message = "; ".join(f"{cause.field}: {cause.message}" for cause in causes)
    details = StatusDetails(causes=tuple(causes))
    return BadRequestError(Status(message=message, reason=BadRequestError.reason, details=details, code=400))
