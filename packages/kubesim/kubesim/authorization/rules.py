"""RBAC rules (pure): what a PolicyRule allows, whether rules cover others, and how they are written out.

Source: k8s.io/kubernetes, pkg/registry/rbac/validation and pkg/apis/rbac, as v1.20 behaves.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from apimachinery.selectors import Selector

Rule = Mapping[str, Any]
"""rbac.authorization.k8s.io/v1 PolicyRule, as it stands in a role."""

EVERYTHING: tuple[Rule, ...] = (
    {"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]},
    {"nonResourceURLs": ["*"], "verbs": ["*"]},
)


@dataclass(frozen=True, slots=True)
class Attributes:
    """What a request wants to do: with a resource, or with a ``path`` that is none."""

    verb: str
    group: str = ""
    resource: str = ""
    subresource: str = ""
    namespace: str = ""
    name: str = ""
    path: str = ""

    @property
    def full_resource(self) -> str:
        """``pods/log``, or ``pods`` alone."""
        return f"{self.resource}/{self.subresource}" if self.subresource else self.resource


def allows(rule: Rule, asked: Attributes) -> bool:
    """Whether one rule allows the request."""
    verbs = rule.get("verbs") or ()
    if "*" not in verbs and asked.verb not in verbs:
        return False
    if asked.path:
        return any(_path_covers(pattern, asked.path) for pattern in rule.get("nonResourceURLs") or ())
    groups, names = rule.get("apiGroups") or (), rule.get("resourceNames")
    return (
        ("*" in groups or asked.group in groups)
        and _resource_matches(rule.get("resources") or (), asked)
        and (not names or asked.name in names)
    )


def _resource_matches(resources: Iterable[str], asked: Attributes) -> bool:
    wanted = asked.full_resource
    any_of = f"*/{asked.subresource}" if asked.subresource else "*"
    return any(resource in ("*", wanted, any_of) for resource in resources)


def missing(held: Iterable[Rule], wanted: Iterable[Rule]) -> list[Rule]:
    """The smallest pieces of ``wanted`` that ``held`` does not cover, put together again by resource."""
    held = tuple(held)
    pieces = (piece for rule in wanted for piece in _pieces(rule))
    return _compact(piece for piece in pieces if not any(_covers(rule, piece) for rule in held))


def _pieces(rule: Rule) -> Iterator[Rule]:
    """A rule as rules of one group, resource, verb and name, or of one path and verb, each."""
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
    """A rule as messages show it: ``{APIGroups:[""], Resources:["pods"], Verbs:["get" "list"]}``."""
    parts = (
        ("APIGroups", "apiGroups"),
        ("Resources", "resources"),
        ("NonResourceURLs", "nonResourceURLs"),
        ("ResourceNames", "resourceNames"),
        ("Verbs", "verbs"),
    )
    shown = (f"{title}:{quoted(rule[field])}" for title, field in parts if rule.get(field))
    return "{" + ", ".join(shown) + "}"


def quoted(texts: Iterable[str]) -> str:
    """Texts as Go's %q prints a list of them: ``["a" "b"]``."""
    return f"[{' '.join(json.dumps(one, ensure_ascii=False) for one in texts)}]"


def aggregated(selectors: Iterable[Mapping[str, Any]], roles: Iterable[Mapping[str, Any]]) -> list[Rule]:
    """The rules of every ClusterRole that a selector chooses by its labels, each once, by role name."""
    selectors = tuple(selectors)
    rules: list[Rule] = []
    for role in sorted(roles, key=lambda role: str(role["metadata"]["name"])):
        labels = role["metadata"].get("labels") or {}
        if any(_selects(selector, labels) for selector in selectors):
            rules += [rule for rule in role.get("rules") or () if rule not in rules]
    return rules


def _selects(selector: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    return Selector.of(selector).matches(labels)
