"""Computes the status of a User: Ready and its part conditions, message, effectiveTime, expired. Pure.

`patch` is empty when the status is as wanted, so an idle operator writes nothing. ``effectiveTime`` is set
once, when everything is first ready, and never moved. ``Ready`` sums up the conditions of `PARTS`, which say
how far the preparation is and what failed. ``docs/operations/run.md`` lists the reasons.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Final

import msgspec

from apimachinery.times import rfc3339
from yurt_console.rows import Condition, User
from yurt_console.tenancy.provisioning.steps import AccountEvent, Wait

READY: Final = "Ready"
"""The summary: "True" when the account can be used."""
NAMESPACE: Final = "NamespaceReady"
LIMITS: Final = "LimitsReady"
POOL: Final = "NodePoolReady"
ACCESS: Final = "AccessReady"
JOIN: Final = "JoinReady"
PARTS: Final[Mapping[str, str]] = {
    NAMESPACE: "The namespace exists.",
    LIMITS: "Quota, container defaults and network policy are in force.",
    POOL: "The node pool exists, if the cluster has node pools.",
    ACCESS: "The rights are granted and the kubeconfig is written.",
    JOIN: "The bootstrap token and the join script are written.",
}
"""The parts of a tenant's account in the order of preparation, and the message when one is ready."""

PROVIDED: Final = "Provided"
PREPARING: Final = "Preparing"
FAILED: Final = "Failed"
WITHDRAWN: Final = "Withdrawn"
SUSPENDED: Final = "AccountSuspended"
EXPIRED: Final = "AccountExpired"
UNAPPROVED: Final = "AwaitingApproval"
TERMINATING: Final = "Terminating"
_LONGEST = 1024
"""Characters of a message that the User kind accepts."""
_MINE: Final = frozenset({READY, *PARTS})
_REVOCABLE: Final = frozenset({ACCESS, JOIN})
"""The parts that suspension and expiry revoke."""


class AccountStatus(msgspec.Struct, frozen=True):
    """The wanted status: reason and message of Ready, whether it is "True", the parts."""

    reason: str
    message: str
    ready: bool = False
    is_expired: bool = False
    parts: tuple[Condition, ...] = ()


def ready(user: User) -> AccountStatus:
    """A tenant's account with every part ready."""
    parts = _parts(user, ())
    return AccountStatus(
        "Prepared", "Namespace, kubeconfig and join script are ready.", ready=True, parts=parts
    )


def preparing(user: User, pending: Collection[str]) -> AccountStatus:
    """A tenant's account with ``pending`` parts.

    A part that failed keeps that reason until it is ready. The account stays expired until every part is.
    """
    parts = _parts(user, pending)
    failed = next((part.message for part in parts if part.reason == FAILED), "")
    reason, message = (FAILED, failed) if failed else (PREPARING, "The account is being prepared.")
    return AccountStatus(reason, message, is_expired=user.expired, parts=parts)


def failed(user: User, part: str, message: str) -> AccountStatus:
    """The API server refused a step of ``part`` ("" for none); ``message`` holds no credential."""
    message = message[:_LONGEST]
    new = Condition(part, "False", FAILED, message)
    others = tuple(stored for stored in user.conditions if stored.type in PARTS and stored.type != part)
    parts = (*others, new) if part in PARTS else others
    return AccountStatus(FAILED, message, is_expired=user.expired, parts=parts)


def admin_ready() -> AccountStatus:
    """An administrator's account: nothing has to be prepared."""
    return AccountStatus("Administrator", "Administrators need no namespace of their own.", ready=True)


def suspended(user: User) -> AccountStatus:
    """``spec.suspended`` is true."""
    message = "An administrator has suspended the account; nothing was deleted."
    if user.suspension_reason:
        message += f" The reason: {user.suspension_reason}"
    return AccountStatus(SUSPENDED, message, parts=_withdrawn(user, _REVOCABLE, WITHDRAWN))


def expired(user: User, deadline: datetime) -> AccountStatus:
    """The account has expired; its objects are kept until ``deadline``."""
    message = (
        f"The account's time is over; an administrator can renew it until {rfc3339(deadline)},"
        " after that all its objects are deleted."
    )
    parts = _withdrawn(user, _REVOCABLE, WITHDRAWN)
    return AccountStatus(EXPIRED, message, is_expired=True, parts=parts)


def terminating(user: User, waits_for: Wait) -> AccountStatus:
    """The User is deleted, or its grace period is over: everything is being deleted."""
    message = f"Everything that the account has is being deleted; waiting for {waits_for}."
    is_expired = user.expired or not user.deleting
    return AccountStatus(
        TERMINATING, message, is_expired=is_expired, parts=_withdrawn(user, PARTS, TERMINATING)
    )


