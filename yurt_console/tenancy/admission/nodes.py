"""Nodes that kubelets make. Whoever else makes one, an administrator or a cloud, knows what they do.

The operator makes a tenant's Node before it approves the machine's certificate, so a tenant's kubelet
always finds its Node there; the API server asks us before it answers AlreadyExists. A kubelet whose Node
is not there was removed, and its certificate is older than the removal.
"""

from __future__ import annotations

from yurt_console.tenancy import node_names
from yurt_console.tenancy.admission.review import ALLOWED, Object, Request, Verdict, refused
from yurt_console.yurt.names import TENANT_NODE_LABEL, TENANT_TAINT


def of_node(request: Request, owner: str | None) -> Verdict:
    """A Node that is made; ``owner``: whose the Node of this name is, None when there is none of a tenant's.

    Should the Node vanish between our look and the write, what the kubelet makes still bears the mark.
    """
    if not request.node:
        return ALLOWED
    found = request.object or {}
    metadata = found.get("metadata") or {}
    name = metadata.get("name", "")
    if name != request.node:
        return refused(f'a kubelet makes its own Node, and "{name}" is another')
    if owner is None and node_names.is_tenants(name):
        return refused(
            f'node "{name}" was removed, or its account has ended; its certificate does not bring it back:'
            " run the leave script on the machine, then a current join script"
        )
    labels = metadata.get("labels") or {}
    if labels.get(TENANT_NODE_LABEL, owner) != owner:
        return refused(f"a kubelet does not say whose its node is ({TENANT_NODE_LABEL})")
    return Verdict(patch=_marks(found, owner)) if owner is not None else ALLOWED


def _marks(found: Object, owner: str) -> tuple[Object, ...]:
    operations: list[Object] = []
    labels = (found.get("metadata") or {}).get("labels")
    if labels is None:
        operations.append(_add("/metadata/labels", {TENANT_NODE_LABEL: owner}))
    elif labels.get(TENANT_NODE_LABEL) != owner:
        operations.append(_add(f"/metadata/labels/{TENANT_NODE_LABEL.replace('/', '~1')}", owner))
    spec = found.get("spec")
    taint = node_names.taint(owner)
    if spec is None:
        operations.append(_add("/spec", {"taints": [taint]}))
    elif spec.get("taints") is None:
        operations.append(_add("/spec/taints", [taint]))
    elif not any(one.get("key") == TENANT_TAINT and one.get("value") == owner for one in spec["taints"]):
        operations.append(_add("/spec/taints/-", taint))
    return tuple(operations)


def _add(path: str, value: object) -> Object:
    return {"op": "add", "path": path, "value": value}
