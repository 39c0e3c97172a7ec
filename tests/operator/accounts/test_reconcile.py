"""Reconciling on an API server, step by step: stopped after any of them, begun again, finished."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

import pytest

from apimachinery.resources import NAMESPACES, SECRETS, SERVICE_ACCOUNTS
from tests.planes.plane import Plane
from yurt_console.custom_resources import USERS
from yurt_console.kube.client import Client
from yurt_console.kube.errors import NotFound
from yurt_console.kube.kubeconfig import load
from yurt_console.operator import cluster_info
from yurt_console.operator.accounts.reconcile import Waiting, reconcile
from yurt_console.settings import Settings, settings_of
from yurt_console.tenancy import naming
from yurt_console.tenancy.accounts import profile, tokens, user_objects
from yurt_console.tenancy.provisioning.observed import Platform

EMAIL = "steps@example.com"
NAME = user_objects.name_of(EMAIL)


@pytest.fixture
async def client(installed: Plane) -> AsyncIterator[Client]:
    """The administrator, with an account that nobody has begun with."""
    async with Client(load(installed.kubeconfig)) as client:
        who = profile.read(EMAIL, "13800138000", "ACME", region="CN")
        await client.create(USERS, user_objects.new_user(who, tokens.issue()[1], Settings()))
        try:
            yield client
        finally:
            await remove(client)


async def remove(client: Client) -> None:
    """Delete the account as the operator's finalizer would have it done."""
    found = await cluster_info.discover(client, Settings())
    try:
        await client.merge_patch(USERS, NAME, {"metadata": {"finalizers": ["example.com/test"]}})
        await client.delete(USERS, NAME)
    except NotFound:
        return
    async with asyncio.timeout(60):
        while True:
            try:
                await steps(client, found)
            except Waiting:
                await asyncio.sleep(0.2)
            else:
                break
    await client.merge_patch(USERS, NAME, {"metadata": {"finalizers": None}})


async def steps(client: Client, known: Platform, *, stop_after: int = 1000) -> list[str]:
    done: list[str] = []
    async with aclosing(reconcile(client, NAME, known)) as carried_out:
        async for step in carried_out:
            done.append(str(step).split(" ", 1)[0] + " " + type(step).__name__)
            if len(done) == stop_after:
                break
    return done


async def versions(client: Client) -> list[Any]:
    user = await client.get(USERS, NAME)
    token_id = naming.bootstrap_ids(user["metadata"]["uid"])[0]
    objects = [
        user,
        await client.get(NAMESPACES, NAME),
        await client.get(SERVICE_ACCOUNTS, "tenant", NAME),
        await client.get(SECRETS, naming.bootstrap_name(token_id), "kube-system"),
    ]
    return [(each["metadata"]["uid"], each["metadata"]["resourceVersion"]) for each in objects]


async def test_stopped_after_each_step_it_goes_on_from_there(client: Client) -> None:
    known = await cluster_info.discover(client, Settings())
    done: list[str] = []
    while one := await steps(client, known, stop_after=1):
        done += one
        assert len(done) < 40
    assert [step for step in done if step == "issue IssueKubeconfig"] == ["issue IssueKubeconfig"]
    user = await client.get(USERS, NAME)
    assert user["status"]["effectiveTime"]
    assert await steps(client, known) == []


async def test_two_operators_at_once_make_everything_once(client: Client) -> None:
    known = await cluster_info.discover(client, Settings())
    done = await asyncio.gather(*(steps(client, known) for _ in range(3)), return_exceptions=True)
    await steps(client, known)
    before = await versions(client)
    assert [
        error for error in done if isinstance(error, BaseException) and not isinstance(error, Waiting)
    ] == []
    assert await steps(client, known) == []
    assert await versions(client) == before


async def test_the_join_script_and_kubeconfig_follow_the_clusters_address(client: Client) -> None:
    await steps(client, await cluster_info.discover(client, Settings()))
    moved = await cluster_info.discover(
        client, settings_of(cluster_address="https://cluster.example.com:6443")
    )
    assert await steps(client, moved) == ["issue IssueKubeconfig", "set Patch"]
    spec = (await client.get(USERS, NAME))["spec"]
    assert "https://cluster.example.com:6443" in spec["kubeConfig"]
    assert "cluster.example.com:6443" in spec["nodeAddScript"]


async def test_a_user_that_is_gone_needs_nothing(client: Client) -> None:
    await remove(client)
    assert await steps(client, await cluster_info.discover(client, Settings())) == []
