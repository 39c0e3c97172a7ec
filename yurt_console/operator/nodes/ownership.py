"""What the operator writes about nodes that are tenants' already: who has which, and where they belong.

``status.nodes`` and ``nodeNum`` of a User say what the label says that no kubelet can set. The pool's label
a kubelet can change, on its own Node; it is put back.
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
"""What the User kind takes; `nodeNum` counts all."""


async def keep(client: Client, users: Table[User], nodes: Table[Node], release: Release) -> None:
    """Bring statuses and labels into line with the nodes there are. Raises the last of several failures."""
    failure: KubeError | None = None
    for user in list(users.rows()):
        try:
            await _count(client, user, nodes)
        except NotFound:
            continue  # the account has just gone
        except KubeError as error:
            failure = error
    for node in list(nodes.rows()):
        labels = node_approval.strayed(node, release)
        owner = users.get(("", next(iter(labels.values()), "")))
        if not labels or owner is None or owner.deleting:
            continue
        try:
            await _put_back(client, node, labels)
        except NotFound:
            continue
        except KubeError as error:
            failure = error
    if failure is not None:
        raise failure


async def _count(client: Client, user: User, nodes: Table[Node]) -> None:
    names = sorted(node.name for node in nodes.rows(user.name))
    told = tuple(names[:_MOST_NAMES])
    if (user.nodes, user.node_num) == (told, len(names)):
        return
    body = {"metadata": {"uid": user.uid}, "status": {"nodes": told, "nodeNum": len(names)}}
    await client.merge_patch(USERS, user.name, body, subresource="status")


async def _put_back(client: Client, node: Node, labels: dict[str, str]) -> None:
    patch = {"metadata": {"uid": node.uid, "labels": labels}}
    try:
        await client.merge_patch(NODES, node.name, patch)
    except (Forbidden, Invalid) as refused:
        # OpenYurt lets a node leave its pool and join one, but not go from one to another at once
        _log.info("node %s: %s", node.name, _words(refused))
        away = {"metadata": {"uid": node.uid, "labels": dict.fromkeys(labels)}}
        await client.merge_patch(NODES, node.name, away)
        await client.merge_patch(NODES, node.name, patch)
    _log.warning("node %s was in another pool and is back in its own", node.name)


def _words(refused: ApiError) -> str:
    return refused.status.reason or str(refused.code)
