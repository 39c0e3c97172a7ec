"""Clients that act as principals: as whom, and that none is closed while it is used."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime

import msgspec
import pytest
from aiohttp import web

from apimachinery.errors import ForbiddenError
from tests.tenancy.examples import TENANT_NAME, user
from yurt_console.kube.client import Client
from yurt_console.kube.credentials import Credentials
from yurt_console.tenancy.identity import principals
from yurt_console.tenancy.identity.impersonation import CACHED, Impersonator
from yurt_console.tenancy.identity.principals import Principal

NOW = datetime(2026, 1, 3, tzinfo=UTC)


def tenant(name: str = TENANT_NAME) -> Principal:
    return principals.of(user(name=name, tenant_namespace=name), NOW)


@asynccontextmanager
async def serving() -> AsyncIterator[tuple[Impersonator, list[dict[str, str]]]]:
    """An impersonator, and the impersonation headers of the requests that were answered."""
    seen: list[dict[str, str]] = []

    async def answer(request: web.Request) -> web.Response:
        seen.append({name: value for name, value in request.headers.items() if name.startswith("Imp")})
        return web.json_response({})

    app = web.Application()
    app.router.add_get("/version", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        async with Client(Credentials(f"http://127.0.0.1:{runner.addresses[0][1]}")) as client:
            impersonator = Impersonator(client, "yurt-console")
            yield impersonator, seen
            await impersonator.close()
    finally:
        await runner.cleanup()


async def test_a_client_in_use_stays_open_however_many_others_come_and_go() -> None:
    async with serving() as (impersonator, seen), impersonator.client(tenant("first")) as held:
        await held.request("GET", "/version")
        for number in range(2 * CACHED):
            async with impersonator.client(tenant(f"other-{number}")):
                pass
        await held.request("GET", "/version")

        assert len(seen) == 2


async def test_a_client_used_twice_at_once_stays_open_until_both_have_ended() -> None:
    async with serving() as (impersonator, seen), impersonator.client(tenant("first")) as held:
        async with impersonator.client(tenant("first")) as same:
            assert same is held
        for number in range(2 * CACHED):
            async with impersonator.client(tenant(f"other-{number}")):
                pass
        await held.request("GET", "/version")

        assert len(seen) == 1


async def test_the_least_recently_used_clients_are_closed_and_no_others() -> None:
    async with serving() as (impersonator, _), AsyncExitStack() as stack:
        clients = []
        for number in range(CACHED + 2):
            async with impersonator.client(tenant(f"t-{number}")) as client:
                clients.append(client)
        for client in clients[:2]:
            with pytest.raises(RuntimeError, match="closed"):
                await client.request("GET", "/version")
        for number in range(2, CACHED + 2):
            again = await stack.enter_async_context(impersonator.client(tenant(f"t-{number}")))
            assert again is clients[number]


async def test_a_principal_acts_as_the_tenant_of_each_of_its_scopes_and_no_other() -> None:
    both = msgspec.structs.replace(tenant(), scopes=frozenset({TENANT_NAME, "team"}))
    async with serving() as (impersonator, seen):
        for scope in ("", TENANT_NAME, "team"):
            async with impersonator.client(both, scope) as client:
                await client.request("GET", "/version")
        with pytest.raises(ForbiddenError):
            async with impersonator.client(both, "kube-system"):
                pass

        accounts = [f"system:serviceaccount:{scope}:tenant" for scope in (TENANT_NAME, TENANT_NAME, "team")]
        assert seen == [{"Impersonate-User": account} for account in accounts]


async def test_every_administrator_acts_as_one_account_and_is_named_beside_it() -> None:
    admin = principals.of(user(name="root", role="admin", tenant_namespace=""), NOW)
    async with serving() as (impersonator, seen), impersonator.client(admin, "team") as client:
        await client.request("GET", "/version")

        [headers] = seen
        assert headers["Impersonate-User"] == "system:serviceaccount:yurt-console:yurt-console-admin"
        assert [value for name, value in headers.items() if name != "Impersonate-User"] == ["root"]
