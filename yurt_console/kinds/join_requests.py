"""Joins: certificate requests of joining machines, shown with the nodes until the kubelet reports.

Only requests made with an account's bootstrap token count. Kubernetes deletes a decided request after an
hour, and an undecided one after a day.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec

from apimachinery import resources
from yurt_console.cache.wire import certificates as wire
from yurt_console.inventory.inventory import Inventory
from yurt_console.inventory.table_spec import TableSpec
from yurt_console.kinds.kind_spec import KindSpec
from yurt_console.rows import CertificateRequest
from yurt_console.tenancy import naming
from yurt_console.tenancy.nodes import node_approval

PENDING, APPROVED, DENIED = "pending", "approved", "denied"
_MOST: Final = 100
_PLURAL: Final = resources.CERTIFICATE_REQUESTS.plural
_WAITING: Final = "Waiting for the operator's answer."


class Join(msgspec.Struct, frozen=True):
    """The newest certificate request for one node."""

    name: str
    """Name of the node; "" when the subject of the request is invalid."""
    state: str
    """``pending``, ``approved`` (the kubelet has not reported yet) or ``denied``."""
    reason: str
    message: str
    time: str
    """Time of the decision, else of the request."""
    namespace: str
    """The tenant of the bootstrap token."""


def in_progress(inventory: Inventory, scope: str | None) -> list[Join]:
    """The unfinished joins of a scope, newest first."""
    newest: dict[tuple[str, str], CertificateRequest] = {}
    for row in sorted(_of_tokens(inventory, scope), key=lambda row: (row.created, row.name)):
        newest[naming.account_of(row), node_approval.node_name(row)] = row
    found = [_join(tenant, node, row) for (tenant, node), row in newest.items()]
    unfinished = [each for each in found if each.state != APPROVED or _is_awaited(inventory, each.name)]
    return sorted(unfinished, key=lambda each: each.time, reverse=True)[:_MOST]


def _of_tokens(inventory: Inventory, scope: str | None) -> Iterable[CertificateRequest]:
    rows = inventory.table(_PLURAL).rows(scope)
    return (row for row in rows if row.signer in node_approval.SIGNERS and naming.account_of(row))


def _join(tenant: str, node: str, row: CertificateRequest) -> Join:
    decided = {condition.type: condition for condition in row.conditions}
    denied = decided.get(node_approval.DENIED) or decided.get(node_approval.FAILED)
    if denied is not None:
        return Join(node, DENIED, denied.reason, denied.message, denied.since or row.created, tenant)
    approved = decided.get(node_approval.APPROVED)
    if approved is not None:
        when = approved.since or row.created
        return Join(node, APPROVED, approved.reason, approved.message, when, tenant)
    return Join(node, PENDING, "", _WAITING, row.created, tenant)


def _is_awaited(inventory: Inventory, name: str) -> bool:
    """Whether the Node exists and its kubelet has not reported yet."""
    node = inventory.nodes.get(("", name))
    return node is not None and not node.ready


CERTIFICATE_REQUESTS: Final = KindSpec(
    resource=resources.CERTIFICATE_REQUESTS,
    table=TableSpec(resources.CERTIFICATE_REQUESTS, wire.CERTIFICATE_REQUESTS, scope=naming.account_of),
)