def unapproved(user: User) -> AccountStatus:
    """``spec.approved`` is false."""
    message = "An administrator has to approve the account first."
    return AccountStatus(UNAPPROVED, message, parts=_withdrawn(user, _REVOCABLE, WITHDRAWN))


def bad_name() -> AccountStatus:
    """The User has a name that no namespace can have."""
    return AccountStatus(
        "NameNotUsable",
        "The User's name is not a DNS label of at most 63 characters, so no namespace can be named after it.",
    )


def namespace_taken(name: str) -> AccountStatus:
    """Another client created a namespace of that name."""
    return AccountStatus(
        "NamespaceTaken",
        f"There is a namespace {name} that was not made for this account; an administrator has to remove it.",
    )


def namespace_terminating(name: str) -> AccountStatus:
    """The namespace is being deleted, by another client or by an earlier end of this account."""
    return AccountStatus(
        "NamespaceTerminating", f"The namespace {name} is being deleted; it will be created again after that."
    )


def was_ready(user: User) -> bool:
    """Whether every part was ready when the status was last written."""
    return bool(user.effective_time) and _stored(user, READY).status == "True"


def was_revoked(user: User) -> bool:
    """Whether the rights were revoked when the status was last written."""
    return _stored(user, READY).reason in _WITHOUT_RIGHTS


def failure(user: User) -> str | None:
    """The stored reason why the operator cannot go on; None when it can."""
    stored = _stored(user, READY)
    return stored.reason if stored.status == "False" and stored.reason in _BAD else None


def patch(user: User, wanted: AccountStatus, now: datetime) -> dict[str, Any]:
    """The merge patch for ``status``; empty when the status is as wanted."""
    message = "" if wanted.ready else wanted.message
    fields: dict[str, Any] = {}
    if wanted.ready and not user.effective_time:
        fields["effectiveTime"] = rfc3339(now)
    if user.expired != wanted.is_expired:
        fields["expired"] = wanted.is_expired
    if user.status_message != message:
        fields["message"] = message or None  # Kubernetes 1.20 makes a null of "" in place of a text
    mine = [Condition(READY, _status(wanted.ready), wanted.reason, wanted.message), *wanted.parts]
    stored = {each.type: each for each in user.conditions if each.type in _MINE}
    if {each.type: _content(each) for each in mine} != {
        name: _content(each) for name, each in stored.items()
    }:
        fields["conditions"] = [
            *(_written(each, stored.get(each.type), now) for each in mine),
            *(_written(each, each, now) for each in user.conditions if each.type not in _MINE),
        ]
    return fields


def events(user: User, wanted: AccountStatus) -> tuple[AccountEvent, ...]:
    """The Events to record when `patch` is written: none while Ready keeps its status and reason."""
    stored = _stored(user, READY)
    same = (stored.status, stored.reason) == (_status(wanted.ready), wanted.reason)
    if same and (wanted.reason != FAILED or stored.message == wanted.message):
        return ()
    return (AccountEvent(wanted.reason, wanted.message, warning=wanted.reason in _BAD),)


_WITHOUT_RIGHTS: Final = frozenset({SUSPENDED, EXPIRED, UNAPPROVED})
_BAD: Final = frozenset({FAILED, "NamespaceTaken", "NameNotUsable"})


def _parts(user: User, pending: Collection[str]) -> tuple[Condition, ...]:
    parts = []
    for name, message in PARTS.items():
        stored = _stored(user, name)
        if name not in pending:
            parts.append(Condition(name, "True", PROVIDED, message))
        elif stored.reason == FAILED:
            parts.append(stored)
        else:
            parts.append(Condition(name, "False", PREPARING, "Not ready yet."))
    return tuple(parts)


def _withdrawn(user: User, which: Collection[str], reason: str) -> tuple[Condition, ...]:
    """The stored parts; those of ``which`` with status "False" and ``reason``."""
    return tuple(
        Condition(stored.type, "False", reason, "Revoked with the account's rights.")
        if stored.type in which
        else stored
        for stored in user.conditions
        if stored.type in PARTS
    )


def _stored(user: User, name: str) -> Condition:
    return next((each for each in user.conditions if each.type == name), Condition(name, ""))


def _status(ready: bool) -> str:
    return "True" if ready else "False"


def _content(condition: Condition) -> tuple[str, str, str]:
    return condition.status, condition.reason, condition.message


def _written(condition: Condition, stored: Condition | None, now: datetime) -> dict[str, str]:
    same = stored is not None and stored.status == condition.status and stored.since != ""
    return {
        "type": condition.type,
        "status": condition.status,
        "reason": condition.reason,
        "message": condition.message,
        "lastTransitionTime": stored.since if same and stored is not None else rfc3339(now),
    }
