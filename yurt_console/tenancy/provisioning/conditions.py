"""What an account's owner is told: the status of a User, in words and conditions; pure.

`patch` gives what has to be written, and nothing when the status says it already, so an idle operator
writes nothing. ``effectiveTime`` is set once, when everything is first ready, and never moved. ``Ready``
sums up; one more condition for each of `PARTS` tells how far the preparation has come, and what failed.
``docs/operations/run.md`` lists them for people.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Final

import msgspec

from yurt_console.rows import Condition, User
from yurt_console.tenancy.provisioning.steps import News, Wait
from yurt_console.tenancy.provisioning.tenant_objects import rfc3339

READY: Final = "Ready"
"""The condition that sums up: "True" when the account can be used."""
NAMESPACE: Final = "NamespaceReady"
LIMITS: Final = "LimitsReady"
POOL: Final = "NodePoolReady"
ACCESS: Final = "AccessReady"
JOIN: Final = "JoinReady"
PARTS: Final[Mapping[str, str]] = {
    NAMESPACE: "The namespace is there.",
    LIMITS: "Quota, container defaults and network policy are in force.",
    POOL: "The node pool is there, if this cluster has node pools.",
    ACCESS: "The rights are granted and the kubeconfig is written.",
    JOIN: "The bootstrap token and the join script are written.",
}
"""The parts of a tenant's account in the order in which they are prepared, and what is said when each is."""

PROVIDED: Final = "Provided"
PREPARING: Final = "Preparing"
FAILED: Final = "Failed"
WITHDRAWN: Final = "Withdrawn"
SUSPENDED: Final = "AccountSuspended"
EXPIRED: Final = "AccountExpired"
UNAPPROVED: Final = "AwaitingApproval"
TERMINATING: Final = "Terminating"
_LONGEST = 1024
"""Characters of a message that the User kind takes."""
_MINE: Final = frozenset({READY, *PARTS})
_GRANTING: Final = frozenset({ACCESS, JOIN})
"""The parts that an account without rights does not have."""


class AccountStatus(msgspec.Struct, frozen=True):
    """How an account stands: the Ready condition's reason and message, and whether it may be used."""

    reason: str
    message: str
    ready: bool = False
    is_expired: bool = False
    parts: tuple[Condition, ...] = ()


def ready(user: User) -> AccountStatus:
    """A tenant who has everything."""
    parts = _parts(user, ())
    return AccountStatus(
        "Prepared", "Namespace, kubeconfig and join script are ready.", ready=True, parts=parts
    )


def preparing(user: User, pending: Collection[str]) -> AccountStatus:
    """A tenant of whom these parts are not as they must be yet.

    A part that failed says so until it is mended. The account stays expired until everything is back.
    """
    parts = _parts(user, pending)
    failed = next((part.message for part in parts if part.reason == FAILED), "")
    reason, message = (FAILED, failed) if failed else (PREPARING, "The account is being prepared.")
    return AccountStatus(reason, message, is_expired=user.expired, parts=parts)


def failed(user: User, part: str, message: str) -> AccountStatus:
    """A step of ``part`` ("" for none) was refused; ``message`` holds no credential."""
    message = message[:_LONGEST]
    news = Condition(part, "False", FAILED, message)
    others = tuple(said for said in user.conditions if said.type in PARTS and said.type != part)
    parts = (*others, news) if part in PARTS else others
    return AccountStatus(FAILED, message, is_expired=user.expired, parts=parts)


def admin_ready() -> AccountStatus:
    """An administrator, who needs nothing prepared."""
    return AccountStatus("Administrator", "Administrators need no namespace of their own.", ready=True)


def suspended(user: User) -> AccountStatus:
    """Somebody set ``spec.suspended``."""
    message = "An administrator has suspended the account; nothing was deleted."
    if user.suspension_reason:
        message += f" The reason: {user.suspension_reason}"
    return AccountStatus(SUSPENDED, message, parts=_withdrawn(user, _GRANTING, WITHDRAWN))


def expired(user: User, leaves: datetime) -> AccountStatus:
    """The account's days are over; it is kept until ``leaves``."""
    message = (
        f"The account's time is over; an administrator can renew it until {rfc3339(leaves)},"
        " after that everything it has is deleted."
    )
    parts = _withdrawn(user, _GRANTING, WITHDRAWN)
    return AccountStatus(EXPIRED, message, is_expired=True, parts=parts)


def leaving(user: User, waits_for: Wait) -> AccountStatus:
    """The User is deleted, or its grace period is over: everything goes."""
    message = f"Everything that the account has is being deleted; waiting for {waits_for}."
    is_expired = user.expired or not user.deleting
    return AccountStatus(
        TERMINATING, message, is_expired=is_expired, parts=_withdrawn(user, PARTS, TERMINATING)
    )


