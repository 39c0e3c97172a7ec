"""The authorizer chain: node authorizer and RBAC, and the 403 when neither allows a request."""

from __future__ import annotations

import json

from apimachinery.errors import StatusError
from kubesim.authorization import node_authorizer
from kubesim.authorization.rbac import Decision, Rbac
from kubesim.authorization.rules import RequestAttributes
from kubesim.errors import statuses
from kubesim.machinery.lookup import Lookup
from kubesim.machinery.users import MASTERS, UserInfo, is_node


class Authorizer:
    """Authorizes requests. ``rbac`` also resolves the rules of a user."""

    def __init__(self, lookup: Lookup) -> None:
        self._lookup = lookup
        self.rbac = Rbac(lookup)

    def decide(self, user: UserInfo, attributes: RequestAttributes) -> Decision:
        """The decision; reasons of several authorizers are joined by newlines."""
        if MASTERS in user.groups:
            return Decision(True)
        node = node_authorizer.decide(self._lookup, user, attributes) if is_node(user) else Decision(False)
        if node.allowed:
            return node
        decision = self.rbac.decide(user, attributes)
        if decision.allowed or not node.reason:
            return decision
        return Decision(False, "\n".join(filter(None, (node.reason, decision.reason))))

    def require(self, user: UserInfo, attributes: RequestAttributes) -> None:
        """Raise 403 unless the user is allowed."""
        decision = self.decide(user, attributes)
        if not decision.allowed:
            raise refusal(user, attributes, decision.reason)


def refusal(user: UserInfo, attributes: RequestAttributes, reason: str = "") -> StatusError:
    """The 403 in the words of the API server, with the authorizers' reason."""
    who = f"User {_quoted(user.name)} cannot {attributes.verb}"
    because = f": {reason}" if reason else ""
    if attributes.path:
        return statuses.forbidden_path(f"{who} path {_quoted(attributes.path)}{because}")
    where = (
        f"in the namespace {_quoted(attributes.namespace)}"
        if attributes.namespace
        else "at the cluster scope"
    )
    what = f"resource {_quoted(attributes.full_resource)} in API group {_quoted(attributes.group)}"
    return statuses.forbidden(
        attributes.group, attributes.resource, attributes.name, f"{who} {what} {where}{because}"
    )


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
