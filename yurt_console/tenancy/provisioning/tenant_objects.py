"""The objects that a tenant's account consists of in the cluster: how they look, and whose one is.

Pure; `tenancy.plan` decides when they are made. Everything carries the User's uid in an annotation.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import string
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from yurt_console.rows import CertificateRequest, User
from yurt_console.tenancy.identity.principals import parse_time
from yurt_console.tenancy.provisioning import limits
from yurt_console.yurt.well_known_labels import TENANT_LABEL

UID_ANNOTATION = "user.openyurt.io/uid"
"""The uid of the User that an object was made for."""
SERVICE_ACCOUNT = "tenant"
"""The account that a tenant acts as, in kubectl and in the console."""
TENANT_ROLE = "yurt-console-tenant"
"""The ClusterRole bound in a tenant's namespace, and the name of the RoleBinding."""
IMPERSONATE_ROLE = "yurt-console-impersonate"
"""The ClusterRole by which the console may act as `SERVICE_ACCOUNT`, and the name of its RoleBinding."""
CONSOLE = "yurt-console"
"""The ServiceAccount that the console runs as."""
FINALIZER = "user.openyurt.io/yurt-console"
"""Keeps a User until everything that it has is gone."""
BOOTSTRAP_NAMESPACE = "kube-system"
BOOTSTRAP_GROUP = "system:bootstrappers:yurt-console"
"""The group of our bootstrap tokens; never kubeadm's, whose nodes are approved without a question."""
BOOTSTRAP_USER = "system:bootstrap:"
"""What the name of a token's holder begins with; its id follows."""
_ID_CANDIDATES = 4
_TOKEN = re.compile(r"[a-z0-9]{6}\.[a-z0-9]{16}")
_ID_ALPHABET = string.digits + string.ascii_lowercase


class BootstrapToken(msgspec.Struct, frozen=True):
    """A bootstrap token of an account."""

    name: str
    """The Secret's."""
    uid: str
    token: str
    ends: datetime | None
    intact: bool = True
    """Whether it is for what it was made for, and for whom."""

    @property
    def usable(self) -> bool:
        """Whether it is whole: Kubernetes ignores one that is not."""
        return self.intact and _TOKEN.fullmatch(self.token) is not None

    def __repr__(self) -> str:
        return f"BootstrapToken({self.name!r})"


def asker(request: CertificateRequest) -> str:
    """The account whose bootstrap token asked, "" when it was not exactly one of ours."""
    prefix = f"{BOOTSTRAP_GROUP}:"
    found = {group.removeprefix(prefix) for group in request.groups if group.startswith(prefix)}
    return found.pop() if len(found) == 1 and request.username.startswith(BOOTSTRAP_USER) else ""


def is_own(found: Mapping[str, Any], user: User) -> bool:
    """Whether an object was made for this very User, not only for one of the same name."""
    annotations = found["metadata"].get("annotations") or {}
    return bool(annotations.get(UID_ANNOTATION) == user.uid)


def namespace(user: User) -> dict[str, Any]:
    """The tenant's namespace."""
    metadata = _metadata(user, user.name)
    metadata["labels"] |= limits.POD_SECURITY
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}


def resource_quota(user: User) -> dict[str, Any]:
    """How much of the cluster the tenant may use."""
    metadata = _metadata(user, limits.NAME, user.name)
    return {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": metadata, "spec": limits.quota(user)}


def limit_range(user: User) -> dict[str, Any]:
    """What containers get that ask for nothing."""
    metadata = _metadata(user, limits.NAME, user.name)
    return {"apiVersion": "v1", "kind": "LimitRange", "metadata": metadata, "spec": limits.LIMITS}


def network_policy(user: User) -> dict[str, Any]:
    """Who may reach the tenant's pods."""
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": _metadata(user, limits.NAME, user.name),
        "spec": limits.NETWORK,
    }


def updated(found: Mapping[str, Any], wanted: Mapping[str, Any]) -> dict[str, Any]:
    """``found`` with the labels, annotations and spec that it must have; empty when it has them.

    What others have added to labels and annotations stays; a spec, where we want one, is ours alone.
    """
    metadata = dict(found["metadata"])
    for part in ("labels", "annotations"):
        metadata[part] = {**(metadata.get(part) or {}), **wanted["metadata"][part]}
    updated = {**found, "metadata": metadata, **({"spec": wanted["spec"]} if "spec" in wanted else {})}
    given = {**found, "metadata": {"labels": {}, "annotations": {}, **found["metadata"]}}
    return {} if updated == given else updated


def pool(user: User) -> dict[str, Any]:
    """The pool that the tenant's machines join; OpenYurt refuses a node whose pool does not exist."""
    return {"kind": "NodePool", "metadata": _metadata(user, user.name), "spec": {"type": "Edge"}}


def service_account(user: User) -> dict[str, Any]:
    """The account that the tenant's kubeconfig speaks for."""
    metadata = _metadata(user, SERVICE_ACCOUNT, user.name)
    return {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata}


def role_binding(user: User) -> dict[str, Any]:
    """What gives that account its rights in the namespace."""
    return _binding(user, TENANT_ROLE, SERVICE_ACCOUNT, user.name)


def impersonation(user: User, console_namespace: str) -> dict[str, Any]:
    """What lets the console act as that account, and so write with the tenant's own rights."""
    return _binding(user, IMPERSONATE_ROLE, CONSOLE, console_namespace)


def same_binding(found: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    """Whether a RoleBinding gives the same role to the same subjects."""
    subjects = [
        {key: value for key, value in subject.items() if value} for subject in found.get("subjects") or ()
    ]
    return bool(found.get("roleRef") == wanted["roleRef"] and subjects == wanted["subjects"])


def bootstrap_ids(uid: str) -> tuple[str, ...]:
    """The ids that a User's bootstrap token may have, best first; the same ones for the same uid always.

    There are 2.2 billion ids, so two of a hundred thousand accounts will want the same one.
    """
    return tuple(_bootstrap_id(f"{uid}/{attempt}") for attempt in range(_ID_CANDIDATES))


def bootstrap_name(token_id: str) -> str:
    """The name of the Secret that Kubernetes looks for."""
    return f"bootstrap-token-{token_id}"


def bootstrap_secret(user: User, token_id: str, secret: str, ends: datetime) -> dict[str, Any]:
    """A bootstrap token that ends; one without ``expiration`` would live for ever."""
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": _metadata(user, bootstrap_name(token_id), BOOTSTRAP_NAMESPACE),
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
        "auth-extra-groups": f"{BOOTSTRAP_GROUP},{BOOTSTRAP_GROUP}:{name}",
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


def rfc3339(time: datetime) -> str:
    """A time as Kubernetes writes it: UTC, whole seconds."""
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


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
        "annotations": {UID_ANNOTATION: user.uid},
    }
    return {**metadata, "namespace": namespace} if namespace else metadata


def _bootstrap_id(seed: str) -> str:
    number = int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8])
    digits = []
    for _ in range(6):
        number, digit = divmod(number, len(_ID_ALPHABET))
        digits.append(_ID_ALPHABET[digit])
    return "".join(digits)


def _decoded(data: Mapping[str, str], key: str) -> str:
    try:
        return base64.b64decode(data.get(key, ""), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""
