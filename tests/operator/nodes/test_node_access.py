"""A tenant's kubeconfig shows the tenant's own nodes and pool by name, and nobody else's."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest

from apimachinery.resources import CLUSTER_ROLE_BINDINGS, CLUSTER_ROLES, NODES, Resource
from tests import rows
from tests.planes.kubernetes_api import Api
from tests.planes.plane import Plane
from tests.planes.waiting import until
from tests.tenancy.examples import user as example
from yurt_console.cache.store import Table
from yurt_console.custom_resources import NODE_POOLS, USERS
from yurt_console.inventory.table_spec import node_scope
from yurt_console.kube.client import Client
from yurt_console.kube.kubeconfig import load
from yurt_console.operator.nodes.node_access import NodeAccessController
from yurt_console.rows import Node, User
from yurt_console.settings import Settings
from yurt_console.tenancy.accounts import profile, tokens, user_objects
from yurt_console.tenancy.provisioning import node_view_role
from yurt_console.yurt.well_known_labels import TENANT_NODE_LABEL


class World:
    """One tenant, with an operator's view of users and nodes."""

    def __init__(self, plane: Plane, client: Client, user: User) -> None:
        self.api, self.client, self.user = plane.api, client, user
        self.users: Table[User] = Table("users", scope=lambda one: one.name)
        self.nodes: Table[Node] = Table("nodes", scope=node_scope)
        self.users.put(user)
        self.node_access = NodeAccessController()

    async def keep(self) -> None:
        await self.node_access.keep(self.client, self.users, self.nodes)

    def own(self, *names: str) -> None:
        for name in names:
            self.nodes.put(rows.node(name, labels={TENANT_NODE_LABEL: self.user.name}))

    async def answers(self, code: int, path: str) -> None:
        """The API server learns of a role a moment later."""
        tenant = self.api.acting_as(f"system:serviceaccount:{self.user.name}:tenant", "system:authenticated")
        told = f"{code} for {path}"
        await asyncio.to_thread(until, lambda: tenant.ask("GET", path).code == code, 10, told)


@pytest.fixture
async def world(installed: Plane) -> AsyncIterator[World]:
    async with Client(load(installed.kubeconfig)) as client:
        who = profile.read("access@example.com", "13800138000", "ACME", region="CN")
        made = await client.create(USERS, user_objects.new_user(who, tokens.issue()[1], Settings()))
        name, uid = made["metadata"]["name"], made["metadata"]["uid"]
        user = example(name=name, uid=uid, tenant_namespace=name, valid_period=0)
        for node in ("access-a", "access-b"):
            await client.create(NODES, {"metadata": {"name": node}})
        try:
            yield World(installed, client, user)
        finally:
            api: Api = installed.api
            await asyncio.to_thread(api.delete, USERS, name)
            for node in ("access-a", "access-b"):
                await asyncio.to_thread(api.delete, NODES, node)
            role = node_view_role.name_of(user.name)
            await asyncio.to_thread(gone, api, role)  # Kubernetes takes it away with the User


def gone(api: Api, role: str) -> None:
    """Kubernetes looks for new kinds of owners every half minute."""
    for resource in (CLUSTER_ROLES, CLUSTER_ROLE_BINDINGS):
        until(functools.partial(absent, api, resource, role), 60, f"{resource.kind} {role} is gone")


def absent(api: Api, resource: Resource, name: str) -> bool:
    return api.find(resource, name) is None


async def test_own_nodes_are_seen_by_name_and_as_long_as_they_are_own(world: World) -> None:
    node, other = NODES.path("v1", name="access-a"), NODES.path("v1", name="access-b")
    await world.keep()
    await world.answers(403, node)
    world.own("access-a")
    await world.keep()
    await world.answers(200, node)
    await world.answers(403, other)
    await world.answers(403, NODES.path("v1"))
    await world.answers(404, NODE_POOLS.path("v1beta1", name=world.user.name))
    await world.answers(403, NODE_POOLS.path("v1beta1", name="other"))
    world.nodes.remove(("", "access-a"))
    world.own("access-b")
    await world.keep()
    await world.answers(200, other)
    await world.answers(403, node)


async def test_a_suspended_account_sees_nothing_and_a_renewed_one_again(world: World) -> None:
    node = NODES.path("v1", name="access-a")
    world.own("access-a")
    await world.keep()
    await world.answers(200, node)
    world.users.put(msgspec.structs.replace(world.user, suspended=True))
    await world.keep()
    await world.answers(403, node)
    world.users.put(world.user)
    await world.keep()
    await world.answers(200, node)


async def test_what_is_right_is_not_written_again_and_what_is_not_is_put_right(world: World) -> None:
    world.own("access-a")
    await world.keep()
    role = node_view_role.name_of(world.user.name)

    async def found() -> dict[str, Any]:
        return await world.client.get(CLUSTER_ROLES, role)

    before = await found()
    await NodeAccessController().keep(world.client, world.users, world.nodes)
    assert (await found())["metadata"]["resourceVersion"] == before["metadata"]["resourceVersion"]
    await world.client.merge_patch(CLUSTER_ROLES, role, {"rules": None})
    await NodeAccessController().keep(world.client, world.users, world.nodes)
    assert (await found())["rules"] == before["rules"]
