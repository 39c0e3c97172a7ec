"""Privilege escalation prevention: users cannot grant permissions that they lack.

Source: k8s.io/kubernetes, pkg/registry/rbac/*/policybased and pkg/registry/rbac/validation, v1.20.
"""

from __future__ import annotations

from collections.abc import Iterable

from apimachinery.errors import StatusError
from kubesim.authorization.authorizer import Authorizer
from kubesim.authorization.rules import EVERYTHING, RequestAttributes, Rule, missing, quoted, text
from kubesim.errors import statuses
from kubesim.machinery.lookup import RBAC_GROUP, Lookup, Object
from kubesim.machinery.users import MASTERS, UserInfo

_ROLE_PLURALS = {"ClusterRole": "clusterroles", "Role": "roles"}
_BINDING_PLURALS = ("clusterrolebindings", "rolebindings")


def check(
    authorizer: Authorizer,
    lookup: Lookup,
    user: UserInfo,
    plural: str,
    obj: Object,
    *,
    old: Object | None = None,
) -> None:
    """Raise 403 for a role or binding that grants more than ``user`` has.

    Other kinds pass. ``old`` is the object before an update; an update of fields for garbage collection
    alone passes.
    """
    if MASTERS in user.groups or (old is not None and _only_for_collection(old, obj)):
        return
    if plural in _ROLE_PLURALS.values():
        _check_role(authorizer, user, plural, obj)
    elif plural in _BINDING_PLURALS:
        _check_binding(authorizer, lookup, user, plural, obj)


def _check_role(authorizer: Authorizer, user: UserInfo, plural: str, obj: Object) -> None:
    namespace, name = _place(obj)
    attributes = RequestAttributes("escalate", RBAC_GROUP, plural, "", namespace, name)
    if authorizer.decide(user, attributes).allowed:
        return
    if obj.get("aggregationRule") and missing(authorizer.rbac.rules_for(user, "").rules, EVERYTHING):
        why = "must have cluster-admin privileges to use the aggregationRule"
        raise statuses.forbidden(RBAC_GROUP, plural, name, why)
    _confirm(authorizer, user, plural, obj, obj.get("rules") or ())


def _check_binding(authorizer: Authorizer, lookup: Lookup, user: UserInfo, plural: str, obj: Object) -> None:
    namespace, _ = _place(obj)
    ref = obj["roleRef"]
    roles = _ROLE_PLURALS[ref["kind"]]
    attributes = RequestAttributes("bind", RBAC_GROUP, roles, "", namespace, ref["name"])
    if authorizer.decide(user, attributes).allowed:
        return
    role = lookup.get(RBAC_GROUP, roles, "" if roles == "clusterroles" else namespace, ref["name"])
    if role is None:
        raise statuses.not_found(RBAC_GROUP, roles, ref["name"])
    _confirm(authorizer, user, plural, obj, role.get("rules") or ())


def _confirm(
    authorizer: Authorizer, user: UserInfo, plural: str, obj: Object, wanted: Iterable[Rule]
) -> None:
    namespace, name = _place(obj)
    held = authorizer.rbac.rules_for(user, namespace)
    lacking = missing(held.rules, wanted)
    if lacking:
        raise _forbidden(user, plural, name, lacking, held.resolution_error)


def _forbidden(user: UserInfo, plural: str, name: str, lacking: list[Rule], error: str) -> StatusError:
    rules = "\n".join(map(text, lacking))
    why = (
        f'user "{user.name}" (groups={quoted(user.groups)})'
        f" is attempting to grant RBAC permissions not currently held:\n{rules}"
    )
    return statuses.forbidden(
        RBAC_GROUP, plural, name, f"{why}; resolution errors: [{error}]" if error else why
    )


def _only_for_collection(old: Object, new: Object) -> bool:
    return _without_owners(old) == _without_owners(new)


def _without_owners(obj: Object) -> Object:
    ignored = ("ownerReferences", "finalizers", "managedFields", "resourceVersion")
    metadata = {key: value for key, value in obj["metadata"].items() if key not in ignored}
    return {**obj, "metadata": metadata}


def _place(obj: Object) -> tuple[str, str]:
    return obj["metadata"].get("namespace", ""), obj["metadata"].get("name", "")
