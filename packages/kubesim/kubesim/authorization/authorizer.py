"""May this user do this? The Node authorizer and RBAC together, and the 403 when neither allows it."""

from __future__ import annotations

import json

from apimachinery.errors import StatusError
from kubesim.authorization import node_authorizer
from kubesim.authorization.rbac import Decision, Rbac
from kubesim.authorization.rules import Attributes
from kubesim.errors import statuses
from kubesim.machinery.lookup import Lookup
from kubesim.machinery.users import MASTERS, UserInfo, is_node


class Authorizer:
    """Decides every request. ``rbac`` also answers which rules a user has."""

    def __init__(self, lookup: Lookup) -> None:
        self._lookup = lookup
        self.rbac = Rbac(lookup)

    def decide(self, user: UserInfo, asked: Attributes) -> Decision:
        """Whether the user may; reasons of several authorizers stand on lines of their own."""
        if MASTERS in user.groups:
            return Decision(True)
        node = node_authorizer.decide(self._lookup, user, asked) if is_node(user) else Decision(False)
        if node.allowed:
            return node
        decision = self.rbac.decide(user, asked)
        if decision.allowed or not node.reason:
            return decision
        return Decision(False, "\n".join(filter(None, (node.reason, decision.reason))))

    def require(self, user: UserInfo, asked: Attributes) -> None:
        """Raise 403 in the API server's words unless the user may."""
        decision = self.decide(user, asked)
        if not decision.allowed:
            raise refusal(user, asked, decision.reason)


def refusal(user: UserInfo, asked: Attributes, reason: str = "") -> StatusError:
    """The 403: who cannot do what with what, where, and what an authorizer adds."""
    who = f"User {_quoted(user.name)} cannot {asked.verb}"
    because = f": {reason}" if reason else ""
    if asked.path:
        return statuses.forbidden_path(f"{who} path {_quoted(asked.path)}{because}")
    where = f"in the namespace {_quoted(asked.namespace)}" if asked.namespace else "at the cluster scope"
    what = f"resource {_quoted(asked.full_resource)} in API group {_quoted(asked.group)}"
    return statuses.forbidden(asked.group, asked.resource, asked.name, f"{who} {what} {where}{because}")


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
