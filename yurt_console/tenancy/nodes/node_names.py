"""How tenants' nodes are called: a form by which such a name is known also after the account is gone.

A node's certificate outlives its account and may create its Node again. Nothing that the cluster still
holds tells then whose it was, except the name. So tenants' machines join only under names of this form,
and a Node of this form is made by the operator alone, never by a kubelet.
"""

from __future__ import annotations

import hashlib
import re

from yurt_console.yurt.well_known_labels import TENANT_TAINT, TENANT_TAINT_VALUE

_ACCOUNT = re.compile(r"user-[0-9a-f]{20}")
_FORM = re.compile(r"user-[0-9a-f]{20}-.+", re.DOTALL)
FORM_EXPRESSION = "^user-[0-9a-f]{20}-"
"""The same as a regular expression of RE2, for the API server."""


def prefix(account: str) -> str:
    """What the names of an account's nodes begin with: the User's own name, or one of its form for others.

    Registered accounts are called ``user-<20 hex>``; an administrator may have called one anything.
    """
    if _ACCOUNT.fullmatch(account):
        return account
    return "user-" + hashlib.sha256(account.encode()).hexdigest()[:20]


def is_of(account: str, node: str) -> bool:
    """Whether a node of this account may have this name."""
    return node.startswith(f"{prefix(account)}-") and is_tenants(node)


def is_tenants(node: str) -> bool:
    """Whether this is the name of some tenant's node, of an account that is there or of one that was."""
    return _FORM.fullmatch(node) is not None


def taint() -> dict[str, str]:
    """The taint on every tenant's nodes, as in a Node's ``spec.taints``; the label says whose."""
    return {"key": TENANT_TAINT, "value": TENANT_TAINT_VALUE, "effect": "NoSchedule"}
