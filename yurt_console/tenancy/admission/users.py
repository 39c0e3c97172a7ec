"""Admission of Users that the console writes: registration of tenants, and new tokens.

The console writes as its own ServiceAccount; on behalf of administrators it writes as theirs, which may
change the terms of tenants' accounts. Neither may create an administrator or change an administrator's
account: that is possible from outside the console only.
"""

from __future__ import annotations

from yurt_console.tenancy import naming
from yurt_console.tenancy.admission.review import ALLOWED, Object, Request, Verdict, refused
from yurt_console.tenancy.identity.principals import ADMIN, ADMIN_ACCOUNT, TENANT

_REGISTERED = frozenset(
    {
        "email",
        "mobilephone",
        "organization",
        "token",
        "tokenGeneration",
        "role",
        "approved",
        "suspended",
        "validPeriod",
        "maxNodeNum",
        "quota",
    }
)
_REPLACED = frozenset({"token", "tokenGeneration"})
_TERMS = _REPLACED | {"approved", "suspended", "suspensionReason", "validPeriod", "maxNodeNum", "quota"}
_METADATA = ("labels", "annotations", "finalizers", "ownerReferences")


def administrators(console: str) -> str:
    """The user name of the administrators' ServiceAccount, derived from the console's."""
    return f"{console.rpartition(':')[0]}:{ADMIN_ACCOUNT}"


def of_user(request: Request, console: str) -> Verdict:
    """Creation or update of a User. ``console``: user name of the console's ServiceAccount."""
    found, before = request.object or {}, request.old_object or {}
    made = request.operation == "CREATE"
    if request.user_info.username == console:
        return _made(found) if made else _changed(found, before, _REPLACED)
    if request.user_info.username == administrators(console):
        if made or (before.get("spec") or {}).get("role") == ADMIN:
            return refused("administrators' accounts are created and changed with yurt-console users only")
        return _changed(found, before, _TERMS)
    return ALLOWED


def _made(found: Object) -> Verdict:
    spec, metadata = found.get("spec") or {}, found.get("metadata") or {}
    reasons = []
    if spec.get("role") not in (None, TENANT):
        reasons.append("the console registers tenants only; create administrators with yurt-console users")
    if others := sorted(set(spec) - _REGISTERED):
        reasons.append(f"the console does not write {', '.join(others)}")
    name = metadata.get("name", "")
    if naming.node_prefix(name) != name:
        reasons.append("the name of a registered account is user- and 20 hexadecimal digits")
    if metadata.get("finalizers") or metadata.get("ownerReferences"):
        reasons.append("the console sets no finalizers and no owners on accounts")
    return Verdict(refusals=tuple(reasons))


def _changed(found: Object, before: Object, allowed: frozenset[str]) -> Verdict:
    now, then = found.get("spec") or {}, before.get("spec") or {}
    changed = {field for field in {*now, *then} if now.get(field) != then.get(field)} - allowed
    metadata, old = found.get("metadata") or {}, before.get("metadata") or {}
    changed |= {part for part in _METADATA if metadata.get(part) != old.get(part)}
    if changed:
        return refused(f"the console does not change {', '.join(sorted(changed))} of an account")
    return ALLOWED
