"""The RBAC authorizer.

Bindings are indexed by subject and decisions are cached, both until an RBAC object changes.
Source: k8s.io/kubernetes, plugin/pkg/auth/authorizer/rbac, as v1.20 answers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from kubesim.authorization.rules import RequestAttributes, Rule, allows
from kubesim.machinery.lookup import RBAC_GROUP, Lookup
from kubesim.machinery.users import UserInfo

_KINDS = ("clusterroles", "clusterrolebindings", "roles", "rolebindings")
_PLURALS = {"ClusterRole": "clusterroles", "Role": "roles"}
_MOST_CACHED = 10_000


class Decision(NamedTuple):
    """The decision; the reason has the API server's words and is often empty."""

    allowed: bool
    reason: str = ""


class Grant(NamedTuple):
    """A binding in the index of one of its subjects."""

    binding: Mapping[str, Any]
    namespace: str
    """Its namespace; "" for a ClusterRoleBinding."""
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
    """The rules of a user in a namespace, and the bound roles that do not exist."""

    rules: list[Rule]
    missing: list[tuple[str, str]]
    """Plural and name."""

    @property
    def error(self) -> str:
        """The missing roles in the authorizer's words; "" for none."""
        return _joined(f'{plural[:-1]}.{RBAC_GROUP} "{name}" not found' for plural, name in self.missing)

    @property
    def resolution_error(self) -> str:
        """The missing roles in the escalation check's words; "" for none."""
        return _joined(f'{plural}.{RBAC_GROUP} "{name}" not found' for plural, name in self.missing)


class Rbac:
    """The RBAC authorizer; reads roles and bindings through a `Lookup`."""

    def __init__(self, lookup: Lookup) -> None:
        self._lookup = lookup
        self._seen: tuple[int, ...] = ()
        self._grants: dict[tuple[str, str], list[Grant]] = {}
        self._decisions: dict[tuple[str, tuple[str, ...], RequestAttributes], Decision] = {}

    def decide(self, user: UserInfo, attributes: RequestAttributes) -> Decision:
        """Whether a rule of the user allows the request."""
        self._refresh()
        key = (user.name, user.groups, attributes)
        decision = self._decisions.get(key)
        if decision is None:
            if len(self._decisions) >= _MOST_CACHED:
                self._decisions.clear()
            decision = self._decisions[key] = self._decide(user, attributes)
        return decision

    def _decide(self, user: UserInfo, attributes: RequestAttributes) -> Decision:
        missing = []
        for grant in self._granted(user, attributes.namespace):
            rules = self._rules(grant)
            if rules is None:
                missing.append(grant.role)
            elif any(allows(rule, attributes) for rule in rules):
                return Decision(True, f"RBAC: allowed by {grant.text}")
        error = Rules([], [(plural, name) for plural, _, name in missing]).error
        return Decision(False, f"RBAC: {error}" if error else "")

    def rules_for(self, user: UserInfo, namespace: str) -> Rules:
        """All rules of the user in a namespace, or cluster-wide for ""."""
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
        """The user's bindings: ClusterRoleBindings, then the namespace's, each by name."""
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
        self._decisions.clear()
        self._grants = {}
        for plural in ("clusterrolebindings", "rolebindings"):
            for binding in self._lookup.list(RBAC_GROUP, plural):
                namespace = binding["metadata"].get("namespace", "")
                for subject in binding.get("subjects") or ():
                    key, subject_text = _subject(subject, namespace)
                    self._grants.setdefault(key, []).append(Grant(binding, namespace, subject_text))


def _subject(subject: Mapping[str, Any], namespace: str) -> tuple[tuple[str, str], str]:
    """The index key of a subject, and its name in reasons."""
    kind, name = subject["kind"], subject["name"]
    if kind != "ServiceAccount":
        return (kind, name), f'{kind} "{name}"'
    place = subject.get("namespace") or namespace
    return ("User", f"system:serviceaccount:{place}:{name}"), f'ServiceAccount "{name}/{place}"'


def _joined(errors: Iterator[str]) -> str:
    """Several errors as one, without duplicates (utilerrors.Aggregate)."""
    texts = list(dict.fromkeys(errors))
    return texts[0] if len(texts) == 1 else f"[{', '.join(texts)}]" if texts else ""
