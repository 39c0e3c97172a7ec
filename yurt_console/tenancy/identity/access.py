"""Authorization: the scopes that a principal may see. Refusals name the missing permission. Pure.

The scope of a row is its tenant: the name of its namespace, or the tenant label of nodes and pools. Rows
with scope "" belong to no tenant; only administrators see them. Kubernetes' RBAC is a second, independent
check.
"""

from __future__ import annotations

from apimachinery.errors import BadRequestError, ForbiddenError
from yurt_console.tenancy.identity.principals import ADMIN, AccountState, Principal

_REFUSALS = {
    AccountState.EXPIRED: ("AccountExpired", "the account has expired"),
    AccountState.SUSPENDED: ("AccountSuspended", "the account is suspended"),
    AccountState.TERMINATING: ("AccountTerminating", "the account is being deleted"),
    AccountState.PENDING_APPROVAL: (
        "AccountPendingApproval",
        "an administrator has to approve the account first",
    ),
    AccountState.PREPARING: ("AccountPreparing", "the account is still being prepared"),
}


def require_active(principal: Principal) -> None:
    """Raise `ForbiddenError` unless the account is ready; the cause is ``AccountExpired``,
    ``AccountSuspended``, ``AccountTerminating``, ``AccountPendingApproval`` or ``AccountPreparing``.
    """
    if principal.state is not AccountState.READY:
        cause, message = _REFUSALS[principal.state]
        raise ForbiddenError.of(message, cause=cause)


def require_admin(principal: Principal) -> None:
    """Raise `ForbiddenError` unless this is an administrator."""
    if principal.role != ADMIN:
        raise ForbiddenError.of(
            f"account {principal.subject} has no right to administer accounts; only administrators have it",
            cause="AdministratorsOnly",
        )


def scopes(principal: Principal) -> frozenset[str] | None:
    """The scopes that the principal may see, at least one; None for all. Raises `ForbiddenError`."""
    require_active(principal)
    if principal.scopes is None:
        return None
    if not principal.scopes:
        raise ForbiddenError.of(f"account {principal.subject} has no namespace", cause="AccountPreparing")
    return principal.scopes


def namespace(principal: Principal, requested: str) -> str | None:
    """The namespace that ``requested`` ("" when left out) means for this principal; None for all.

    Left out, it is the principal's own tenant, or its only scope. Raises `ForbiddenError` for one that it may
    not see, and `BadRequestError` when one has to be chosen.
    """
    allowed = scopes(principal)
    if allowed is None:
        return requested or None
    if requested == "":
        return _default(principal, allowed)
    if requested not in allowed:
        raise ForbiddenError.of(
            f"account {principal.subject} has no right to look into namespace {requested!r};"
            f" {_listed(allowed)}",
            field="namespace",
            cause="NamespaceForbidden",
        )
    return requested


def requested_scopes(principal: Principal, requested: str) -> frozenset[str] | None:
    """The scopes that a namespace ``requested`` ("" when left out) means; None for all.

    Left out, they are all that the principal may see. Raises `ForbiddenError` for one that it may not see.
    """
    if requested == "":
        return scopes(principal)
    scope = namespace(principal, requested)
    return None if scope is None else frozenset({scope})


def sees(principal: Principal, row_scope: str) -> bool:
    """Whether the principal may see rows of this scope."""
    if principal.state is not AccountState.READY:
        return False
    return principal.scopes is None or (row_scope != "" and row_scope in principal.scopes)


def _default(principal: Principal, allowed: frozenset[str]) -> str:
    if principal.tenant in allowed:
        return principal.tenant
    if len(allowed) == 1:
        return next(iter(allowed))
    raise BadRequestError.of(f"namespace: must be given; {_listed(allowed)}", field="namespace")


def _listed(allowed: frozenset[str]) -> str:
    if len(allowed) == 1:
        return f"its own is {next(iter(allowed))!r}"
    return f"its own are {', '.join(map(repr, sorted(allowed)))}"
