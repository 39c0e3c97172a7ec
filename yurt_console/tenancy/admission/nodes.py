"""Admission of Nodes that kubelets create. Nodes created by other clients are always allowed.

The operator creates a tenant's Node before it approves the machine's certificate, so a tenant's kubelet
always finds its Node. The API server calls admission before it answers AlreadyExists. If the Node is missing,
it has been deleted, and the kubelet's certificate is older than that. (The webhook cannot label such a Node
instead: NodeRestriction refuses the label for every kubelet.)
"""

from __future__ import annotations

from yurt_console.tenancy import naming
from yurt_console.tenancy.admission.review import ALLOWED, Request, Verdict, refused
from yurt_console.yurt.well_known_labels import TENANT_NODE_LABEL


def of_node(request: Request, owner: str | None) -> Verdict:
    """Creation of a Node. ``owner``: the tenant of the existing Node of this name; None for none."""
    if not request.node:
        return ALLOWED
    metadata = (request.object or {}).get("metadata") or {}
    name = metadata.get("name", "")
    if name != request.node:
        return refused(f'a kubelet creates only its own Node, not "{name}"')
    if owner is None and naming.is_tenant_node(name):
        return refused(
            f'node "{name}" was deleted, or its account has ended; a kubelet cannot create it again:'
            " run the leave script on the machine, then a current join script"
        )
    if TENANT_NODE_LABEL in (metadata.get("labels") or {}):
        return refused(f"a kubelet must not set the label {TENANT_NODE_LABEL}")
    return ALLOWED
