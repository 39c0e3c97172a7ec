"""API Status: the body of a failure, the reasons that Kubernetes knows, and what errors with a Status share.

Two families of errors are made of this: `apimachinery.errors.StatusError`, with which a server refuses a
request, and the errors that a client makes of another server's answers. `APIStatus` is not an exception, so
no ``except`` catches the one family for the other.
Source: k8s.io/apimachinery, pkg/api/errors; API conventions, "Response Status Kind".
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, ClassVar, NamedTuple, Self

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


class StatusReason(NamedTuple):
    """Why a request failed: the HTTP status, and the word for it."""

    code: int
    name: str


BAD_REQUEST = StatusReason(400, "BadRequest")
UNAUTHORIZED = StatusReason(401, "Unauthorized")
FORBIDDEN = StatusReason(403, "Forbidden")
NOT_FOUND = StatusReason(404, "NotFound")
METHOD_NOT_ALLOWED = StatusReason(405, "MethodNotAllowed")
CONFLICT = StatusReason(409, "Conflict")
ALREADY_EXISTS = StatusReason(409, "AlreadyExists")
EXPIRED = StatusReason(410, "Expired")
REQUEST_ENTITY_TOO_LARGE = StatusReason(413, "RequestEntityTooLarge")
UNSUPPORTED_MEDIA_TYPE = StatusReason(415, "UnsupportedMediaType")
INVALID = StatusReason(422, "Invalid")
TOO_MANY_REQUESTS = StatusReason(429, "TooManyRequests")
INTERNAL_ERROR = StatusReason(500, "InternalError")
SERVICE_UNAVAILABLE = StatusReason(503, "ServiceUnavailable")
TIMEOUT = StatusReason(504, "Timeout")


class APIStatus:
    """What errors with a `Status` share. A direct subclass, also of an exception, begins a family.

    ``class NotFound(Family, reason=NOT_FOUND)`` adds the class for a code; a subclass of it with another
    reason of the same code is the class for that reason.
    """

    code: ClassVar[int] = 0
    reason: ClassVar[str] = ""
    _by_code: ClassVar[dict[int, type[Any]]]
    _by_reason: ClassVar[dict[str, type[Any]]]

    def __init_subclass__(cls, *, reason: StatusReason | None = None) -> None:
        if APIStatus in cls.__bases__:
            cls._by_code, cls._by_reason = {}, {}
        if reason is not None:
            if cls.code == reason.code:
                cls._by_reason[reason.name] = cls
            else:
                cls._by_code[reason.code] = cls
            cls.code, cls.reason = reason

    def __init__(self, status: Status) -> None:
        self.status = status
        text = f"{status.code} {status.reason}: {status.message}"[:TEXT_LIMIT]
        super().__init__(text)  # type: ignore[call-arg]  # of the exception that a family also is

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
        """An error of this class in our own words; ``field`` and ``cause`` become its only cause."""
        causes = (StatusCause(reason=cause, message=message, field=field),) if field or cause else ()
        details = StatusDetails(name=name, kind=kind, causes=causes, retry_after_seconds=retry_after)
        return cls(Status(message=message, reason=cls.reason, details=details, code=cls.code))

    @classmethod
    def class_of(cls, code: int) -> type[Self]:
        """The family's class for a code; for an unknown one this class, so call it on the family."""
        return cls._by_code.get(code, cls)

    @classmethod
    def from_status(cls, status: Status) -> Self:
        """The family's error of a failure `Status`; call it on the family, as `class_of`."""
        kind = cls._by_reason.get(status.reason) or cls.class_of(status.code)
        error: Self = kind(status)
        return error


def redacted(text: str, secrets: Iterable[str] = ()) -> str:
    """``text`` without these secrets and without anything that looks like a credential, truncated."""
    for secret in secrets:
        if secret:
            text = text.replace(secret, _REDACTED)
    return _CREDENTIALS.sub(_REDACTED, text)[:TEXT_LIMIT]
