"""How ``yurt-console users`` prints accounts: golden, by a clock that the test holds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests import rows
from yurt_console.cli.users import formatting
from yurt_console.rows import Condition

NOW = datetime(2024, 3, 6, 8, tzinfo=UTC)
GRACE = timedelta(days=7)
_COMMON = {"created": "2024-03-01T07:59:00Z", "effective_time": "2024-03-01T08:00:00Z", "node_num": 2}
ADA = rows.user("user-ada", **_COMMON)
EVE = rows.user(
    "user-eve",
    **{
        **_COMMON,
        "created": "2024-02-01T08:00:00Z",
        "email": "eve@example.com",
        "organization": "边缘实验室",
        "role": "admin",
        "valid_period": 0,
    },
)
BOB = rows.user(
    "user-bob",
    **_COMMON,
    email="bob@example.com",
    suspended=True,
    suspension_reason="unpaid",
    status_message="An administrator has suspended the account; nothing was deleted.",
    conditions=(Condition("Ready", "False", "AccountSuspended", "stopped", "2024-03-05T08:00:00Z"),),
)
NEW = rows.user("user-new", created="2024-03-06T07:59:59Z", effective_time="", approved=False, email="n@x.io")

TABLE = """\
NAME      EMAIL            ROLE    PHASE             ENDS                  NODES  ORGANIZATION
user-eve  eve@example.com  admin   ready             never                 -      边缘实验室
user-ada  ada@example.com  tenant  expiring          2024-03-08T08:00:00Z  2/3    Analytical Engines
user-bob  bob@example.com  tenant  suspended         2024-03-08T08:00:00Z  2/3    Analytical Engines
user-new  n@x.io           tenant  pending-approval  -                     0/3    Analytical Engines"""

PAGE = """\
Name:          user-bob
E-mail:        bob@example.com
Phone:         +8613800138000
Organization:  Analytical Engines
Role:          tenant
Phase:         suspended
Next:          all its objects are deleted, at 2024-03-15T08:00:00Z
Created:       2024-03-01T07:59:00Z
Began:         2024-03-01T08:00:00Z
Ends:          2024-03-08T08:00:00Z
Nodes:         2/3
Quota:         pods 500
Suspended:     unpaid
Message:       An administrator has suspended the account; nothing was deleted.

CONDITION  STATUS  REASON            SINCE                 MESSAGE
Ready      False   AccountSuspended  2024-03-05T08:00:00Z  stopped"""


def test_a_list_has_a_line_for_each_account_the_oldest_first() -> None:
    assert formatting.table([NEW, BOB, ADA, EVE], NOW, GRACE) == TABLE
    assert formatting.table([], NOW, GRACE).split() == TABLE.splitlines()[0].split()


def test_a_page_says_where_an_account_stands_what_comes_next_and_when() -> None:
    assert formatting.page(BOB, NOW, GRACE) == PAGE
    waiting = formatting.page(NEW, NOW, GRACE)
    assert "Next:          an administrator has to approve it\n" in waiting
    assert "Began" not in waiting


def test_a_page_says_what_an_accounts_pods_may_request() -> None:
    bounded = rows.user("user-ada", **_COMMON, quota_cpu="8", quota_memory="16Gi", quota_pods=20)

    assert "Quota:         cpu 8, memory 16Gi, pods 20" in formatting.page(bounded, NOW, GRACE)
    assert "Quota" not in formatting.page(EVE, NOW, GRACE)


def test_a_record_has_everything_but_what_opens_the_account() -> None:
    spec = {"email": "ada@example.com", "token": "secret", "kubeConfig": "secret", "nodeAddScript": "secret"}
    user = {"metadata": {"name": "user-ada", "uid": "1", "labels": {"a": "b"}}, "spec": spec}

    assert formatting.record(user, ADA, NOW, GRACE) == {
        "metadata": {"name": "user-ada", "uid": "1", "creationTimestamp": None},
        "spec": {"email": "ada@example.com"},
        "status": {},
        "phase": "expiring",
        "next": "expiry",
        "nextTime": "2024-03-08T08:00:00Z",
        "ends": "2024-03-08T08:00:00Z",
    }
