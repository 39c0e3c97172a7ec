"""Status errors, one constructor for each way a request can fail, ready to raise.

A group-resource is written as Kubernetes writes it, ``plural.group`` (``pods``, ``deployments.apps``).
Source: k8s.io/apimachinery, pkg/api/errors/errors.go, in the words of API server v1.20.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from apimachinery.errors import (
    AlreadyExistsError,
    BadRequestError,
    ConflictError,
    ForbiddenError,
    GatewayTimeoutError,
    GoneError,
    InternalServerError,
    InvalidError,
    MethodNotAllowedError,
    NotFoundError,
    RequestTooLargeError,
    Status,
    StatusCause,
    StatusDetails,
    StatusError,
    UnauthorizedError,
    UnsupportedMediaTypeError,
    from_status,
)

MODIFIED = "the object has been modified; please apply your changes to the latest version and try again"


def qualified(group: str, name: str) -> str:
    """``name.group``, or ``name`` alone in the core group."""
    return f"{name}.{group}" if group else name


def bad_request(message: str) -> StatusError:
    """400 BadRequest."""
    return _error(BadRequestError, message)


def unauthorized() -> StatusError:
    """401 Unauthorized; the API server gives no reason."""
    return _error(UnauthorizedError, "Unauthorized")


def forbidden(group: str, plural: str, name: str, why: str) -> StatusError:
    """403 Forbidden for an object, or for a collection when ``name`` is empty."""
    about = f'{qualified(group, plural)} "{name}"' if name else qualified(group, plural)
    return _error(ForbiddenError, f"{about} is forbidden: {why}", StatusDetails(name, group, plural))


def forbidden_path(why: str) -> StatusError:
    """403 Forbidden for a non-resource URL."""
    return _error(ForbiddenError, f"forbidden: {why}")


def namespace_terminating(group: str, plural: str, name: str, namespace: str) -> StatusError:
    """403 Forbidden for a creation in a terminating namespace."""
    cause = StatusCause(
        "NamespaceTerminating", f"namespace {namespace} is being terminated", "metadata.namespace"
    )
    text = (
        f'{qualified(group, plural)} "{name}" is forbidden: unable to create new content in namespace'
        f" {namespace} because it is being terminated"
    )
    return _error(ForbiddenError, text, StatusDetails(name, group, plural, causes=(cause,)))


def not_found(group: str, plural: str, name: str) -> StatusError:
    """404 NotFound for an object."""
    return _error(
        NotFoundError, f'{qualified(group, plural)} "{name}" not found', StatusDetails(name, group, plural)
    )


def no_such_resource() -> StatusError:
    """404 NotFound for a path that no kind is served at."""
    return _error(NotFoundError, "the server could not find the requested resource")


def method_not_allowed() -> StatusError:
    """405 MethodNotAllowed."""
    return _error(MethodNotAllowedError, "the server does not allow this method on the requested resource")


def not_acceptable(accepted: Iterable[str] = ()) -> StatusError:
    """406 NotAcceptable, with the media types to choose from where the API server lists them."""
    listed = ", ".join(accepted)
    text = f"only the following media types are accepted: {listed}"
    message = text if listed else "406: Not Acceptable"
    return from_status(Status(message=message, reason="NotAcceptable", code=406))


def already_exists(group: str, plural: str, name: str) -> StatusError:
    """409 AlreadyExists for a creation."""
    text = f'{qualified(group, plural)} "{name}" already exists'
    return _error(AlreadyExistsError, text, StatusDetails(name, group, plural))


def conflict(group: str, plural: str, name: str, why: str = MODIFIED) -> StatusError:
    """409 Conflict for an update from an outdated resourceVersion."""
    text = f'Operation cannot be fulfilled on {qualified(group, plural)} "{name}": {why}'
    return _error(ConflictError, text, StatusDetails(name, group, plural))


def apply_conflict(message: str, causes: Sequence[StatusCause] = ()) -> StatusError:
    """409 Conflict of server-side apply, with a cause for each field another manager owns."""
    return _error(ConflictError, message, StatusDetails(causes=tuple(causes)))


def resource_expired(message: str, continue_token: str = "") -> StatusError:
    """410 Expired for a compacted version; ``continue_token`` resumes the list inconsistently."""
    metadata = {"continue": continue_token} if continue_token else {}
    return GoneError(Status(metadata=metadata, message=message, reason=GoneError.reason, code=GoneError.code))


def too_large(message: str) -> StatusError:
    """413 RequestEntityTooLarge."""
    return _error(RequestTooLargeError, f"Request entity too large: {message}")


def unsupported_media_type(accepted: Iterable[str] = ()) -> StatusError:
    """415 UnsupportedMediaType, with the media types to choose from where the API server lists them."""
    listed = ", ".join(accepted)
    text = f"the body of the request was in an unknown format - accepted media types include: {listed}"
    return _error(UnsupportedMediaTypeError, text if listed else "415: Unsupported Media Type")


def invalid(group: str, kind: str, name: str, causes: Sequence[StatusCause]) -> StatusError:
    """422 Invalid with all field errors; a single one stands bare, several stand in brackets."""
    texts = [f"{cause.field}: {cause.message}" for cause in causes]
    listed = texts[0] if len(texts) == 1 else f"[{', '.join(texts)}]"
    details = StatusDetails(name, group, kind, causes=tuple(causes))
    return _error(
        InvalidError, f'{kind}{f".{group}" if group else ""} "{name}" is invalid: {listed}', details
    )


def unprocessable(message: str) -> StatusError:
    """422 Invalid without an object."""
    return _error(InvalidError, message)


def internal_error(message: str) -> StatusError:
    """500 InternalError where the real API server answers so."""
    cause = StatusCause(message=message)
    return _error(InternalServerError, f"Internal error occurred: {message}", StatusDetails(causes=(cause,)))


def server_error(message: str) -> StatusError:
    """500 without a reason, for errors that the real API server does not classify."""
    return InternalServerError(Status(message=message, code=InternalServerError.code))


def too_large_resource_version(requested: int, current: int) -> StatusError:
    """504 Timeout for a resourceVersion above the current one."""
    cause = StatusCause("ResourceVersionTooLarge", "Too large resource version")
    details = StatusDetails(causes=(cause,), retry_after_seconds=1)
    return _error(
        GatewayTimeoutError, f"Timeout: Too large resource version: {requested}, current: {current}", details
    )


def _error(kind: type[StatusError], message: str, details: StatusDetails | None = None) -> StatusError:
    return kind(
        Status(message=message, reason=kind.reason, details=details or StatusDetails(), code=kind.code)
    )
