"""Client errors: what can go wrong between this client and an API server.

    KubeError
    ├── Unreachable           no reply: refused, reset, timed out, TLS failure
    ├── MalformedReply        a reply that is not what the API promises
    ├── KubeconfigError       the kubeconfig does not say where the cluster is, or who we are
    └── ApiError              the API server refused with a `Status`; one class for each code
        ├── BadRequest 400, Unauthorized 401, Forbidden 403, NotFound 404, MethodNotAllowed 405
        ├── Conflict 409  ── AlreadyExists
        ├── Gone 410 (also reason Expired), RequestTooLarge 413, UnsupportedMediaType 415, Invalid 422
        └── TooManyRequests 429, InternalError 500, ServiceUnavailable 503, GatewayTimeout 504

None of them is an `apimachinery.errors.StatusError`: what the API server refused is not what we refuse.
Source: API conventions, "Response Status Kind".
Texts are cut to 512 characters and cleared of credentials: a server may echo what it was sent.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Self

import msgspec

from apimachinery.errors import TEXT_LIMIT, Status, StatusCause, StatusDetails, redacted


class KubeError(Exception):
    """Anything that kept a request from succeeding."""


class Unreachable(KubeError):
    """The API server gave no reply at all."""


class MalformedReply(KubeError):
    """The API server's reply is not what its contract promises."""


class KubeconfigError(KubeError):
    """The kubeconfig, or what it points to, cannot be used; the text says which part, never its content."""


class ApiError(KubeError):
    """The API server refused; ``status`` says why in its own words."""

    code: ClassVar[int] = 0
    reason: ClassVar[str] = ""

    def __init__(self, status: Status) -> None:
        self.status = status
        super().__init__(f"{status.code} {status.reason}: {status.message}"[:TEXT_LIMIT])

    @property
    def retry_after(self) -> int:
        """Seconds the server asks to wait, 0 when it does not say."""
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
        """An error of this class in our own words; ``field`` and ``cause`` become its one cause."""
        causes = (StatusCause(reason=cause, message=message, field=field),) if field or cause else ()
        details = StatusDetails(name=name, kind=kind, causes=causes, retry_after_seconds=retry_after)
        return cls(Status(message=message, reason=cls.reason, details=details, code=cls.code))


class BadRequest(ApiError):
    """The request itself is wrong."""

    code, reason = 400, "BadRequest"


class Unauthorized(ApiError):
    """Nobody we know."""

    code, reason = 401, "Unauthorized"


class Forbidden(ApiError):
    """Known, and not allowed."""

    code, reason = 403, "Forbidden"


class NotFound(ApiError):
    """No such object, or no such kind."""

    code, reason = 404, "NotFound"


class MethodNotAllowed(ApiError):
    """The address exists, the method does not."""

    code, reason = 405, "MethodNotAllowed"


class Conflict(ApiError):
    """The object changed since it was read."""

    code, reason = 409, "Conflict"


class AlreadyExists(Conflict):
    """An object of that name is there."""

    code, reason = 409, "AlreadyExists"


class Gone(ApiError):
    """The version asked for is no longer in the server's history."""

    code, reason = 410, "Expired"


class RequestTooLarge(ApiError):
    """The body, or the address, is larger than we read."""

    code, reason = 413, "RequestEntityTooLarge"


class UnsupportedMediaType(ApiError):
    """The body is not of a kind we read."""

    code, reason = 415, "UnsupportedMediaType"


class Invalid(ApiError):
    """The object does not satisfy its schema."""

    code, reason = 422, "Invalid"


class TooManyRequests(ApiError):
    """Slow down; `ApiError.retry_after` says for how long."""

    code, reason = 429, "TooManyRequests"


class InternalError(ApiError):
    """The server failed."""

    code, reason = 500, "InternalError"


class ServiceUnavailable(ApiError):
    """The server cannot answer now."""

    code, reason = 503, "ServiceUnavailable"


class GatewayTimeout(ApiError):
    """The server waited too long for somebody else."""

    code, reason = 504, "Timeout"


_BY_CODE: dict[int, type[ApiError]] = {
    kind.code: kind
    for kind in (
        BadRequest, Unauthorized, Forbidden, NotFound, MethodNotAllowed, Conflict, Gone, RequestTooLarge,
        UnsupportedMediaType, Invalid, TooManyRequests, InternalError, ServiceUnavailable, GatewayTimeout,
    )
}  # fmt: skip


def from_status(status: Status) -> ApiError:
    """The exception for a failure `Status`; unknown codes give a plain `ApiError`."""
    if status.reason == AlreadyExists.reason:
        return AlreadyExists(status)
    return _BY_CODE.get(status.code, ApiError)(status)


def from_response(code: int, body: bytes, retry_after: str = "", secrets: Iterable[str] = ()) -> ApiError:
    """The exception for an HTTP failure whose body may or may not be a `Status`.

    A body of another kind is never repeated: nobody knows what a proxy on the way put there.
    ``secrets`` are what the request held and no text may hold.
    """
    try:
        status = msgspec.json.decode(body, type=Status)
        if status.kind != "Status":
            raise ValueError
    except (msgspec.MsgspecError, ValueError, UnicodeDecodeError):
        kind = _BY_CODE.get(code, ApiError)
        status = Status(message=f"the server answered {code} without a Status", reason=kind.reason, code=code)
    details = status.details
    seconds = retry_after if retry_after.isdecimal() and len(retry_after) < 10 else ""
    secrets = tuple(secrets)
    details = msgspec.structs.replace(
        details,
        name=redacted(details.name, secrets),
        causes=tuple(
            msgspec.structs.replace(cause, message=redacted(cause.message, secrets))
            for cause in details.causes
        ),
        retry_after_seconds=max(int(seconds) if seconds else details.retry_after_seconds, 0),
    )
    message = redacted(status.message, secrets)
    return from_status(
        msgspec.structs.replace(status, message=message, code=status.code or code, details=details)
    )
