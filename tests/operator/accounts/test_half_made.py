"""An operator that is killed at any step of making or of deleting an account: the next one finishes.

The steps are those that the plan itself gives. For each number of them there is an account of which an
operator has done so many and not one more; then another process does the rest of all of them.
"""

from __future__ import annotations

import asyncio
import random
import signal
import time
from collections.abc import AsyncIterator
from contextlib import aclosing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from apimachinery.resources import NODES
from tests.operator.process import Operator, credentials, running
from tests.operator.whole import Place, everything, returns_to, steady
from tests.planes.plane import Plane
from tests.planes.waiting import until
from yurt_console.custom_resources import USERS
from yurt_console.kube.client import Client
from yurt_console.kube.kubeconfig import load
from yurt_console.operator import cluster_info
from yurt_console.operator.accounts.reconcile import Waiting, now, reconcile
from yurt_console.settings import Settings
from yurt_console.tenancy.accounts import profile, tokens, user_objects
from yurt_console.tenancy.provisioning.observed import Platform

__all__ = ["credentials"]


@pytest.fixture
async def client(installed: Plane) -> AsyncIterator[Client]:
    """The administrator."""
    async with Client(load(installed.kubeconfig)) as client:
        yield client


async def register(client: Client, email: str) -> str:
    who = profile.read(email, "13800138000", "ACME", region="CN")
    await client.create(USERS, user_objects.new_user(who, tokens.issue()[1], Settings()))
    return user_objects.name_of(email)


async def steps(
    client: Client, name: str, known: Platform, stop_after: int = 1000, *, days: float = 0
) -> int:
    """Do so many steps at most, ``days`` from now, and then as a killed process would: nothing."""
    done = 0

    def clock() -> datetime:
        return now() + timedelta(days=days)

    deadline = time.monotonic() + 60
    while done < stop_after:
        try:
            async with aclosing(reconcile(client, name, known, clock=clock)) as carried_out:
                async for _ in carried_out:
                    done += 1
                    if done == stop_after:
                        return done
            return done
        except Waiting:
            assert time.monotonic() < deadline
            await asyncio.sleep(0.1)
    return done


def shape(api_objects: dict[Place, str], name: str, uid: str) -> list[tuple[str, str]]:
    """What there is of an account, without what is by chance."""
    token = "bootstrap-token-"
    return sorted(
        (kind, "token" if place.startswith(token) or "-token-" in place else place.replace(name, "NAME"))
        for (kind, namespace, place) in api_objects
        if name in (namespace, place) or place in {f"{token}{each}" for each in _token_ids(uid)}
    )


def _token_ids(uid: str) -> tuple[str, ...]:
    from yurt_console.tenancy.naming import bootstrap_ids

    return bootstrap_ids(uid)


