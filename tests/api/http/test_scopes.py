"""A principal that is not its tenant: it reads the lists of its scopes, and no others."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest
import pytest_asyncio
from starlette.requests import Request

from apimachinery.errors import ForbiddenError
from tests import rows
from tests.api.world import A, B, World, build, populate
from yurt_console.api.http.responses import Response
from yurt_console.api.http.routing.route import Call
from yurt_console.api.lists.list_endpoint import ENDPOINTS, ListEndpoint
from yurt_console.tenancy.identity import principals
from yurt_console.tenancy.identity.principals import Principal

OTHER = "user-cccccccccccccccccccc"

pytestmark = pytest.mark.asyncio(loop_scope="module")

PODS, NODES = (next(one for one in ENDPOINTS if one.plural == plural) for plural in ("pods", "nodes"))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world() -> AsyncIterator[World]:
    world = await populate(await build())
    world.put("pods", rows.pod("web-cccc", OTHER))
    yield world
    await world.client.close()


@pytest.fixture
def member(world: World) -> Principal:
    """The account of one tenant, which may see another tenant as well."""
    user = world.console.cluster.inventory.users.get(("", A))
    assert user is not None
    own = principals.of(user, world.console.time())
    return msgspec.structs.replace(own, scopes=frozenset({A, B}))


def call(world: World, caller: Principal, namespace: str = "") -> Call:
    request = Request({"type": "http", "method": "GET", "path": "/", "headers": [], "query_string": b""})
    return Call(world.console, request, {"namespace": namespace} if namespace else {}, caller)


def names(reply: Response) -> list[str]:
    found = msgspec.json.decode(bytes(reply.body))
    return sorted(row["name"] for row in found.get("items") or found["allNodes"])


@pytest.mark.parametrize("endpoint", [PODS, NODES], ids=lambda endpoint: endpoint.plural)
async def test_it_reads_the_lists_of_both_scopes_and_no_more(
    world: World, member: Principal, endpoint: ListEndpoint[Any]
) -> None:
    name = "web" if endpoint is PODS else "edge"

    assert names(endpoint.respond(call(world, member, A))) == [f"{name}-aaaa"]
    assert names(endpoint.respond(call(world, member, B))) == [f"{name}-bbbb"]
    assert names(endpoint.respond(call(world, member))) == [f"{name}-aaaa"]
    for other in (OTHER, "kube-system"):
        with pytest.raises(ForbiddenError):
            endpoint.respond(call(world, member, other))


async def test_its_tenant_alone_does_not_see_the_others(world: World, member: Principal) -> None:
    own = msgspec.structs.replace(member, scopes=frozenset({A}))

    with pytest.raises(ForbiddenError):
        PODS.respond(call(world, own, B))
