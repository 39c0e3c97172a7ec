"""user.Info: the identity that authentication returns and authorization checks.

Source: k8s.io/apiserver, pkg/authentication/user and pkg/authentication/serviceaccount.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

ANONYMOUS = "system:anonymous"
AUTHENTICATED = "system:authenticated"
UNAUTHENTICATED = "system:unauthenticated"
MASTERS = "system:masters"
NODES = "system:nodes"
NODE_PREFIX = "system:node:"
BOOTSTRAP_PREFIX = "system:bootstrap:"
BOOTSTRAPPERS = "system:bootstrappers"

_SERVICE_ACCOUNT_PREFIX = "system:serviceaccount:"
_ALL_SERVICE_ACCOUNTS = "system:serviceaccounts"


@dataclass(frozen=True, slots=True)
class UserInfo:
    """authentication.k8s.io/v1 UserInfo; ``groups`` are ordered."""

    name: str
    groups: tuple[str, ...] = ()
    uid: str = ""
    extra: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def node(self) -> str:
        """The name of the node that this user is, "" for other users."""
        return self.name.removeprefix(NODE_PREFIX) if is_node(self) else ""


SYSTEM = UserInfo("system:apiserver", (MASTERS, AUTHENTICATED))
"""The API server and its own controllers."""


def is_node(user: UserInfo) -> bool:
    """Whether the user is a node, by name and group."""
    return user.name.startswith(NODE_PREFIX) and NODES in user.groups


def service_account(namespace: str, name: str, uid: str = "", **extra: tuple[str, ...]) -> UserInfo:
    """The user of a ServiceAccount."""
    groups = (*service_account_groups(namespace), AUTHENTICATED)
    return UserInfo(f"{_SERVICE_ACCOUNT_PREFIX}{namespace}:{name}", groups, uid, extra)


def service_account_groups(namespace: str) -> tuple[str, str]:
    """The groups of every ServiceAccount in a namespace."""
    return (_ALL_SERVICE_ACCOUNTS, f"{_ALL_SERVICE_ACCOUNTS}:{namespace}")


def service_account_place(user_name: str) -> tuple[str, str] | None:
    """Namespace and name of the ServiceAccount that a user name denotes, None for other users."""
    if not user_name.startswith(_SERVICE_ACCOUNT_PREFIX):
        return None
    namespace, colon, name = user_name.removeprefix(_SERVICE_ACCOUNT_PREFIX).partition(":")
    return (namespace, name) if colon and namespace and name and ":" not in name else None


def anonymous() -> UserInfo:
    """The user of requests without credentials."""
    return UserInfo(ANONYMOUS, (UNAUTHENTICATED,))


def user_object(user: UserInfo) -> dict[str, Any]:
    """authentication.k8s.io/v1 UserInfo."""
    fields: dict[str, Any] = {"username": user.name}
    if user.uid:
        fields["uid"] = user.uid
    if user.groups:
        fields["groups"] = list(user.groups)
    if user.extra:
        fields["extra"] = {key: list(values) for key, values in user.extra.items()}
    return fields
