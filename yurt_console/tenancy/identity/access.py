"""What a principal may see and do: pure decisions, each refusal naming the right that is missing.

One text, the *scope*, serves a tenant everywhere: it is the User's name, its namespace and the value
of the tenant label on its nodes and pools. Rows whose scope is "" are nobody's; only administrators
see those. Kubernetes' own RBAC is the second wall behind these rules.
"""

from __future__ import annotations

from apimachinery.errors import ForbiddenError
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
    """Raise `Forbidden` unless the account is ready; the cause is ``AccountExpired``,
    ``AccountSuspended``, ``AccountTerminating``, ``AccountPendingApproval`` or ``AccountPreparing``.
    """
    if principal.state is not AccountState.READY:
        cause, message = _REFUSALS[principal.state]
        raise ForbiddenError.of(message, cause=cause)


def require_admin(principal: Principal) -> None:
    """Raise `Forbidden` unless this is an administrator."""
    if principal.role != ADMIN:
        raise ForbiddenError.of(
            f"account {principal.name} has no right to administer accounts; only administrators have it",
            cause="AdministratorsOnly",
        )


def scope(principal: Principal) -> str | None:
    """The one scope this principal sees; None is everything. Raises `Forbidden` for those who see nothing."""
    require_active(principal)
    if principal.role == ADMIN:
        return None
    if not principal.namespace:
        raise ForbiddenError.of(f"account {principal.name} has no namespace", cause="AccountPreparing")
    return principal.namespace


def namespace(principal: Principal, asked: str) -> str | None:
    """The namespace that ``asked`` ("" when left out) means for this principal; None is all of them.

    Raises `Forbidden`, naming the right, when a tenant asks for another's.
    """
    own = scope(principal)
    if own is None:
        return asked or None
    if asked not in ("", own):
        raise ForbiddenError.of(
            f"account {principal.name} has no right to look into namespace {asked!r}; its own is {own!r}",
            field="namespace",
            cause="NamespaceForbidden",
        )
    return own


def sees(principal: Principal, row_scope: str) -> bool:
    """Whether rows of this scope are for this principal's eyes."""
    if principal.state is not AccountState.READY:
        return False
    return principal.role == ADMIN or (row_scope != "" and row_scope == principal.namespace)
