"""What can go wrong between us and an API server, as exceptions, and Kubernetes' own words for it.

    KubeError
    ├── Unreachable           no reply: refused, reset, timed out, TLS failure
    ├── MalformedReply        a reply that is not what the API promises
    ├── KubeconfigError       we do not know where the cluster is, or cannot say who we are
    └── ApiError              a `Status` with a failure; one class for each code we treat differently
        ├── BadRequest 400, Unauthorized 401, Forbidden 403, NotFound 404, MethodNotAllowed 405
        ├── Conflict 409  ── AlreadyExists
        ├── Gone 410 (also reason Expired), RequestTooLarge 413, UnsupportedMediaType 415, Invalid 422
        └── TooManyRequests 429, InternalError 500, ServiceUnavailable 503, GatewayTimeout 504

A `Status` is also what our own API answers with (design §3), so both directions live here.
Source: https://github.com/kubernetes/community, API conventions, "Response Status Kind".
Texts are cut to 512 characters and cleared of credentials: a server may echo what it was sent.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import ClassVar, Self

import msgspec

_TEXT_LIMIT = 512

_REDACTED = "[redacted]"
_CREDENTIALS = re.compile(
    r"eyJ[\w-]{5,}\.[\w-]+(?:\.[\w-]*)?"  # a JSON web token
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)"
    r"|\b[a-z0-9]{6}\.[a-z0-9]{16}\b",  # a bootstrap token
    re.DOTALL,
)


class StatusCause(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing that is wrong; ``field`` names it as the sender wrote it."""

    reason: str = ""
    message: str = ""
    field: str = ""


class StatusDetails(msgspec.Struct, frozen=True, omit_defaults=True, rename="camel"):
    """Which object the failure is about, and when to try again (seconds)."""

    name: str = ""
    group: str = ""
    kind: str = ""
    uid: str = ""
    causes: tuple[StatusCause, ...] = ()
    retry_after_seconds: int = 0


class Status(msgspec.Struct, frozen=True, rename="camel"):
    """meta/v1 Status, spelled as the contract's 409 shows it."""

    kind: str = "Status"
    api_version: str = "v1"
    metadata: dict[str, str] = {}
    status: str = "Failure"
    message: str = ""
    reason: str = ""
    details: StatusDetails = StatusDetails()
    code: int = 500


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
        super().__init__(f"{status.code} {status.reason}: {status.message}"[:_TEXT_LIMIT])

    @property
    def retry_after(self) -> int:
        """Seconds the server asks us to wait, 0 when it does not say."""
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


def wrong_fields(causes: Collection[StatusCause]) -> BadRequest:
    """One `BadRequest` for all of ``causes``, so that a form can mark every wrong field."""
    message = "; ".join(f"{cause.field}: {cause.message}" for cause in causes)
    details = StatusDetails(causes=tuple(causes))
    return BadRequest(Status(message=message, reason=BadRequest.reason, details=details, code=400))


def redacted(text: str, secrets: Iterable[str] = ()) -> str:
    """``text`` without these secrets or anything that looks like a credential, cut to a readable length."""
    for secret in secrets:
        if secret:
            text = text.replace(secret, _REDACTED)
    return _CREDENTIALS.sub(_REDACTED, text)[:_TEXT_LIMIT]


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
    told = retry_after if retry_after.isdecimal() and len(retry_after) < 10 else ""
    secrets = tuple(secrets)
    details = msgspec.structs.replace(
        details,
        name=redacted(details.name, secrets),
        causes=tuple(
            msgspec.structs.replace(cause, message=redacted(cause.message, secrets))
            for cause in details.causes
        ),
        retry_after_seconds=max(int(told) if told else details.retry_after_seconds, 0),
    )
    message = redacted(status.message, secrets)
    return from_status(
        msgspec.structs.replace(status, message=message, code=status.code or code, details=details)
    )
