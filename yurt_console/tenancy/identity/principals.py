"""Principals: who makes a request, for which tenant, and what it may see.

A *principal* makes requests. An *account* is a User object and its life. A *tenant* is the unit of isolation:
its namespace, nodes and node pool have its name, which is the *scope* of their rows. Each account is one
principal, and has at most one tenant of the same name; `of` alone relies on that.
"""

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
    """What an account may do. All states but `READY` allow only to read and delete the own account."""

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
    """The authenticated client of a request. Holds no credential, so it may be logged."""

    subject: str
    """Name of its User: its identity in logs and in the API server's audit log."""
    uid: str
    """The User's."""
    email: str
    role: str
    """`TENANT` or `ADMIN`."""
    tenant: str
    """Its own tenant, "" while that has no namespace and for administrators."""
    scopes: frozenset[str] | None
    """The scopes that it may see; None for everything."""
    state: AccountState
    session_generation: int


def of(user: User, now: datetime) -> Principal:
    """The principal of an account at ``now`` (aware).

    ``spec.namespace`` counts only when it is the User's own name: the operator creates no other namespace
    for it, so an edited spec grants no access to other namespaces.
    """
    role = ADMIN if user.role == ADMIN else TENANT
    own = role == TENANT and user.tenant_namespace == user.name
    tenant = user.name if own else ""
    return Principal(
        subject=user.name,
        uid=user.uid,
        email=user.email,
        role=role,
        tenant=tenant,
        scopes=None if role == ADMIN else frozenset({tenant} - {""}),
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
    """Whether the account has expired, by its status or by the calendar, whichever is first."""
    end = ends(user)
    return user.expired or (end is not None and now >= end)


def ends(user: User) -> datetime | None:
    """When the account expires; None while it has not begun, and for never (``valid_period`` 0)."""
    if user.valid_period <= 0:
        return None
    begun = parse_time(user.effective_time)
    return begun + timedelta(days=user.valid_period) if begun else None
