"""Desired Kubernetes objects of a tenant, and comparing observed ones with them. Pure.

Every object has the User's uid in an annotation (`naming.UID_ANNOTATION`).
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from apimachinery.times import parse_time, rfc3339
from yurt_console.rows import User
from yurt_console.tenancy import naming
from yurt_console.tenancy.provisioning import limits
from yurt_console.yurt.well_known_labels import TENANT_LABEL

_TOKEN = re.compile(r"[a-z0-9]{6}\.[a-z0-9]{16}")


class BootstrapToken(msgspec.Struct, frozen=True):
    """A bootstrap token of an account."""

    name: str
    """The Secret's."""
    uid: str
    token: str
    ends: datetime | None
    intact: bool = True
    """Whether its group, usages and tenant label are as they were created."""

    @property
    def usable(self) -> bool:
        """Whether Kubernetes accepts it and it is intact."""
        return self.intact and _TOKEN.fullmatch(self.token) is not None

    def __repr__(self) -> str:
        return f"BootstrapToken({self.name!r})"


def namespace(user: User) -> dict[str, Any]:
    """The tenant's namespace."""
    metadata = _metadata(user, user.name)
    metadata["labels"] |= limits.POD_SECURITY
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}


def resource_quota(user: User) -> dict[str, Any]:
    """The ResourceQuota of the tenant's namespace."""
    metadata = _metadata(user, limits.NAME, user.name)
    return {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": metadata, "spec": limits.quota(user)}


def limit_range(user: User) -> dict[str, Any]:
    """Default requests and limits of containers."""
    metadata = _metadata(user, limits.NAME, user.name)
    return {"apiVersion": "v1", "kind": "LimitRange", "metadata": metadata, "spec": limits.LIMITS}


def network_policy(user: User) -> dict[str, Any]:
    """The NetworkPolicy: which pods may connect to the tenant's."""
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": _metadata(user, limits.NAME, user.name),
        "spec": limits.NETWORK,
    }


def updated(found: Mapping[str, Any], wanted: Mapping[str, Any]) -> dict[str, Any]:
    """``found`` with the wanted labels, annotations and spec; empty when it has them.

    Labels and annotations that others added stay; a spec, where one is wanted, is replaced.
    """
    metadata = dict(found["metadata"])
    for part in ("labels", "annotations"):
        metadata[part] = {**(metadata.get(part) or {}), **wanted["metadata"][part]}
    updated = {**found, "metadata": metadata, **({"spec": wanted["spec"]} if "spec" in wanted else {})}
    given = {**found, "metadata": {"labels": {}, "annotations": {}, **found["metadata"]}}
    return {} if updated == given else updated


def pool(user: User) -> dict[str, Any]:
    """The NodePool of the tenant's nodes; OpenYurt refuses a node with a pool that does not exist."""
    return {"kind": "NodePool", "metadata": _metadata(user, user.name), "spec": {"type": "Edge"}}


def service_account(user: User) -> dict[str, Any]:
    """The ServiceAccount of the tenant's kubeconfig."""
    metadata = _metadata(user, naming.SERVICE_ACCOUNT, user.name)
    return {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata}


def role_binding(user: User) -> dict[str, Any]:
    """The RoleBinding of that ServiceAccount in the namespace."""
    return _binding(user, naming.TENANT_ROLE, naming.SERVICE_ACCOUNT, user.name)


def impersonation(user: User, console_namespace: str) -> dict[str, Any]:
    """The RoleBinding by which the console impersonates that ServiceAccount."""
    return _binding(user, naming.IMPERSONATE_ROLE, naming.CONSOLE, console_namespace)


def same_binding(found: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    """Whether a RoleBinding gives the same role to the same subjects."""
    subjects = [
        {key: value for key, value in subject.items() if value} for subject in found.get("subjects") or ()
    ]
    return bool(found.get("roleRef") == wanted["roleRef"] and subjects == wanted["subjects"])


def bootstrap_secret(user: User, token_id: str, secret: str, ends: datetime) -> dict[str, Any]:
    """A bootstrap token that ends at ``ends``; one without ``expiration`` never would."""
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": _metadata(user, naming.bootstrap_name(token_id), naming.BOOTSTRAP_NAMESPACE),
        "type": "bootstrap.kubernetes.io/token",
        "stringData": {
            "token-id": token_id,
            "token-secret": secret,
            "expiration": rfc3339(ends),
            **_bootstrap_use(user.name),
            "description": f"Joins machines as nodes of {user.name} (Yurt Console).",
        },
    }


def _bootstrap_use(name: str) -> dict[str, str]:
    return {
        "usage-bootstrap-authentication": "true",
        "usage-bootstrap-signing": "true",
        "auth-extra-groups": f"{naming.BOOTSTRAP_GROUP},{naming.BOOTSTRAP_GROUP}:{name}",
    }


def bootstrap_end(token: BootstrapToken, ends: datetime) -> dict[str, Any]:
    """The merge patch that moves a token's end."""
    return {"metadata": {"uid": token.uid}, "stringData": {"expiration": rfc3339(ends)}}


def read_bootstrap(secret: Mapping[str, Any], owner: str) -> BootstrapToken:
    """The token in a Secret of ``owner``; a part that is missing or damaged comes back empty."""
    data = secret.get("data") or {}
    metadata = secret["metadata"]
    token = f"{_decoded(data, 'token-id')}.{_decoded(data, 'token-secret')}"
    intact = (metadata.get("labels") or {}).get(TENANT_LABEL) == owner
    intact = intact and all(_decoded(data, key) == text for key, text in _bootstrap_use(owner).items())
    ends = parse_time(_decoded(data, "expiration"))
    return BootstrapToken(metadata["name"], metadata["uid"], token, ends, intact)


def _binding(user: User, role: str, account: str, namespace: str) -> dict[str, Any]:
    return {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "RoleBinding",
        "metadata": _metadata(user, role, user.name),
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": role},
        "subjects": [{"kind": "ServiceAccount", "name": account, "namespace": namespace}],
    }


def _metadata(user: User, name: str, namespace: str = "") -> dict[str, Any]:
    metadata: dict[str, Any] = {
        "name": name,
        "labels": {TENANT_LABEL: user.name},
        "annotations": {naming.UID_ANNOTATION: user.uid},
    }
    return {**metadata, "namespace": namespace} if namespace else metadata


def _decoded(data: Mapping[str, str], key: str) -> str:
    try:
        return base64.b64decode(data.get(key, ""), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""
