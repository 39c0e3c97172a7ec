"""Nodes that kubelets make. Whoever else makes one, an administrator or a cloud, knows what they do.

The operator makes a tenant's Node before it approves the machine's certificate, so a tenant's kubelet
always finds its Node there; the API server asks us before it answers AlreadyExists. A kubelet whose Node
is not there was removed, and its certificate is older than the removal. (Marking what a kubelet makes
instead is not possible: the API server's NodeRestriction refuses the mark, whoever set it.)
"""

from __future__ import annotations

from yurt_console.tenancy import naming
from yurt_console.tenancy.admission.review import ALLOWED, Request, Verdict, refused
from yurt_console.yurt.well_known_labels import TENANT_NODE_LABEL


def of_node(request: Request, owner: str | None) -> Verdict:
    """A Node that is created; ``owner``: the tenant of an existing one of this name, None for none."""
    if not request.node:
        return ALLOWED
    metadata = (request.object or {}).get("metadata") or {}
    name = metadata.get("name", "")
    if name != request.node:
        return refused(f'a kubelet makes its own Node, and "{name}" is another')
    if owner is None and naming.is_tenant_node(name):
        return refused(
            f'node "{name}" was removed, or its account has ended; its certificate does not bring it back:'
            " take the machine out of the cluster, then run a current join script on it"
        )
    if TENANT_NODE_LABEL in (metadata.get("labels") or {}):
        return refused(f"a kubelet does not say whose its node is ({TENANT_NODE_LABEL})")
    return ALLOWED
