"""SelfSubjectAccessReview, SubjectAccessReview, LocalSubjectAccessReview and SelfSubjectRulesReview.

Nothing is stored: each returns the posted object with its status.
Source: k8s.io/kubernetes, pkg/registry/authorization, v1.20.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from apimachinery.errors import StatusCause
from kubesim.authorization.authorizer import Authorizer
from kubesim.authorization.rules import EVERYTHING, RequestAttributes, Rule
from kubesim.errors import field_errors, statuses
from kubesim.machinery.lookup import Object
from kubesim.machinery.users import MASTERS, UserInfo, is_node

_GROUP = "authorization.k8s.io"
_RESOURCE = {
    "verb": "verb",
    "group": "group",
    "resource": "resource",
    "subresource": "subresource",
    "namespace": "namespace",
    "name": "name",
}


def self_subject_access(authorizer: Authorizer, user: UserInfo, review: Object) -> Object:
    """SelfSubjectAccessReview. Raises `StatusError` when it is malformed."""
    spec = review.get("spec") or {}
    _check(_attributes_problems(spec))
    return _answered(authorizer, user, review, spec)


def subject_access(authorizer: Authorizer, review: Object, namespace: str = "") -> Object:
    """SubjectAccessReview; LocalSubjectAccessReview with a namespace. Raises `StatusError`."""
    spec = review.get("spec") or {}
    problems = _attributes_problems(spec)
    if not spec.get("user") and not spec.get("groups"):
        problems.append(
            field_errors.invalid_value("spec.user", "", "at least one of user or group must be specified")
        )
    attributes = spec.get("resourceAttributes") or {}
    if namespace and not problems and attributes.get("namespace", "") != namespace:
        field = "spec.resourceAttributes.namespace"
        problems.append(
            field_errors.invalid_value(
                field, attributes.get("namespace", ""), "must match metadata.namespace"
            )
        )
    _check(problems)
    extra = {key: tuple(values) for key, values in (spec.get("extra") or {}).items()}
    user = UserInfo(spec.get("user", ""), tuple(spec.get("groups") or ()), spec.get("uid", ""), extra)
    return _answered(authorizer, user, review, spec)


def self_subject_rules(authorizer: Authorizer, user: UserInfo, review: Object) -> Object:
    """SelfSubjectRulesReview. Raises `StatusError` without a namespace."""
    namespace = (review.get("spec") or {}).get("namespace", "")
    if not namespace:
        raise statuses.bad_request("no namespace on request")
    held = authorizer.rbac.rules_for(user, namespace)
    rules: list[Rule] = [*held.rules, *(EVERYTHING if MASTERS in user.groups else ())]
    error = held.error
    if is_node(user):
        error = " ".join(filter(None, ("node authorizer does not support user rule resolution", error)))
    status: Object = {
        "resourceRules": _listed(rules, ("verbs", "apiGroups", "resources", "resourceNames")),
        "nonResourceRules": _listed(rules, ("verbs", "nonResourceURLs")),
        "incomplete": is_node(user),
    }
    if error:
        status["evaluationError"] = error
    return {**review, "metadata": {"creationTimestamp": None}, "spec": {}, "status": status}


def _listed(rules: list[Rule], fields: tuple[str, ...]) -> list[dict[str, Any]]:
    """The rules of one type without duplicates."""
    listed: list[dict[str, Any]] = []
    for rule in rules:
        go_text = {field: rule[field] for field in fields if rule.get(field)}
        if rule.get(fields[-1] if len(fields) == 2 else "resources") and go_text not in listed:
            listed.append(go_text)
    return listed


def _answered(authorizer: Authorizer, user: UserInfo, review: Object, spec: Mapping[str, Any]) -> Object:
    decision = authorizer.decide(user, _attributes(spec))
    status: Object = {"allowed": decision.allowed}
    if decision.reason:
        status["reason"] = decision.reason
    metadata = {**(review.get("metadata") or {}), "creationTimestamp": None}
    return {**review, "metadata": metadata, "spec": spec, "status": status}


def _attributes(spec: Mapping[str, Any]) -> RequestAttributes:
    if spec.get("nonResourceAttributes"):
        attributes = spec["nonResourceAttributes"]
        return RequestAttributes(attributes.get("verb", ""), path=attributes.get("path", "") or "/")
    attributes = spec["resourceAttributes"]
    return RequestAttributes(**{ours: attributes.get(theirs) or "" for ours, theirs in _RESOURCE.items()})


def _attributes_problems(spec: Mapping[str, Any]) -> list[StatusCause]:
    resource, path = spec.get("resourceAttributes"), spec.get("nonResourceAttributes")
    if resource is not None and path is not None:
        go_text = (
            f"authorization.NonResourceAttributes{{Path:{_quoted(path.get('path', ''))},"
            f" Verb:{_quoted(path.get('verb', ''))}}}"
        )
        why = "cannot be specified in combination with resourceAttributes"
        return [field_errors.invalid_go_value("spec.nonResourceAttributes", go_text, why)]
    if resource is None and path is None:
        why = "exactly one of nonResourceAttributes or resourceAttributes must be specified"
        return [field_errors.invalid_go_value("spec.resourceAttributes", '"null"', why)]
    return []


def _check(problems: list[StatusCause]) -> None:
    if problems:
        raise statuses.invalid(_GROUP, "", "", problems)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
