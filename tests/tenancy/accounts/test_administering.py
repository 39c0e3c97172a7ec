"""What administrators may send, and what it makes of an account."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apimachinery.errors import BadRequestError, ForbiddenError
from tests import rows
from yurt_console.rows import User
from yurt_console.tenancy.accounts import administration
from yurt_console.tenancy.accounts.administration import Renewal
from yurt_console.tenancy.identity import principals
from yurt_console.tenancy.identity.principals import ADMIN

BEGUN = datetime(2024, 3, 1, 8, tzinfo=UTC)
NOW = BEGUN + timedelta(days=5, hours=1)
_QUOTA = ("quota.cpu", "quota.memory", "quota.pods")
_READERS: Mapping[str, Callable[[Mapping[str, Any]], object]] = {
    "renewal": lambda given: administration.read_renewal(given, NOW),
    "limits": administration.read_limits,
    "reason": administration.read_reason,
}


def account(**fields: Any) -> User:
    return rows.user(effective_time=BEGUN.isoformat(), **fields)


def end(user: User, fields: Mapping[str, Any]) -> datetime:
    ends = principals.ends(rows.user(effective_time=user.effective_time, valid_period=fields["validPeriod"]))
    assert ends is not None
    return ends


@pytest.mark.parametrize(
    ("reader", "sent", "wrong"),
    [
        ("renewal", {}, ["days"]),
        ("renewal", {"days": 7, "until": "2030-01-01T00:00:00Z"}, ["until"]),
        ("renewal", {"days": "7"}, ["days"]),
        ("renewal", {"days": True}, ["days"]),
        ("renewal", {"days": -1}, ["days"]),
        ("renewal", {"days": 3651, "until": 5, "why": ""}, ["days", "until", "why"]),
        ("renewal", {"until": "soon"}, ["until"]),
        ("renewal", {"until": NOW.isoformat()}, ["until"]),
        ("limits", {}, ["maxNodeNum"]),
        ("limits", {"maxNodeNum": 1001}, ["maxNodeNum"]),
        ("limits", {"maxNodeNum": 2.5}, ["maxNodeNum"]),
        ("limits", {"maxNodes": 3, "role": "admin"}, ["maxNodeNum", "maxNodes", "role"]),
        ("limits", {"quota": {}}, ["maxNodeNum"]),
        ("limits", {"quota": "8"}, ["maxNodeNum", "quota"]),
        ("limits", {"quota": {"cpu": 8, "memory": "lots", "pods": -1}}, [*_QUOTA]),
        ("limits", {"quota": {"cpu": "-1", "memory": "1e3", "pods": "9"}}, [*_QUOTA]),
        ("limits", {"quota": {"gpu": "1"}, "maxNodeNum": -1}, ["maxNodeNum", "quota.gpu"]),
        ("reason", {}, ["reason"]),
        ("reason", {"reason": "  "}, ["reason"]),
        ("reason", {"reason": 5}, ["reason"]),
        ("reason", {"reason": "x" * 257}, ["reason"]),
        ("reason", {"reason": "line\nline"}, ["reason"]),
        ("reason", {"reason": "\u202egnol"}, ["reason"]),
        ("reason", {"reason": "late", "<b>": 1}, ["body"]),
    ],
    ids=str,
)
def test_every_wrong_field_is_named_at_once(reader: str, sent: dict[str, Any], wrong: list[str]) -> None:
    with pytest.raises(BadRequestError) as refused:
        _READERS[reader](sent)

    assert sorted({cause.field for cause in refused.value.status.details.causes}) == wrong


def test_what_is_right_is_read() -> None:
    assert administration.read_renewal({"days": 30}, NOW) == Renewal(days=30)
    assert administration.read_renewal({"until": "2030-01-01T00:00:00Z", "days": None}, NOW) == Renewal(
        until=datetime(2030, 1, 1, tzinfo=UTC)
    )
    assert administration.read_limits({"maxNodeNum": 0}) == {"maxNodeNum": 0}
    assert administration.read_limits({"quota": {"cpu": " 2000m ", "memory": "1024Mi", "pods": 0}}) == {
        "quota": {"cpu": "2000m", "memory": "1024Mi", "pods": 0}
    }
    assert administration.read_limits({"maxNodeNum": 5, "quota": {"cpu": "", "memory": None}}) == {
        "maxNodeNum": 5,
        "quota": {"cpu": None},
    }
    assert administration.read_reason({"reason": " 账单未付 "}) == "账单未付"


@given(days=st.integers(1, 3000), passed=st.timedeltas(timedelta(0), timedelta(days=600)))
def test_a_renewed_account_lives_as_long_as_promised_and_less_than_a_day_more(
    days: int, passed: timedelta
) -> None:
    now = BEGUN + passed

    ends = end(account(), administration.renewed(account(), Renewal(days=days), now))

    assert timedelta(0) <= ends - (now + timedelta(days=days)) < timedelta(days=1)


def test_renewing_shortens_as_well_and_counts_from_now_on_before_the_beginning() -> None:
    long = account(valid_period=365)
    assert end(long, administration.renewed(long, Renewal(until=NOW + timedelta(hours=1)), NOW)) == (
        BEGUN + timedelta(days=6)
    )
    fresh = rows.user(effective_time="")
    assert administration.renewed(fresh, Renewal(days=30), NOW) == {"validPeriod": 30}


def test_only_an_administrator_is_for_ever_and_nobody_longer_than_the_kind_takes() -> None:
    assert administration.renewed(account(role=ADMIN), Renewal(days=0), NOW) == {"validPeriod": 0}
    for renewal, field in (
        (Renewal(days=0), "days"),
        (Renewal(days=3650), "days"),
        (Renewal(until=NOW + timedelta(days=3650)), "until"),
    ):
        with pytest.raises(BadRequestError) as refused:
            administration.renewed(account(), renewal, NOW)
        assert [cause.field for cause in refused.value.status.details.causes] == [field]


def test_administrators_accounts_are_another_hands_business() -> None:
    administration.require_tenant(account())
    with pytest.raises(ForbiddenError, match="yurt-console users"):
        administration.require_tenant(account(role=ADMIN))
