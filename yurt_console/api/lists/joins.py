"""Machines that want to become nodes: beside the list of nodes, until they are in it and have reported.

Made of certificate requests with the accounts' own bootstrap tokens; Kubernetes forgets a request an hour
after it was decided, and a day after it was made if nobody decides.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec

from yurt_console.inventory.inventory import Inventory
from yurt_console.rows import CertificateRequest
from yurt_console.tenancy import naming
from yurt_console.tenancy.nodes import node_approval

PENDING, APPROVED, DENIED = "pending", "approved", "denied"
_MOST: Final = 100
_WAITING: Final = "Waiting for the operator's answer."


class Join(msgspec.Struct, frozen=True):
    """The newest request for one node."""

    name: str
    """The node's, "" when the request does not say it as it must."""
    state: str
    """``pending``, ``approved`` (the machine has not reported yet) or ``denied``."""
    reason: str
    message: str
    time: str
    """When it was decided, or asked for."""
    namespace: str
    """The tenant whose token asked."""


def under_way(cluster: Inventory, scope: str | None) -> list[Join]:
    """What there is to say about a scope's machines, newest first."""
    newest: dict[tuple[str, str], CertificateRequest] = {}
    for row in sorted(_of_tokens(cluster, scope), key=lambda row: (row.created, row.name)):
        newest[naming.account_of(row), node_approval.node_name(row)] = row
    found = [_join(tenant, node, row) for (tenant, node), row in newest.items()]
    shown = [each for each in found if each.state != APPROVED or _is_awaited(cluster, each.name)]
    return sorted(shown, key=lambda each: each.time, reverse=True)[:_MOST]


def _of_tokens(cluster: Inventory, scope: str | None) -> Iterable[CertificateRequest]:
    rows = cluster.requests.rows(scope)
    return (row for row in rows if row.signer in node_approval.SIGNERS and naming.account_of(row))


def _join(tenant: str, node: str, row: CertificateRequest) -> Join:
    said = {condition.type: condition for condition in row.conditions}
    denied = said.get(node_approval.DENIED) or said.get(node_approval.FAILED)
    if denied is not None:
        return Join(node, DENIED, denied.reason, denied.message, denied.since or row.created, tenant)
    approved = said.get(node_approval.APPROVED)
    if approved is not None:
        when = approved.since or row.created
        return Join(node, APPROVED, approved.reason, approved.message, when, tenant)
    return Join(node, PENDING, "", _WAITING, row.created, tenant)


def _is_awaited(cluster: Inventory, name: str) -> bool:
    """Whether there is a Node of this name of which nothing was heard yet."""
    node = cluster.nodes.get(("", name))
    return node is not None and not node.ready
