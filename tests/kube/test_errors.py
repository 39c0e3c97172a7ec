"""Replies that refuse, as exceptions; and what must never be in their text."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from apimachinery.errors import Status, StatusDetails
from yurt_console.kube import errors
from yurt_console.kube.errors import ApiError, from_response

TOKEN = "k2JtZ-very.secret-token"


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (400, errors.BadRequest),
        (401, errors.Unauthorized),
        (403, errors.Forbidden),
        (404, errors.NotFound),
        (405, errors.MethodNotAllowed),
        (409, errors.Conflict),
        (410, errors.Gone),
        (413, errors.RequestTooLarge),
        (415, errors.UnsupportedMediaType),
        (422, errors.Invalid),
        (429, errors.TooManyRequests),
        (500, errors.InternalError),
        (503, errors.ServiceUnavailable),
        (504, errors.GatewayTimeout),
        (418, ApiError),
    ],
)
def test_each_code_is_its_own_exception_with_or_without_a_status(code: int, kind: type[ApiError]) -> None:
    told = from_response(code, msgspec.json.encode(Status(code=code, message="why")))
    untold = from_response(code, b"<html>who knows</html>")
    assert type(told) is type(untold) is kind
    assert told.status.code == untold.status.code == code
    assert "who knows" not in str(untold)


def test_already_exists_is_told_from_other_conflicts_by_its_reason() -> None:
    body = msgspec.json.encode(Status(code=409, reason="AlreadyExists", details=StatusDetails(name="bob")))
    error = from_response(409, body)
    assert isinstance(error, errors.AlreadyExists)
    assert error.status.details.name == "bob"


@pytest.mark.parametrize(
    ("header", "told", "expected"),
    [("3", 0, 3), ("", 5, 5), ("3", 5, 3), ("soon", 0, 0), ("9" * 5000, 2, 2), ("²", 0, 0), ("", -4, 0)],
)
def test_the_wait_comes_from_the_header_first_and_the_status_next(
    header: str, told: int, expected: int
) -> None:
    body = msgspec.json.encode(Status(code=429, details=StatusDetails(retry_after_seconds=told)))
    assert from_response(429, body, header).retry_after == expected


def test_an_error_survives_the_way_to_a_status_and_back() -> None:
    error = errors.BadRequest.of("email is not one", field="email", cause="FieldValueInvalid", retry_after=2)
    again = from_response(400, msgspec.json.encode(error.status))
    assert type(again) is errors.BadRequest
    assert again.status == error.status


@pytest.mark.parametrize(
    "secret",
    [
        TOKEN,
        "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ0ZW5hbnQifQ.c2lnbmF0dXJl-_x",
        "abcdef.0123456789abcdef",
        "-----BEGIN EC PRIVATE KEY-----\nMHcCAQEE\n-----END EC PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY-----\nMHcCAQEE",
    ],
)
def test_no_part_of_an_error_repeats_a_credential(secret: str) -> None:
    status = {
        "kind": "Status",
        "message": f"spec.token: Invalid value: {secret}",
        "code": 422,
        "details": {"name": secret, "causes": [{"message": f"bad {secret}", "field": "spec.token"}]},
    }
    error = from_response(422, msgspec.json.encode(status), secrets=(TOKEN,))
    told = f"{error} {error!r} {error.status!r} {msgspec.json.encode(error.status)!r}"
    assert secret not in told
    assert secret[-8:] not in told
    assert "[redacted]" in str(error)


def test_a_long_message_is_cut() -> None:
    body = msgspec.json.encode(Status(code=500, message="x" * 100_000))
    assert len(str(from_response(500, body))) < 1000


@given(st.integers(100, 599), st.binary(max_size=300), st.text(max_size=20))
def test_no_reply_makes_the_error_itself_fail(code: int, body: bytes, header: str) -> None:
    assert isinstance(from_response(code, body, header), ApiError)
