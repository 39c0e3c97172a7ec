"""The errors that we answer and those that the API server answered: one body, two families."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apimachinery import status as statuses
from apimachinery.errors import MethodNotAllowedError, StatusError
from apimachinery.status import APIStatus, Status, StatusReason
from yurt_console.api.http.errors import MethodNotAllowed
from yurt_console.kube.errors import ApiError, KubeError

REASONS = [one for one in vars(statuses).values() if isinstance(one, StatusReason)]
FAMILIES = (StatusError, ApiError)


def test_every_code_has_one_class_in_each_family() -> None:
    assert len(REASONS) == 15
    for family in FAMILIES:
        classes = [type(family.from_status(Status(code=code, reason=name))) for code, name in REASONS]

        assert [(each.code, each.reason) for each in classes] == REASONS
        assert len(set(classes)) == len(REASONS)
        assert all(issubclass(each, family) for each in classes)
        assert type(family.from_status(Status(code=418, reason="Teapot"))) is family


@given(st.integers(100, 599), st.sampled_from([*(name for _, name in REASONS), "", "Other"]), st.text())
def test_a_status_becomes_an_error_of_its_code_that_carries_it(code: int, name: str, message: str) -> None:
    status = Status(code=code, reason=name, message=message)
    for family in FAMILIES:
        error = family.from_status(status)

        assert error.status is status
        assert str(error) == f"{code} {name}: {message}"[:512]
        assert error.code in (code, 0) or name == "AlreadyExists"
        assert family.class_of(error.code).code == error.code


@given(st.sampled_from(REASONS))
def test_no_error_of_one_family_is_caught_as_one_of_the_other(reason: StatusReason) -> None:
    status = Status(code=reason.code, reason=reason.name)
    ours, theirs = StatusError.from_status(status), ApiError.from_status(status)

    assert not isinstance(ours, KubeError)
    assert set(type(ours).__mro__) & set(type(theirs).__mro__) == {
        APIStatus,
        Exception,
        BaseException,
        object,
    }
    assert not issubclass(APIStatus, BaseException)
    with pytest.raises(KubeError):
        try:
            raise theirs
        except StatusError:  # pragma: no cover
            pytest.fail("caught")


def test_a_class_of_its_own_without_a_reason_does_not_stand_for_its_code() -> None:
    assert StatusError.class_of(405) is MethodNotAllowedError
    assert str(MethodNotAllowed("GET, HEAD")) == "405 MethodNotAllowed: this address knows GET, HEAD"
