"""RBAC rules: what a PolicyRule allows, whether rules cover others, and their text. Pure.

Source: k8s.io/kubernetes, pkg/registry/rbac/validation and pkg/apis/rbac, as v1.20 behaves.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from apimachinery.selectors import Selector

Rule = Mapping[str, Any]
"""rbac.authorization.k8s.io/v1 PolicyRule."""

EVERYTHING: tuple[Rule, ...] = (
    {"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]},
    {"nonResourceURLs": ["*"], "verbs": ["*"]},
)


@dataclass(frozen=True, slots=True)
class RequestAttributes:
    """authorizer.Attributes: the action of a request, on a resource or on a non-resource ``path``."""

    verb: str
    group: str = ""
    resource: str = ""
    subresource: str = ""
    namespace: str = ""
    name: str = ""
    path: str = ""

    @property
    def full_resource(self) -> str:
        """``pods/log``, or ``pods`` for the resource itself."""
        return f"{self.resource}/{self.subresource}" if self.subresource else self.resource


def allows(rule: Rule, attributes: RequestAttributes) -> bool:
    """Whether a rule allows the request."""
    verbs = rule.get("verbs") or ()
    if "*" not in verbs and attributes.verb not in verbs:
        return False
    if attributes.path:
        return any(_path_covers(pattern, attributes.path) for pattern in rule.get("nonResourceURLs") or ())
    groups, names = rule.get("apiGroups") or (), rule.get("resourceNames")
    return (
        ("*" in groups or attributes.group in groups)
        and _resource_matches(rule.get("resources") or (), attributes)
        and (not names or attributes.name in names)
    )


def _resource_matches(resources: Iterable[str], attributes: RequestAttributes) -> bool:
    wanted = attributes.full_resource
    any_of = f"*/{attributes.subresource}" if attributes.subresource else "*"
    return any(resource in ("*", wanted, any_of) for resource in resources)


def missing(held: Iterable[Rule], wanted: Iterable[Rule]) -> list[Rule]:
    """The parts of ``wanted`` that ``held`` does not cover, compacted by resource."""
    held = tuple(held)
    pieces = (piece for rule in wanted for piece in _pieces(rule))
    return _compact(piece for piece in pieces if not any(_covers(rule, piece) for rule in held))


def _pieces(rule: Rule) -> Iterator[Rule]:
    """A rule broken down to one group, resource, verb and name, or one path and verb, each."""
    verbs, names = rule.get("verbs") or (), rule.get("resourceNames") or ()
    for group in rule.get("apiGroups") or ():
        for resource in rule.get("resources") or ():
            for verb in verbs:
                piece = {"apiGroups": [group], "resources": [resource], "verbs": [verb]}
                yield from ({**piece, "resourceNames": [name]} for name in names)
                if not names:
                    yield piece
    for path in rule.get("nonResourceURLs") or ():
        yield from ({"nonResourceURLs": [path], "verbs": [verb]} for verb in verbs)


def _covers(held: Rule, piece: Rule) -> bool:
    verbs = held.get("verbs") or ()
    if "*" not in verbs and piece["verbs"][0] not in verbs:
        return False
    if "nonResourceURLs" in piece:
        wanted = piece["nonResourceURLs"][0]
        return any(_path_covers(path, wanted) for path in held.get("nonResourceURLs") or ())
    groups, resources = held.get("apiGroups") or (), held.get("resources") or ()
    resource = piece["resources"][0]
    _, slash, subresource = resource.partition("/")
    names = held.get("resourceNames")
    return (
        ("*" in groups or piece["apiGroups"][0] in groups)
        and ("*" in resources or resource in resources or (bool(slash) and f"*/{subresource}" in resources))
        and (not names or ("resourceNames" in piece and piece["resourceNames"][0] in names))
    )


def _path_covers(pattern: str, path: str) -> bool:
    return pattern in ("*", path) or (pattern.endswith("*") and path.startswith(pattern.rstrip("*")))


def _compact(pieces: Iterable[Rule]) -> list[Rule]:
    compact: dict[Any, dict[str, Any]] = {}
    for piece in pieces:
        if "nonResourceURLs" in piece:
            compact[len(compact)] = dict(piece)
            continue
        key = (piece["apiGroups"][0], piece["resources"][0], tuple(piece.get("resourceNames", ())))
        if key in compact:
            if piece["verbs"][0] not in compact[key]["verbs"]:
                compact[key]["verbs"] = [*compact[key]["verbs"], *piece["verbs"]]
        else:
            compact[key] = dict(piece)
    return sorted(compact.values(), key=text)


def text(rule: Rule) -> str:
    """A rule in messages: ``{APIGroups:[""], Resources:["pods"], Verbs:["get" "list"]}``."""
    parts = (
        ("APIGroups", "apiGroups"),
        ("Resources", "resources"),
        ("NonResourceURLs", "nonResourceURLs"),
        ("ResourceNames", "resourceNames"),
        ("Verbs", "verbs"),
    )
    fields = (f"{title}:{quoted(rule[field])}" for title, field in parts if rule.get(field))
    return "{" + ", ".join(fields) + "}"


def quoted(texts: Iterable[str]) -> str:
    """Go's %q of a list of strings: ``["a" "b"]``."""
    return f"[{' '.join(json.dumps(one, ensure_ascii=False) for one in texts)}]"


def aggregated(selectors: Iterable[Mapping[str, Any]], roles: Iterable[Mapping[str, Any]]) -> list[Rule]:
    """The rules of the ClusterRoles that aggregation selectors match, without duplicates, by role name."""
    selectors = tuple(selectors)
    rules: list[Rule] = []
    for role in sorted(roles, key=lambda role: str(role["metadata"]["name"])):
        labels = role["metadata"].get("labels") or {}
        if any(_selects(selector, labels) for selector in selectors):
            rules += [rule for rule in role.get("rules") or () if rule not in rules]
    return rules


def _selects(selector: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    return Selector.of(selector).matches(labels)
