"""Who is asking: the part of an account that decisions are made on, and the state it is in."""

from __future__ import annotations

import enum
from datetime import datetime, timedelta
from typing import Final

import msgspec

from apimachinery.times import parse_time
from yurt_console.rows import User

TENANT: Final = "tenant"
ADMIN: Final = "admin"
ADMIN_ACCOUNT: Final = "yurt-console-admin"
"""The ServiceAccount of all administrators, in the namespace that the console is in."""


class AccountState(enum.Enum):
    """What an account may do now; only `READY` may do anything beyond looking at itself."""

    READY = "ready"
    PENDING_APPROVAL = "pending-approval"
    """An administrator has to approve it."""
    PREPARING = "preparing"
    """The operator has not finished yet."""
    EXPIRED = "expired"
    SUSPENDED = "suspended"
    TERMINATING = "terminating"
    """The User is being deleted."""


class Principal(msgspec.Struct, frozen=True):
    """An account as far as access is concerned; holds no credential, so it may be logged."""

    name: str
    uid: str
    email: str
    role: str
    """`TENANT` or `ADMIN`."""
    namespace: str
    """The tenant's own namespace, "" while there is none and for administrators."""
    state: AccountState
    session_generation: int


def of(user: User, now: datetime) -> Principal:
    """The principal that ``user`` is at ``now`` (aware).

    ``spec.namespace`` counts only when it is the User's own name: that is the only namespace the
    operator ever makes for it, so an edited spec cannot open somebody else's.
    """
    role = ADMIN if user.role == ADMIN else TENANT
    own = role == TENANT and user.tenant_namespace == user.name
    return Principal(
        name=user.name,
        uid=user.uid,
        email=user.email,
        role=role,
        namespace=user.name if own else "",
        state=_state(user, role, own, now),
        session_generation=user.token_generation,
    )


def _state(user: User, role: str, own_namespace: bool, now: datetime) -> AccountState:
    if user.deleting:
        return AccountState.TERMINATING
    if user.suspended:
        return AccountState.SUSPENDED
    if expired(user, now):
        return AccountState.EXPIRED
    if not user.approved:
        return AccountState.PENDING_APPROVAL
    if role == TENANT and not (own_namespace and user.effective_time):
        return AccountState.PREPARING
    return AccountState.READY


def expired(user: User, now: datetime) -> bool:
    """Whether the account's time is over, by its status or by the calendar, whichever says so first."""
    end = ends(user)
    return user.expired or (end is not None and now >= end)


def ends(user: User) -> datetime | None:
    """When the account ends; None while it has not begun, and for ever when ``valid_period`` is 0."""
    if user.valid_period <= 0:
        return None
    begun = parse_time(user.effective_time)
    return begun + timedelta(days=user.valid_period) if begun else None
