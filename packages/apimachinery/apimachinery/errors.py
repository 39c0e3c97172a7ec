"""API Status errors: the failures that an API server answers with, as exceptions.

    StatusError                  carries a `Status`; one class for each code
    ├── BadRequestError 400, UnauthorizedError 401, ForbiddenError 403, NotFoundError 404
    ├── MethodNotAllowedError 405, ConflictError 409 ── AlreadyExistsError, GoneError 410 (reason Expired)
    ├── RequestTooLargeError 413, UnsupportedMediaTypeError 415, InvalidError 422
    └── TooManyRequestsError 429, InternalServerError 500, ServiceUnavailableError 503,
        GatewayTimeoutError 504

Servers raise them to refuse a request. Errors that a client receives from another API server have classes
of their own.
Source: k8s.io/apimachinery, pkg/api/errors; API conventions, "Response Status Kind".
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import ClassVar, Self

import msgspec

TEXT_LIMIT = 512

_REDACTED = "[redacted]"
_CREDENTIALS = re.compile(
    r"eyJ[\w-]{5,}\.[\w-]+(?:\.[\w-]*)?"  # a JSON web token
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)"
    r"|\b[a-z0-9]{6}\.[a-z0-9]{16}\b",  # a bootstrap token
    re.DOTALL,
)


class StatusCause(msgspec.Struct, frozen=True, omit_defaults=True):
    """A cause of a failure; ``field`` is its path in the request."""

    reason: str = ""
    message: str = ""
    field: str = ""


class StatusDetails(msgspec.Struct, frozen=True, omit_defaults=True, rename="camel"):
    """The object of a failure, and when to retry (seconds)."""

    name: str = ""
    group: str = ""
    kind: str = ""
    uid: str = ""
    causes: tuple[StatusCause, ...] = ()
    retry_after_seconds: int = 0


class Status(msgspec.Struct, frozen=True, rename="camel"):
    """meta/v1 Status."""

    kind: str = "Status"
    api_version: str = "v1"
    metadata: dict[str, str] = {}
    status: str = "Failure"
    message: str = ""
    reason: str = ""
    details: StatusDetails = StatusDetails()
    code: int = 500


class StatusError(Exception):
    """A request that this API refuses; ``status`` is the response body."""

    code: ClassVar[int] = 0
    reason: ClassVar[str] = ""

    def __init__(self, status: Status) -> None:
        self.status = status
        super().__init__(f"{status.code} {status.reason}: {status.message}"[:TEXT_LIMIT])

    @property
    def retry_after(self) -> int:
        """Seconds until a retry, 0 for unknown."""
        return self.status.details.retry_after_seconds

    @classmethod
    def of(
        cls,
        message: str,
        *,
        field: str = "",
        cause: str = "",
        retry_after: int = 0,
        name: str = "",
        kind: str = "",
    ) -> Self:
        """An error of this class; ``field`` and ``cause`` become its only cause."""
        causes = (StatusCause(reason=cause, message=message, field=field),) if field or cause else ()
        details = StatusDetails(name=name, kind=kind, causes=causes, retry_after_seconds=retry_after)
        return cls(Status(message=message, reason=cls.reason, details=details, code=cls.code))


class BadRequestError(StatusError):
    """The request is malformed."""

    code, reason = 400, "BadRequest"


class UnauthorizedError(StatusError):
    """The request has no valid credentials."""

    code, reason = 401, "Unauthorized"


class ForbiddenError(StatusError):
    """The user is not allowed to make the request."""

    code, reason = 403, "Forbidden"


class NotFoundError(StatusError):
    """The object or the resource does not exist."""

    code, reason = 404, "NotFound"


class MethodNotAllowedError(StatusError):
    """The resource does not support the method."""

    code, reason = 405, "MethodNotAllowed"


class ConflictError(StatusError):
    """The object has changed since it was read."""

    code, reason = 409, "Conflict"


class AlreadyExistsError(ConflictError):
    """An object of that name exists."""

    code, reason = 409, "AlreadyExists"


class GoneError(StatusError):
    """The requested version is compacted."""

    code, reason = 410, "Expired"


class RequestTooLargeError(StatusError):
    """The body or the URL is too large."""

    code, reason = 413, "RequestEntityTooLarge"


class UnsupportedMediaTypeError(StatusError):
    """The body has an unsupported media type."""

    code, reason = 415, "UnsupportedMediaType"


class InvalidError(StatusError):
    """The object violates its schema."""

    code, reason = 422, "Invalid"


class TooManyRequestsError(StatusError):
    """The client is rate limited; `StatusError.retry_after` tells for how long."""

    code, reason = 429, "TooManyRequests"


class InternalServerError(StatusError):
    """The server failed."""

    code, reason = 500, "InternalError"


class ServiceUnavailableError(StatusError):
    """The server is temporarily unavailable."""

    code, reason = 503, "ServiceUnavailable"


class GatewayTimeoutError(StatusError):
    """The server timed out waiting for another one."""

    code, reason = 504, "Timeout"


_BY_CODE: dict[int, type[StatusError]] = {
    kind.code: kind
    for kind in (
        BadRequestError,
        UnauthorizedError,
        ForbiddenError,
        NotFoundError,
        MethodNotAllowedError,
        ConflictError,
        GoneError,
        RequestTooLargeError,
        UnsupportedMediaTypeError,
        InvalidError,
        TooManyRequestsError,
        InternalServerError,
        ServiceUnavailableError,
        GatewayTimeoutError,
    )
}


def from_status(status: Status) -> StatusError:
    """The exception of a failure `Status`; a plain `StatusError` for unknown codes."""
    if status.reason == AlreadyExistsError.reason:
        return AlreadyExistsError(status)
    return _BY_CODE.get(status.code, StatusError)(status)


def wrong_fields(causes: Collection[StatusCause]) -> BadRequestError:
    """One BadRequest with all ``causes``, so that a form can mark every wrong field."""
    message = "; ".join(f"{cause.field}: {cause.message}" for cause in causes)
    details = StatusDetails(causes=tuple(causes))
    return BadRequestError(Status(message=message, reason=BadRequestError.reason, details=details, code=400))


def redacted(text: str, secrets: Iterable[str] = ()) -> str:
    """``text`` without these secrets and without anything that looks like a credential, truncated."""
    for secret in secrets:
        if secret:
            text = text.replace(secret, _REDACTED)
    return _CREDENTIALS.sub(_REDACTED, text)[:TEXT_LIMIT]
