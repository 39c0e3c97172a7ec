"""Role-based access control over the server's roles and bindings.

Bindings are indexed by subject and decisions are remembered, both until something of RBAC changes.
Source: k8s.io/kubernetes, plugin/pkg/auth/authorizer/rbac, as v1.20 answers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from kubesim.authorization.rules import Attributes, Rule, allows
from kubesim.machinery.lookup import RBAC_GROUP, Lookup
from kubesim.machinery.users import UserInfo

_KINDS = ("clusterroles", "clusterrolebindings", "roles", "rolebindings")
_PLURALS = {"ClusterRole": "clusterroles", "Role": "roles"}
_MOST_REMEMBERED = 10_000


class Decision(NamedTuple):
    """Whether it is allowed; the reason is the API server's own, and often empty."""

    allowed: bool
    reason: str = ""


class Grant(NamedTuple):
    """A binding as one of its subjects sees it."""

    binding: Mapping[str, Any]
    namespace: str
    """Where it holds; "" for everywhere."""
    subject: str

    @property
    def role(self) -> tuple[str, str, str]:
        """Plural, namespace and name of the role."""
        ref = self.binding["roleRef"]
        return _PLURALS[ref["kind"]], "" if ref["kind"] == "ClusterRole" else self.namespace, ref["name"]

    @property
    def text(self) -> str:
        """``RoleBinding "name/namespace" of Role "name" to User "name"``."""
        name, ref = self.binding["metadata"]["name"], self.binding["roleRef"]
        binding = (
            f'RoleBinding "{name}/{self.namespace}"' if self.namespace else f'ClusterRoleBinding "{name}"'
        )
        return f'{binding} of {ref["kind"]} "{ref["name"]}" to {self.subject}'


class Rules(NamedTuple):
    """What a user may do in a namespace, and the roles that bindings name and nobody finds."""

    rules: list[Rule]
    missing: list[tuple[str, str]]
    """Plural and name."""

    @property
    def error(self) -> str:
        """The missing roles as the authorizer words them; "" when there are none."""
        return _joined(f'{plural[:-1]}.{RBAC_GROUP} "{name}" not found' for plural, name in self.missing)

    @property
    def resolution_error(self) -> str:
        """The missing roles as the escalation check words them; "" when there are none."""
        return _joined(f'{plural}.{RBAC_GROUP} "{name}" not found' for plural, name in self.missing)


class Rbac:
    """The authorizer. It reads roles and bindings through the `Lookup` given to it."""

    def __init__(self, lookup: Lookup) -> None:
        self._lookup = lookup
        self._seen: tuple[int, ...] = ()
        self._grants: dict[tuple[str, str], list[Grant]] = {}
        self._remembered: dict[tuple[str, tuple[str, ...], Attributes], Decision] = {}

    def decide(self, user: UserInfo, asked: Attributes) -> Decision:
        """Whether any rule of the user's allows it."""
        self._refresh()
        key = (user.name, user.groups, asked)
        decision = self._remembered.get(key)
        if decision is None:
            if len(self._remembered) >= _MOST_REMEMBERED:
                self._remembered.clear()
            decision = self._remembered[key] = self._decide(user, asked)
        return decision

    def _decide(self, user: UserInfo, asked: Attributes) -> Decision:
        missing = []
        for grant in self._granted(user, asked.namespace):
            rules = self._rules(grant)
            if rules is None:
                missing.append(grant.role)
            elif any(allows(rule, asked) for rule in rules):
                return Decision(True, f"RBAC: allowed by {grant.text}")
        error = Rules([], [(plural, name) for plural, _, name in missing]).error
        return Decision(False, f"RBAC: {error}" if error else "")

    def rules_for(self, user: UserInfo, namespace: str) -> Rules:
        """Every rule that holds for the user in a namespace, or in the cluster's scope when empty."""
        self._refresh()
        found = Rules([], [])
        for grant in self._granted(user, namespace):
            rules = self._rules(grant)
            if rules is None:
                plural, _, name = grant.role
                found.missing.append((plural, name))
            else:
                found.rules.extend(rules)
        return found

    def _granted(self, user: UserInfo, namespace: str) -> Iterator[Grant]:
        """The user's bindings: those for the cluster first, then the namespace's, each by name."""
        subjects = [("User", user.name), *(("Group", group) for group in user.groups)]
        grants = {
            (grant.namespace, grant.binding["metadata"]["name"]): grant
            for subject in reversed(subjects)
            for grant in self._grants.get(subject, ())
            if grant.namespace in ("", namespace)
        }
        return (grants[place] for place in sorted(grants))

    def _rules(self, grant: Grant) -> Sequence[Rule] | None:
        plural, namespace, name = grant.role
        role = self._lookup.get(RBAC_GROUP, plural, namespace, name)
        return None if role is None else role.get("rules") or ()

    def _refresh(self) -> None:
        revisions = tuple(self._lookup.revision(RBAC_GROUP, kind) for kind in _KINDS)
        if revisions == self._seen:
            return
        self._seen = revisions
        self._remembered.clear()
        self._grants = {}
        for plural in ("clusterrolebindings", "rolebindings"):
            for binding in self._lookup.list(RBAC_GROUP, plural):
                namespace = binding["metadata"].get("namespace", "")
                for subject in binding.get("subjects") or ():
                    key, shown = _subject(subject, namespace)
                    self._grants.setdefault(key, []).append(Grant(binding, namespace, shown))


def _subject(subject: Mapping[str, Any], namespace: str) -> tuple[tuple[str, str], str]:
    """The index key of a subject, and how reasons name it."""
    kind, name = subject["kind"], subject["name"]
    if kind != "ServiceAccount":
        return (kind, name), f'{kind} "{name}"'
    place = subject.get("namespace") or namespace
    return ("User", f"system:serviceaccount:{place}:{name}"), f'ServiceAccount "{name}/{place}"'


def _joined(errors: Iterator[str]) -> str:
    """Several errors as one; the same is said once."""
    texts = list(dict.fromkeys(errors))
    return texts[0] if len(texts) == 1 else f"[{', '.join(texts)}]" if texts else ""
