"""Every state of an account, what comes next and when, by a clock that the test holds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import rows
from yurt_console.rows import Condition, User
from yurt_console.tenancy.accounts import lifecycle
from yurt_console.tenancy.accounts.lifecycle import Next, Outlook, Phase
from yurt_console.tenancy.identity.principals import ADMIN

BEGUN = datetime(2024, 3, 1, 8, tzinfo=UTC)
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
ENDS = BEGUN + 7 * DAY
GRACE = 5 * DAY
GONE = ENDS + GRACE


def account(**fields: Any) -> User:
    return rows.user(effective_time=BEGUN.isoformat(), **fields)


def said(reason: str) -> tuple[Condition, ...]:
    return (Condition("Ready", "False", reason, "words"),)


def outlook(user: User, at: datetime) -> Outlook:
    return lifecycle.of(user, at, GRACE)


def test_a_life_without_an_administrator_goes_from_ready_to_terminating_to_the_second() -> None:
    ready = Outlook(Phase.READY, Next.WARNING, ENDS - 3 * DAY)
    expiring = Outlook(Phase.EXPIRING, Next.EXPIRY, ENDS)
    expired = Outlook(Phase.EXPIRED, Next.REVOCATION)
    grace = Outlook(Phase.GRACE, Next.TEARDOWN, GONE)
    terminating = Outlook(Phase.TERMINATING, Next.END)
    withdrawn = account(expired=True)  # by the operator, as soon as the time is over

    assert outlook(account(), BEGUN) == ready
    assert outlook(account(), ENDS - 3 * DAY - SECOND) == ready
    assert outlook(account(), ENDS - 3 * DAY) == expiring
    assert outlook(account(), ENDS - SECOND) == expiring
    assert outlook(account(), ENDS) == expired
    assert outlook(withdrawn, ENDS) == grace
    assert outlook(withdrawn, GONE - SECOND) == grace
    assert outlook(withdrawn, GONE) == terminating
    assert outlook(account(), GONE) == terminating


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"approved": False, "effective_time": ""}, Outlook(Phase.PENDING_APPROVAL, Next.APPROVAL)),
        ({"effective_time": "", "tenant_namespace": ""}, Outlook(Phase.PREPARING, Next.READINESS)),
        ({"effective_time": "", "conditions": said("Failed")}, Outlook(Phase.FAILED, Next.RETRY)),
        ({"effective_time": "", "conditions": said("NamespaceTaken")}, Outlook(Phase.FAILED, Next.REPAIR)),
        ({"conditions": said("Failed")}, Outlook(Phase.FAILED, Next.RETRY)),
        ({"suspended": True}, Outlook(Phase.SUSPENDED, Next.TEARDOWN, GONE)),
        ({"suspended": True, "valid_period": 0}, Outlook(Phase.SUSPENDED, Next.RESUMPTION)),
        ({"suspended": True, "effective_time": ""}, Outlook(Phase.SUSPENDED, Next.RESUMPTION)),
        ({"suspended": True, "deleting": True}, Outlook(Phase.TERMINATING, Next.END)),
        ({"role": ADMIN, "effective_time": "", "valid_period": 0}, Outlook(Phase.READY, Next.NOTHING)),
        ({"expired": True}, Outlook(Phase.PREPARING, Next.READINESS)),  # renewed, not yet put back
        ({"conditions": said("AccountSuspended")}, Outlook(Phase.PREPARING, Next.READINESS)),  # resumed
    ],
    ids=str,
)
def test_what_administrators_and_the_operator_do_shows_at_once(
    fields: dict[str, Any], expected: Outlook
) -> None:
    assert outlook(rows.user(**{"effective_time": BEGUN.isoformat(), **fields}), BEGUN + DAY) == expected


def test_what_a_suspended_account_has_goes_with_its_grace_too() -> None:
    suspended = account(suspended=True)

    assert outlook(suspended, GONE - SECOND).phase is Phase.SUSPENDED
    assert outlook(suspended, GONE).phase is Phase.TERMINATING


def test_renewing_in_the_grace_period_turns_the_clock_back() -> None:
    late = ENDS + DAY
    assert outlook(account(expired=True), late).phase is Phase.GRACE

    renewed = account(expired=True, valid_period=30, conditions=said("AccountExpired"))
    assert outlook(renewed, late).phase is Phase.PREPARING
    assert outlook(account(valid_period=30), late) == Outlook(Phase.READY, Next.WARNING, BEGUN + 27 * DAY)


_USERS = st.builds(
    account,
    approved=st.booleans(),
    suspended=st.booleans(),
    expired=st.booleans(),
    valid_period=st.integers(0, 10),
)


@given(user=_USERS, hours=st.integers(0, 20 * 24))
def test_the_time_that_is_told_is_when_the_phase_changes(user: User, hours: int) -> None:
    now = BEGUN + timedelta(hours=hours)

    found = outlook(user, now)

    assert found.next in lifecycle.SENTENCES
    if found.at is not None:
        assert found.at > now
        assert outlook(user, found.at - SECOND).phase is found.phase
        assert outlook(user, found.at).phase is not found.phase