def unapproved(user: User) -> AccountStatus:
    """``spec.approved`` is false."""
    message = "An administrator has to approve the account first."
    return AccountStatus(UNAPPROVED, message, parts=_withdrawn(user, _GRANTING, WITHDRAWN))


def bad_name() -> AccountStatus:
    """The User was made by hand under a name that no namespace can have."""
    return AccountStatus(
        "NameNotUsable",
        "The User's name is not a DNS label of at most 63 characters, so no namespace can be named after it.",
    )


def namespace_taken(name: str) -> AccountStatus:
    """There is a namespace of that name that was not made for this User."""
    return AccountStatus(
        "NamespaceTaken",
        f"There is a namespace {name} that was not made for this account; an administrator has to remove it.",
    )


def namespace_ending(name: str) -> AccountStatus:
    """The namespace is being deleted, from outside or by an earlier end of this account."""
    return AccountStatus(
        "NamespaceEnding", f"The namespace {name} is being deleted; it will be made anew after that."
    )


def settled(user: User) -> bool:
    """Whether everything was ready when the status was last written."""
    return bool(user.effective_time) and _said(user, READY).status == "True"


def withdrawn(user: User) -> bool:
    """Whether the account was without rights when the status was last written."""
    return _said(user, READY).reason in _WITHOUT_RIGHTS


def failure(user: User) -> str | None:
    """The reason why the operator cannot go on, as the status says; None when it can."""
    said = _said(user, READY)
    return said.reason if said.status == "False" and said.reason in _BAD else None


def patch(user: User, wanted: AccountStatus, now: datetime) -> dict[str, Any]:
    """The merge patch for ``status``; empty when there is nothing to say that it does not say."""
    message = "" if wanted.ready else wanted.message
    fields: dict[str, Any] = {}
    if wanted.ready and not user.effective_time:
        fields["effectiveTime"] = rfc3339(now)
    if user.expired != wanted.is_expired:
        fields["expired"] = wanted.is_expired
    if user.status_message != message:
        fields["message"] = message or None  # Kubernetes 1.20 makes a null of "" in place of a text
    mine = [Condition(READY, _status(wanted.ready), wanted.reason, wanted.message), *wanted.parts]
    said = {each.type: each for each in user.conditions if each.type in _MINE}
    if {each.type: _content(each) for each in mine} != {name: _content(each) for name, each in said.items()}:
        fields["conditions"] = [
            *(_written(each, said.get(each.type), now) for each in mine),
            *(_written(each, each, now) for each in user.conditions if each.type not in _MINE),
        ]
    return fields


def news(user: User, wanted: AccountStatus) -> tuple[News, ...]:
    """What an Event tells when `patch` is written: nothing unless the account stands otherwise now."""
    said = _said(user, READY)
    same = (said.status, said.reason) == (_status(wanted.ready), wanted.reason)
    if same and (wanted.reason != FAILED or said.message == wanted.message):
        return ()
    return (News(wanted.reason, wanted.message, warning=wanted.reason in _BAD),)


_WITHOUT_RIGHTS: Final = frozenset({SUSPENDED, EXPIRED, UNAPPROVED})
_BAD: Final = frozenset({FAILED, "NamespaceTaken", "NameNotUsable"})


def _parts(user: User, pending: Collection[str]) -> tuple[Condition, ...]:
    parts = []
    for name, message in PARTS.items():
        said = _said(user, name)
        if name not in pending:
            parts.append(Condition(name, "True", PROVIDED, message))
        elif said.reason == FAILED:
            parts.append(said)
        else:
            parts.append(Condition(name, "False", PREPARING, "Not ready yet."))
    return tuple(parts)


def _withdrawn(user: User, which: Collection[str], reason: str) -> tuple[Condition, ...]:
    """The parts that were there once, without those that go."""
    return tuple(
        Condition(said.type, "False", reason, "Taken away with the account's rights.")
        if said.type in which
        else said
        for said in user.conditions
        if said.type in PARTS
    )


def _said(user: User, name: str) -> Condition:
    return next((each for each in user.conditions if each.type == name), Condition(name, ""))


def _status(ready: bool) -> str:
    return "True" if ready else "False"


def _content(condition: Condition) -> tuple[str, str, str]:
    return condition.status, condition.reason, condition.message


def _written(condition: Condition, said: Condition | None, now: datetime) -> dict[str, str]:
    same = said is not None and said.status == condition.status and said.since != ""
    return {
        "type": condition.type,
        "status": condition.status,
        "reason": condition.reason,
        "message": condition.message,
        "lastTransitionTime": said.since if same and said is not None else rfc3339(now),
    }
