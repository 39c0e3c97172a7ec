"""Field errors: the causes of an Invalid, one constructor for each type.

Source: k8s.io/apimachinery, pkg/util/validation/field/errors.go, in the words of API server v1.20.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from apimachinery.errors import StatusCause


def required(field: str, why: str = "") -> StatusCause:
    """FieldValueRequired: a missing field."""
    return StatusCause("FieldValueRequired", f"Required value{': ' + why if why else ''}", field)


def invalid_value(field: str, value: Any, why: str) -> StatusCause:
    """FieldValueInvalid; the value is rendered as JSON."""
    return StatusCause("FieldValueInvalid", f"Invalid value: {_quoted(value)}: {why}", field)


def invalid_go_value(field: str, value: str, why: str) -> StatusCause:
    """FieldValueInvalid for a value that Kubernetes renders as Go; the caller renders it."""
    return StatusCause("FieldValueInvalid", f"Invalid value: {value}: {why}", field)


def not_supported(field: str, value: Any, supported: Sequence[str]) -> StatusCause:
    """FieldValueNotSupported: a value outside an enumeration."""
    choices = ", ".join(_quoted(choice) for choice in supported)
    return StatusCause(
        "FieldValueNotSupported", f"Unsupported value: {_quoted(value)}: supported values: {choices}", field
    )


def duplicate(field: str, value: Any) -> StatusCause:
    """FieldValueDuplicate: a value that must be unique."""
    return StatusCause("FieldValueDuplicate", f"Duplicate value: {_quoted(value)}", field)


def forbidden_field(field: str, why: str) -> StatusCause:
    """FieldValueForbidden: a field that may not be set or changed."""
    return StatusCause("FieldValueForbidden", f"Forbidden: {why}", field)


def too_long(field: str, limit: int) -> StatusCause:
    """FieldValueTooLong: a value of more than ``limit`` bytes."""
    return StatusCause("FieldValueTooLong", f"Too long: must have at most {limit} bytes", field)


def not_found_value(field: str, value: str) -> StatusCause:
    """FieldValueNotFound: a reference to something that does not exist."""
    return StatusCause("FieldValueNotFound", f'Not found: "{value}"', field)


def under(path: str, causes: Iterable[StatusCause]) -> list[StatusCause]:
    """The field errors of a part, with ``path`` as the prefix of their fields."""
    return [StatusCause(cause.reason, cause.message, f"{path}.{cause.field}") for cause in causes]


def _quoted(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