def state(user: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [(each["type"], each["status"], each["reason"]) for each in user["status"]["conditions"]]


async def test_killed_at_every_step_of_making_an_account(
    client: Client, installed: Plane, credentials: Path, tmp_path: Path
) -> None:
    known = await cluster_info.discover(client, Settings())
    whole = await register(client, "whole@example.com")
    total = await steps(client, whole, known)
    assert total > 10
    names = []
    for number in range(1, total):
        names.append(await register(client, f"made-{number}@example.com"))
        assert await steps(client, names[-1], known, number) == number
    operator = Operator(installed, credentials, tmp_path / "operator.log")
    operator.start()
    try:
        for name in [whole, *names]:
            await asyncio.to_thread(operator.effective, name, 30)

        def settled() -> bool:
            expected = state(operator.user(whole))
            return all(state(operator.user(name)) == expected for name in names)

        await asyncio.to_thread(until, settled, 20, "all stand alike")
        found = everything(installed.api)
        expected = shape(found, whole, operator.user(whole)["metadata"]["uid"])
        assert len(expected) > 8
        for name in names:
            assert shape(found, name, operator.user(name)["metadata"]["uid"]) == expected
        assert state(operator.user(whole))[0] == ("Ready", "True", "Prepared")
    finally:
        await asyncio.to_thread(operator.stop)


@pytest.mark.timeout(300)
async def test_killed_at_every_step_of_deleting_an_account_nothing_is_left(
    client: Client, installed: Plane, credentials: Path, tmp_path: Path
) -> None:
    known = await cluster_info.discover(client, Settings())
    operator = Operator(installed, credentials, tmp_path / "operator.log")
    await empty(client, known)
    before = await asyncio.to_thread(steady, installed.api)

    async def leaving(email: str) -> str:
        name = await register(client, email)
        await steps(client, name, known)
        labels = {"node-restriction.kubernetes.io/tenant": name}
        node = {"metadata": {"name": f"{name}-n1", "labels": labels}}
        await client.create(NODES, node)
        await client.delete(USERS, name)
        return name

    total = await steps(client, await leaving("whole@example.com"), known)
    assert total > 8
    names = [await leaving(f"left-{number}@example.com") for number in range(total)]
    for number, name in enumerate(names):
        assert await steps(client, name, known, number) == number
    operator.start()
    try:
        for name in names:
            await asyncio.to_thread(until, lambda name=name: not operator.user(name), 60, f"{name} is gone")
    finally:
        await asyncio.to_thread(operator.stop)
    await asyncio.to_thread(returns_to, installed.api, before)


@pytest.mark.timeout(180)
async def test_deleted_after_any_step_of_its_making_an_account_leaves_nothing(
    client: Client, installed: Plane, credentials: Path, tmp_path: Path
) -> None:
    known = await cluster_info.discover(client, Settings())
    total = await steps(client, await register(client, "complete@example.com"), known)
    await empty(client, known)
    before = await asyncio.to_thread(steady, installed.api)
    names = [await register(client, f"half-{number}@example.com") for number in range(total)]
    for number, name in enumerate(names):
        assert await steps(client, name, known, number) == number
        await client.delete(USERS, name)
    with running(installed, credentials, tmp_path / "operator.log") as operator:
        for name in names:
            await asyncio.to_thread(until, lambda name=name: not operator.user(name), 60, f"{name} is gone")
    await asyncio.to_thread(returns_to, installed.api, before)


async def empty(client: Client, known: Platform) -> None:
    """Remove the accounts of other tests, to which an operator that runs would add something."""
    for user in await client.list(USERS):
        await client.delete(USERS, user["metadata"]["name"])
        await steps(client, user["metadata"]["name"], known)


def test_killed_again_and_again_while_accounts_come_and_go(
    installed: Plane, credentials: Path, tmp_path: Path
) -> None:
    chance = random.Random(7)
    operator = Operator(installed, credentials, tmp_path / "operator.log")
    operator.start()
    try:
        going = [operator.create(f"going-{number}@example.com") for number in range(3)]
        for name in going:
            operator.effective(name, 20)
        coming = [operator.create(f"coming-{number}@example.com") for number in range(3)]
        for name in going:
            operator.delete(name)
        for _ in range(4):
            time.sleep(chance.uniform(0.05, 0.6))  # whenever it happens to be
            operator.stop(signal.SIGKILL)
            operator.start()
        for name in coming:
            operator.effective(name, 30)
        until(lambda: not any(operator.user(name) for name in going), 60, "those that left are gone")
    finally:
        operator.stop()


async def test_after_the_grace_period_the_account_goes_without_a_trace(
    client: Client, installed: Plane
) -> None:
    known = await cluster_info.discover(client, Settings())
    before = await asyncio.to_thread(steady, installed.api)
    name = await register(client, "grace@example.com")
    await steps(client, name, known)
    for days in (7.5, 14.5):
        await steps(client, name, known, days=days)
        if days < 10:
            user = await client.get(USERS, name)
            assert user["status"]["expired"] is True
            assert "kubeConfig" not in user["spec"]
            assert "renew" in user["status"]["message"]
    await asyncio.to_thread(returns_to, installed.api, before)
