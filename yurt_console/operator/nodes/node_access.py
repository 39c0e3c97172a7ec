"""Keeps each tenant's ClusterRole for its own nodes and pool (`node_view_role`) in line with its nodes."""

from __future__ import annotations

import contextlib
import time
from datetime import UTC, datetime

from apimachinery.resources import CLUSTER_ROLE_BINDINGS, CLUSTER_ROLES, Resource
from yurt_console.cache.store import Table
from yurt_console.kube.client import Client, Object
from yurt_console.kube.errors import AlreadyExists, Conflict, KubeError, NotFound
from yurt_console.rows import Node, User
from yurt_console.tenancy.identity import principals
from yurt_console.tenancy.identity.principals import TENANT, AccountState
from yurt_console.tenancy.provisioning import node_view_role

_LOOK_AGAIN = 600.0
"""Seconds after which every role is read again: other clients may have changed it."""


class NodeAccessController:
    """Writes the role when the tenant's nodes have changed; caches what was written."""

    def __init__(self) -> None:
        self._written: dict[str, tuple[str, ...] | None] = {}
        self._since = time.monotonic()

    async def keep(self, client: Client, users: Table[User], nodes: Table[Node]) -> None:
        """Update every tenant's role. Raises the last of several `KubeError`s."""
        if time.monotonic() - self._since > _LOOK_AGAIN:
            self._written.clear()
            self._since = time.monotonic()
        failure: KubeError | None = None
        found = list(users.rows())
        for user in found:
            state = principals.of(user, datetime.now(UTC))
            if state.role != TENANT or user.deleting:
                continue  # Kubernetes deletes what has the User as its owner
            ready = state.state is AccountState.READY
            wanted = tuple(sorted(node.name for node in nodes.rows(user.name))) if ready else None
            if user.uid in self._written and self._written[user.uid] == wanted:
                continue
            try:
                await _write(client, user, wanted)
            except Conflict:
                continue  # the next round retries
            except KubeError as error:
                failure = error
            else:
                self._written[user.uid] = wanted
        there = {user.uid for user in found}
        self._written = {uid: names for uid, names in self._written.items() if uid in there}
        if failure is not None:
            raise failure


async def _write(client: Client, user: User, nodes: tuple[str, ...] | None) -> None:
    """Write the role and its binding; ``nodes`` None: the account is not ready, and has no binding."""
    if nodes is None:
        with contextlib.suppress(NotFound):
            await client.delete(CLUSTER_ROLE_BINDINGS, node_view_role.name_of(user.name))
        return
    await _put(client, CLUSTER_ROLES, node_view_role.cluster_role(user, nodes), "rules")
    await _put(client, CLUSTER_ROLE_BINDINGS, node_view_role.binding(user), "subjects")


async def _put(client: Client, resource: Resource, wanted: Object, part: str) -> None:
    name = wanted["metadata"]["name"]
    try:
        found = await client.get(resource, name)
    except NotFound:
        with contextlib.suppress(AlreadyExists):
            await client.create(resource, wanted)
        return
    if found.get(part) == wanted[part] and _owner(found) == _owner(wanted):
        return
    metadata = {**wanted["metadata"], "resourceVersion": found["metadata"]["resourceVersion"]}
    await client.replace(resource, {**wanted, "metadata": metadata})


def _owner(found: Object) -> list[str]:
    return [owner["uid"] for owner in found["metadata"].get("ownerReferences") or ()]
