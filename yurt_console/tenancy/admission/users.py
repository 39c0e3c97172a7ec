"""Users that the console itself writes: it registers tenants and replaces tokens, and that is all.

What administrators do in the console is written as them, not as the console's own account.
"""

from __future__ import annotations

from yurt_console.tenancy import node_names
from yurt_console.tenancy.admission.review import ALLOWED, Object, Request, Verdict, refused
from yurt_console.tenancy.principals import TENANT

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
    }
)
_REPLACED = frozenset({"token", "tokenGeneration"})
_METADATA = ("labels", "annotations", "finalizers", "ownerReferences")


def of_user(request: Request, console: str) -> Verdict:
    """A User that is made or changed; ``console``: the user name of the console's own account."""
    if request.user_info.username != console:
        return ALLOWED
    found = request.object or {}
    return _made(found) if request.operation == "CREATE" else _changed(found, request.old_object or {})


def _made(found: Object) -> Verdict:
    spec, metadata = found.get("spec") or {}, found.get("metadata") or {}
    reasons = []
    if spec.get("role") not in (None, TENANT):
        reasons.append("the console registers tenants only; administrators are made with yurt-console users")
    if others := sorted(set(spec) - _REGISTERED):
        reasons.append(f"the console does not write {', '.join(others)}")
    name = metadata.get("name", "")
    if node_names.prefix(name) != name:
        reasons.append("a registered account is called user- and 20 hexadecimal digits")
    if metadata.get("finalizers") or metadata.get("ownerReferences"):
        reasons.append("the console gives accounts no finalizers and no owners")
    return Verdict(refusals=tuple(reasons))


def _changed(found: Object, before: Object) -> Verdict:
    now, then = found.get("spec") or {}, before.get("spec") or {}
    changed = {field for field in {*now, *then} if now.get(field) != then.get(field)} - _REPLACED
    metadata, old = found.get("metadata") or {}, before.get("metadata") or {}
    changed |= {part for part in _METADATA if metadata.get(part) != old.get(part)}
    if changed:
        return refused(f"the console does not change {', '.join(sorted(changed))} of an account")
    return ALLOWED
