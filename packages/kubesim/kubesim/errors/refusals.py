"""What the server itself refuses, in API server v1.20's words: names taken, versions gone, bodies too large.

Wrong fields and the refusals that patches and authorization share are in ``failures``.
"""

from __future__ import annotations

from collections.abc import Iterable

from apimachinery.errors import (
    AlreadyExistsError,
    ConflictError,
    ForbiddenError,
    GatewayTimeoutError,
    GoneError,
    MethodNotAllowedError,
    NotFoundError,
    RequestTooLargeError,
    Status,
    StatusCause,
    StatusDetails,
    StatusError,
    UnsupportedMediaTypeError,
    from_status,
)
from kubesim.errors.failures import qualified

MODIFIED = "the object has been modified; please apply your changes to the latest version and try again"


def already_exists(group: str, plural: str, name: str) -> StatusError:
    """409 for a creation."""
    text = f'{qualified(group, plural)} "{name}" already exists'
    return _error(AlreadyExistsError, text, StatusDetails(name, group, plural))


def outdated(group: str, plural: str, name: str, why: str = MODIFIED) -> StatusError:
    """409 for a change of something that is no longer what the sender saw."""
    text = f'Operation cannot be fulfilled on {qualified(group, plural)} "{name}": {why}'
    return _error(ConflictError, text, StatusDetails(name, group, plural))


def terminating(group: str, plural: str, name: str, namespace: str) -> StatusError:
    """403 for a creation in a namespace that is going away."""
    cause = StatusCause(
        "NamespaceTerminating", f"namespace {namespace} is being terminated", "metadata.namespace"
    )
    text = (
        f'{qualified(group, plural)} "{name}" is forbidden: unable to create new content in namespace'
        f" {namespace} because it is being terminated"
    )
    return _error(ForbiddenError, text, StatusDetails(name, group, plural, causes=(cause,)))


def unknown_address() -> StatusError:
    """404 for an address that no kind answers at."""
    return _error(NotFoundError, "the server could not find the requested resource")


def method_not_allowed() -> StatusError:
    """405."""
    return _error(MethodNotAllowedError, "the server does not allow this method on the requested resource")


def unsupported_media_type(accepted: Iterable[str] = ()) -> StatusError:
    """415; without a list of what is accepted, the API server says less."""
    listed = ", ".join(accepted)
    text = f"the body of the request was in an unknown format - accepted media types include: {listed}"
    return _error(UnsupportedMediaTypeError, text if listed else "415: Unsupported Media Type")


def not_acceptable(accepted: Iterable[str] = ()) -> StatusError:
    """406."""
    listed = ", ".join(accepted)
    text = f"only the following media types are accepted: {listed}"
    message = text if listed else "406: Not Acceptable"
    return from_status(Status(message=message, reason="NotAcceptable", code=406))


def too_large(limit: int) -> StatusError:
    """413 for a body."""
    return _error(RequestTooLargeError, f"Request entity too large: limit is {limit}")


def expired(message: str, continue_token: str = "") -> StatusError:
    """410 for a version that was compacted; ``continue_token`` begins again where the list broke off."""
    metadata = {"continue": continue_token} if continue_token else {}
    return GoneError(Status(metadata=metadata, message=message, reason=GoneError.reason, code=GoneError.code))


def future_version(asked: int, present: int) -> StatusError:
    """504 for a version that does not exist yet."""
    cause = StatusCause("ResourceVersionTooLarge", "Too large resource version")
    details = StatusDetails(causes=(cause,), retry_after_seconds=1)
    return _error(
        GatewayTimeoutError, f"Timeout: Too large resource version: {asked}, current: {present}", details
    )


def too_long(field: str, limit: int) -> StatusCause:
    """A value of more than ``limit`` bytes."""
    return StatusCause("FieldValueTooLong", f"Too long: must have at most {limit} bytes", field)


def absent(field: str, value: str) -> StatusCause:
    """A value that names something which is not there."""
    return StatusCause("FieldValueNotFound", f'Not found: "{value}"', field)


def under(path: str, causes: Iterable[StatusCause]) -> list[StatusCause]:
    """Causes as seen from the object that holds the wrong one at ``path``."""
    return [StatusCause(cause.reason, cause.message, f"{path}.{cause.field}") for cause in causes]


def _error(kind: type[StatusError], message: str, details: StatusDetails | None = None) -> StatusError:
    return kind(
        Status(message=message, reason=kind.reason, details=details or StatusDetails(), code=kind.code)
    )
