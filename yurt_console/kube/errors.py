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

None of them is an `apimachinery.errors.StatusError`: what the API server refused is not what we refuse. Both
are made of `apimachinery.status.APIStatus`, which no ``except`` can name.
Source: API conventions, "Response Status Kind".
Texts are cut to 512 characters and cleared of credentials: a server may echo what it was sent.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from apimachinery import status as reasons
from apimachinery.status import APIStatus, Status, redacted


class KubeError(Exception):
    """Anything that kept a request from succeeding."""


class Unreachable(KubeError):
    """The API server gave no reply at all."""


class MalformedReply(KubeError):
    """The API server's reply is not what its contract promises."""


class KubeconfigError(KubeError):
    """The kubeconfig, or what it points to, cannot be used; the text says which part, never its content."""


class ApiError(APIStatus, KubeError):
    """The API server refused; ``status`` says why in its own words."""


class BadRequest(ApiError, reason=reasons.BAD_REQUEST):
    """The request itself is wrong."""


class Unauthorized(ApiError, reason=reasons.UNAUTHORIZED):
    """The API server does not know who asks."""


class Forbidden(ApiError, reason=reasons.FORBIDDEN):
    """The API server knows who asks, and does not allow it."""


class NotFound(ApiError, reason=reasons.NOT_FOUND):
    """No such object, or no such kind."""


class MethodNotAllowed(ApiError, reason=reasons.METHOD_NOT_ALLOWED):
    """The address exists, the method does not."""


class Conflict(ApiError, reason=reasons.CONFLICT):
    """The object changed since it was read."""


class AlreadyExists(Conflict, reason=reasons.ALREADY_EXISTS):
    """An object of that name is there."""


class Gone(ApiError, reason=reasons.EXPIRED):
    """The version asked for is no longer in the server's history."""


class RequestTooLarge(ApiError, reason=reasons.REQUEST_ENTITY_TOO_LARGE):
    """The body, or the address, is larger than the server reads."""


class UnsupportedMediaType(ApiError, reason=reasons.UNSUPPORTED_MEDIA_TYPE):
    """The body is not of a kind that the server reads."""


class Invalid(ApiError, reason=reasons.INVALID):
    """The object does not satisfy its schema."""


class TooManyRequests(ApiError, reason=reasons.TOO_MANY_REQUESTS):
    """Slow down; `ApiError.retry_after` says for how long."""


class InternalError(ApiError, reason=reasons.INTERNAL_ERROR):
    """The server failed."""


class ServiceUnavailable(ApiError, reason=reasons.SERVICE_UNAVAILABLE):
    """The server cannot answer now."""


class GatewayTimeout(ApiError, reason=reasons.TIMEOUT):
    """The server waited too long for another one."""


def is_status(body: bytes) -> bool:
    """Whether the body of a failure is a ``Status``."""
    try:
        return msgspec.json.decode(body, type=Status).kind == "Status"
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return False


def from_response(code: int, body: bytes, retry_after: str = "", secrets: Iterable[str] = ()) -> ApiError:
    """The exception for an HTTP failure; its body may or may not be a `Status`.

    A body of another kind is never repeated: nobody knows what a proxy on the way put there.
    ``secrets`` are what the request held and no text may hold.
    """
    try:
        status = msgspec.json.decode(body, type=Status)
        if status.kind != "Status":
            raise ValueError
    except (msgspec.MsgspecError, ValueError, UnicodeDecodeError):
        reason = ApiError.class_of(code).reason
        status = Status(message=f"the server answered {code} without a Status", reason=reason, code=code)
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
    return ApiError.from_status(
        msgspec.structs.replace(status, message=message, code=status.code or code, details=details)
    )
