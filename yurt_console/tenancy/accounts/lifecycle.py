"""Phase of an account and its next transition, computed from its User and the time. Pure.

`principals.AccountState` is what an account may do; a `Phase` is its stage of life, for display. The API, the
page and ``yurt-console users`` show `of`. It uses the calendar, so a slow operator delays no phase.
"""

from __future__ import annotations

import enum
from datetime import datetime, timedelta
from typing import Final

import msgspec

from yurt_console.rows import User
from yurt_console.tenancy.identity import principals
from yurt_console.tenancy.identity.principals import AccountState
from yurt_console.tenancy.provisioning import conditions

WARNING: Final = timedelta(days=3)
"""How long before its end an account is `EXPIRING`."""


class Phase(enum.Enum):
    """Stage of life of an account."""

    PENDING_APPROVAL = "pending-approval"
    """An administrator has to approve it."""
    PREPARING = "preparing"
    """The operator provisions it: new, renewed or resumed."""
    FAILED = "failed"
    """A step of the operator fails; ``message`` holds the cause."""
    READY = "ready"
    EXPIRING = "expiring"
    """Ready, and it ends within `WARNING`."""
    EXPIRED = "expired"
    """It has expired, and the operator has not revoked its rights yet."""
    GRACE = "grace"
    """It has expired; its objects stay until the grace period ends."""
    SUSPENDED = "suspended"
    TERMINATING = "terminating"
    """Its objects are being deleted."""


class Next(enum.Enum):
    """Next transition of an account."""

    NOTHING = ""
    APPROVAL = "approval"
    """An administrator approves it, or deletes it."""
    READINESS = "readiness"
    RETRY = "retry"
    """The operator retries."""
    REPAIR = "repair"
    """An administrator has to fix the cause."""
    WARNING = "warning"
    EXPIRY = "expiry"
    REVOCATION = "revocation"
    """The operator revokes its rights."""
    TEARDOWN = "teardown"
    """Its objects are deleted, unless it is renewed before."""
    RESUMPTION = "resumption"
    """An administrator resumes it, or deletes it."""
    END = "end"
    """The User is deleted, last."""


SENTENCES: Final = {
    Next.NOTHING: "nothing is due",
    Next.APPROVAL: "an administrator has to approve it",
    Next.READINESS: "the operator provisions it",
    Next.RETRY: "the operator retries",
    Next.REPAIR: "an administrator has to fix the cause",
    Next.WARNING: "a notice of its end",
    Next.EXPIRY: "it expires and loses its rights",
    Next.REVOCATION: "the operator revokes its rights",
    Next.TEARDOWN: "all its objects are deleted",
    Next.RESUMPTION: "an administrator may resume it",
    Next.END: "the account is deleted after its objects",
}


class Outlook(msgspec.Struct, frozen=True):
    """The phase and the next transition; ``at`` is None when it does not depend on time."""

    phase: Phase
    next: Next
    at: datetime | None = None


def of(user: User, now: datetime, grace: timedelta) -> Outlook:
    """The outlook of ``user`` at ``now`` (aware) with a grace period of ``grace``."""
    ends = principals.ends(user)
    deadline = None if ends is None else ends + grace
    if user.deleting or (deadline is not None and now >= deadline):
        return Outlook(Phase.TERMINATING, Next.END)
    if user.suspended:
        return Outlook(Phase.SUSPENDED, Next.RESUMPTION if deadline is None else Next.TEARDOWN, deadline)
    if ends is not None and now >= ends:
        if user.expired:
            return Outlook(Phase.GRACE, Next.TEARDOWN, deadline)
        return Outlook(Phase.EXPIRED, Next.REVOCATION)
    if not user.approved:
        return Outlook(Phase.PENDING_APPROVAL, Next.APPROVAL)
    return _begun(user, now, ends)


def _begun(user: User, now: datetime, ends: datetime | None) -> Outlook:
    """The outlook of an approved account before its end."""
    failure = conditions.failure(user)
    if failure is not None:
        return Outlook(Phase.FAILED, Next.RETRY if failure == conditions.FAILED else Next.REPAIR)
    # A renewed account has the status expired until everything is restored.
    if principals.of(user, now).state is not AccountState.READY or conditions.was_revoked(user):
        return Outlook(Phase.PREPARING, Next.READINESS)
    if ends is None:
        return Outlook(Phase.READY, Next.NOTHING)
    if now < ends - WARNING:
        return Outlook(Phase.READY, Next.WARNING, ends - WARNING)
    return Outlook(Phase.EXPIRING, Next.EXPIRY, ends)
