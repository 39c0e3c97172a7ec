"""Kubernetes' own words for refusals: a `Status` for each way a request can fail, ready to raise.

A group-resource is written as Kubernetes writes it, ``plural.group`` (``pods``, ``deployments.apps``).
Source: k8s.io/apimachinery, pkg/api/errors and pkg/util/validation/field, as API server v1.20 answers.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from apimachinery.errors import (
    BadRequestError,
    ConflictError,
    ForbiddenError,
    InternalServerError,
    InvalidError,
    NotFoundError,
    RequestTooLargeError,
    Status,
    StatusCause,
    StatusDetails,
    StatusError,
    UnauthorizedError,
)


def qualified(group: str, name: str) -> str:
    """``name.group``, or ``name`` alone in the core group."""
    return f"{name}.{group}" if group else name


def bad_request(message: str) -> StatusError:
    """400: the request itself is wrong."""
    return _error(BadRequestError, message, StatusDetails())


def unauthorized() -> StatusError:
    """401: the API server never says why."""
    return _error(UnauthorizedError, "Unauthorized", StatusDetails())


def forbidden(group: str, plural: str, name: str, why: str) -> StatusError:
    """403 about an object, or about a collection when ``name`` is empty."""
    about = f'{qualified(group, plural)} "{name}"' if name else qualified(group, plural)
    return _error(ForbiddenError, f"{about} is forbidden: {why}", StatusDetails(name, group, plural))


def forbidden_path(why: str) -> StatusError:
    """403 about an address that is no resource."""
    return _error(ForbiddenError, f"forbidden: {why}", StatusDetails())


def not_found(group: str, plural: str, name: str) -> StatusError:
    """404 about one object."""
    return _error(
        NotFoundError, f'{qualified(group, plural)} "{name}" not found', StatusDetails(name, group, plural)
    )


def conflict(message: str, causes: Sequence[StatusCause] = ()) -> StatusError:
    """409 with causes, as server-side apply gives it."""
    return _error(ConflictError, message, StatusDetails(causes=tuple(causes)))


def invalid(group: str, kind: str, name: str, causes: Sequence[StatusCause]) -> StatusError:
    """422 with everything that is wrong; one problem stands bare, several in brackets."""
    texts = [f"{cause.field}: {cause.message}" for cause in causes]
    listed = texts[0] if len(texts) == 1 else f"[{', '.join(texts)}]"
    details = StatusDetails(name, group, kind, causes=tuple(causes))
    return _error(
        InvalidError, f'{kind}{f".{group}" if group else ""} "{name}" is invalid: {listed}', details
    )


def unprocessable(message: str) -> StatusError:
    """422 without an object to name."""
    return _error(InvalidError, message, StatusDetails())


def internal(message: str) -> StatusError:
    """500, where the real server has one too."""
    cause = StatusCause(message=message)
    return _error(InternalServerError, f"Internal error occurred: {message}", StatusDetails(causes=(cause,)))


def too_large(message: str) -> StatusError:
    """413: more than the server reads."""
    return _error(RequestTooLargeError, f"Request entity too large: {message}", StatusDetails())


def server_error(message: str) -> StatusError:
    """500 in bare words, for what the real server does not sort into a reason."""
    return InternalServerError(Status(message=message, code=InternalServerError.code))


def required(field: str, why: str = "") -> StatusCause:
    """A field that is missing."""
    return StatusCause("FieldValueRequired", f"Required value{': ' + why if why else ''}", field)


def wrong(field: str, value: Any, why: str) -> StatusCause:
    """A value that does not satisfy a rule; text stands in quotes, everything else as JSON."""
    return StatusCause("FieldValueInvalid", f"Invalid value: {_shown(value)}: {why}", field)


def wrong_raw(field: str, shown: str, why: str) -> StatusCause:
    """A wrong value whose text the caller makes, where Kubernetes shows a Go value."""
    return StatusCause("FieldValueInvalid", f"Invalid value: {shown}: {why}", field)


def unsupported(field: str, value: Any, supported: Sequence[str]) -> StatusCause:
    """A value that is none of those there are."""
    choices = ", ".join(_shown(choice) for choice in supported)
    return StatusCause(
        "FieldValueNotSupported", f"Unsupported value: {_shown(value)}: supported values: {choices}", field
    )


def duplicate(field: str, value: Any) -> StatusCause:
    """A value that may be there once only."""
    return StatusCause("FieldValueDuplicate", f"Duplicate value: {_shown(value)}", field)


def forbidden_field(field: str, why: str) -> StatusCause:
    """A field that may not be set, or not be changed."""
    return StatusCause("FieldValueForbidden", f"Forbidden: {why}", field)


def _shown(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _error(kind: type[StatusError], message: str, details: StatusDetails) -> StatusError:
    return kind(Status(message=message, reason=kind.reason, details=details, code=kind.code))
