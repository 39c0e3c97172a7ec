"""Names, labels and annotations by which objects and nodes belong to an account. Pure.

An object belongs to the User with the uid in its annotation. A node's certificate outlives its account and
may create its Node again, and then the name alone says that it is a tenant's. So machines of tenants join
only under names of one form, and only the operator creates a Node of this form, never a kubelet.
"""

from __future__ import annotations

import hashlib
import re
import string
from collections.abc import Mapping
from typing import Any, Final

from yurt_console.rows import CertificateRequest, User
from yurt_console.yurt.well_known_labels import TENANT_TAINT, TENANT_TAINT_VALUE

UID_ANNOTATION: Final = "user.openyurt.io/uid"
"""The uid of the User that an object belongs to."""
SERVICE_ACCOUNT: Final = "tenant"
"""The ServiceAccount that a tenant acts as, in kubectl and in the console."""
TENANT_ROLE: Final = "yurt-console-tenant"
"""The ClusterRole bound in a tenant's namespace, and the name of the RoleBinding."""
IMPERSONATE_ROLE: Final = "yurt-console-impersonate"
"""The ClusterRole by which the console may act as `SERVICE_ACCOUNT`, and the name of its RoleBinding."""
CONSOLE: Final = "yurt-console"
"""The ServiceAccount of the console."""
FINALIZER: Final = "user.openyurt.io/yurt-console"
"""Keeps a User until every object of it is deleted."""
BOOTSTRAP_NAMESPACE: Final = "kube-system"
BOOTSTRAP_GROUP: Final = "system:bootstrappers:yurt-console"
"""The group of the product's bootstrap tokens. Not kubeadm's: Kubernetes approves its nodes automatically."""
BOOTSTRAP_USER: Final = "system:bootstrap:"
"""The prefix of the user name of a bootstrap token; its id follows."""
NODE_NAME_PATTERN: Final = "^user-[0-9a-f]{20}-"
"""The form of node names as a regular expression of RE2, for the API server."""

_ID_CANDIDATES = 4
_ID_ALPHABET = string.digits + string.ascii_lowercase
_ACCOUNT = re.compile(r"user-[0-9a-f]{20}")
_NODE = re.compile(r"user-[0-9a-f]{20}-.+", re.DOTALL)


def is_own(found: Mapping[str, Any], user: User) -> bool:
    """Whether an object belongs to this User, not only to one of the same name."""
    annotations = found["metadata"].get("annotations") or {}
    return bool(annotations.get(UID_ANNOTATION) == user.uid)


def account_of(request: CertificateRequest) -> str:
    """The account of the bootstrap token that made the request; "" for other requestors."""
    prefix = f"{BOOTSTRAP_GROUP}:"
    found = {group.removeprefix(prefix) for group in request.groups if group.startswith(prefix)}
    return found.pop() if len(found) == 1 and request.username.startswith(BOOTSTRAP_USER) else ""


def bootstrap_ids(uid: str) -> tuple[str, ...]:
    """The ids that a User's bootstrap token may have, in order of preference; a function of the uid.

    There are 2.2 billion ids, so two of a hundred thousand accounts will prefer the same one.
    """
    return tuple(_bootstrap_id(f"{uid}/{attempt}") for attempt in range(_ID_CANDIDATES))


def bootstrap_name(token_id: str) -> str:
    """The name of the Secret that Kubernetes reads the token from."""
    return f"bootstrap-token-{token_id}"


def node_prefix(account: str) -> str:
    """The prefix of the account's node names: the User's name, or one of the same form made from it.

    Registered accounts are called ``user-<20 hex>``; an administrator may create a User of any name.
    """
    if _ACCOUNT.fullmatch(account):
        return account
    return "user-" + hashlib.sha256(account.encode()).hexdigest()[:20]


def is_node_of(account: str, node: str) -> bool:
    """Whether a node of this account may have this name."""
    return node.startswith(f"{node_prefix(account)}-") and is_tenant_node(node)


def is_tenant_node(node: str) -> bool:
    """Whether the name has the form of tenants' nodes, of an account that exists or existed."""
    return _NODE.fullmatch(node) is not None


def node_taint() -> dict[str, str]:
    """The taint of all tenants' nodes, as in a Node's ``spec.taints``; a label names the tenant."""
    return {"key": TENANT_TAINT, "value": TENANT_TAINT_VALUE, "effect": "NoSchedule"}


def _bootstrap_id(seed: str) -> str:
    number = int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8])
    digits = []
    for _ in range(6):
        number, digit = divmod(number, len(_ID_ALPHABET))
        digits.append(_ID_ALPHABET[digit])
    return "".join(digits)
