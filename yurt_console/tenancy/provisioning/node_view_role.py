"""ClusterRole by which a tenant may get its own nodes and pool by name. Pure.

They have no namespace, so a RoleBinding cannot grant it. Each tenant has one ClusterRole with the names. The
User owns it, so Kubernetes deletes it with the User.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from yurt_console.custom_resources import NODE_POOLS, USERS
from yurt_console.rows import User
from yurt_console.tenancy.naming import SERVICE_ACCOUNT
from yurt_console.yurt.well_known_labels import TENANT_LABEL

_RBAC = "rbac.authorization.k8s.io"


def name_of(account: str) -> str:
    """The name of a tenant's ClusterRole and of its binding."""
    return f"yurt-console-own-{account}"


def cluster_role(user: User, nodes: Iterable[str]) -> dict[str, Any]:
    """The role: get by name only, because RBAC cannot filter lists."""
    rules = [_rule(NODE_POOLS.group, NODE_POOLS.plural, [user.name])]
    if own := sorted(nodes):  # a rule without names would allow all nodes
        rules.append(_rule("", "nodes", own))
    return {
        "apiVersion": f"{_RBAC}/v1",
        "kind": "ClusterRole",
        "metadata": _metadata(user),
        "rules": rules,
    }


def binding(user: User) -> dict[str, Any]:
    """The binding of that role to the tenant's ServiceAccount."""
    return {
        "apiVersion": f"{_RBAC}/v1",
        "kind": "ClusterRoleBinding",
        "metadata": _metadata(user),
        "roleRef": {"apiGroup": _RBAC, "kind": "ClusterRole", "name": name_of(user.name)},
        "subjects": [{"kind": "ServiceAccount", "name": SERVICE_ACCOUNT, "namespace": user.name}],
    }


def _rule(group: str, resource: str, names: list[str]) -> dict[str, Any]:
    return {"apiGroups": [group], "resources": [resource], "resourceNames": names, "verbs": ["get"]}


def _metadata(user: User) -> dict[str, Any]:
    owner = {
        "apiVersion": USERS.api_version(USERS.versions[0]),
        "kind": USERS.kind,
        "name": user.name,
        "uid": user.uid,
    }
    return {"name": name_of(user.name), "labels": {TENANT_LABEL: user.name}, "ownerReferences": [owner]}
