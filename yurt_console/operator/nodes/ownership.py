"""Keeps ``status.nodes`` and ``nodeNum`` of Users, and the pool label of tenants' nodes.

The status follows the tenant label, which no kubelet can set. A kubelet can change the pool label of its own
Node; it is restored.
"""

from __future__ import annotations

import logging

from apimachinery.resources import NODES
from yurt_console.cache.store import Table
from yurt_console.custom_resources import USERS
from yurt_console.kube.client import Client
from yurt_console.kube.errors import ApiError, Forbidden, Invalid, KubeError, NotFound
from yurt_console.rows import Node, User
from yurt_console.tenancy.nodes import node_approval
from yurt_console.yurt.releases import Release

_log = logging.getLogger(__name__)

_MOST_NAMES = 1000
"""Names that the User kind accepts; ``nodeNum`` counts all."""


async def keep(client: Client, users: Table[User], nodes: Table[Node], release: Release) -> None:
    """Update statuses and labels where they differ. Raises the last of several `KubeError`s."""
    failure: KubeError | None = None
    for user in list(users.rows()):
        try:
            await _count(client, user, nodes)
        except NotFound:
            continue  # the User was deleted
        except KubeError as error:
            failure = error
    for node in list(nodes.rows()):
        labels = node_approval.pool_labels_to_restore(node, release)
        owner = users.get(("", next(iter(labels.values()), "")))
        if not labels or owner is None or owner.deleting:
            continue
        try:
            await _restore(client, node, labels)
        except NotFound:
            continue
        except KubeError as error:
            failure = error
    if failure is not None:
        raise failure


async def _count(client: Client, user: User, nodes: Table[Node]) -> None:
    names = sorted(node.name for node in nodes.rows(user.name))
    listed = tuple(names[:_MOST_NAMES])
    if (user.nodes, user.node_num) == (listed, len(names)):
        return
    body = {"metadata": {"uid": user.uid}, "status": {"nodes": listed, "nodeNum": len(names)}}
    await client.merge_patch(USERS, user.name, body, subresource="status")


async def _restore(client: Client, node: Node, labels: dict[str, str]) -> None:
    patch = {"metadata": {"uid": node.uid, "labels": labels}}
    try:
        await client.merge_patch(NODES, node.name, patch)
    except (Forbidden, Invalid) as refused:
        # OpenYurt refuses to move a node from one pool to another in one step
        _log.info("node %s: %s", node.name, _words(refused))
        away = {"metadata": {"uid": node.uid, "labels": dict.fromkeys(labels)}}
        await client.merge_patch(NODES, node.name, away)
        await client.merge_patch(NODES, node.name, patch)
    _log.warning("node %s: the label of its pool is restored (the kubelet had changed it)", node.name)


def _words(refused: ApiError) -> str:
    return refused.status.reason or str(refused.code)
