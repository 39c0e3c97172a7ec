"""An account ends while all that it ever held is in use: within a minute everything is refused."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from operator import contains
from typing import NamedTuple

import pytest

from apimachinery.resources import NAMESPACES, NODES, PODS, SECRETS
from apimachinery.times import rfc3339
from kubesim.node_agent.join import Identity, JoinError
from tests.isolation.tenants import Two, register
from tests.isolation.test_rights import endless
from tests.isolation.test_routes import NOBODY, Caller, callers, listening, send
from tests.journeys.machines import Machines
from tests.planes.kubernetes_api import MERGE, Api
from tests.planes.waiting import until
from yurt_console.cli.simulate import join_values
from yurt_console.cli.simulate.join_values import JoinValues
from yurt_console.custom_resources import USERS

MINUTE = 60.0
EMAIL_WORD = "leaver"


class Held(NamedTuple):
    """What somebody keeps who leaves."""

    callers: dict[str, Caller]
    kubeconfigs: dict[str, Api]
    machine: JoinValues
    identity: Identity


def hold(two: Two, machines: Machines, word: str) -> tuple[str, Held]:
    """An account with a joined machine; its name, and everything that opens something."""
    tenant = register(two.platform, two.product, word)
    user = two.platform.user(tenant.name)
    machine = join_values.read(user["spec"]["nodeAddScript"], "shed")
    [identity] = machines.join(machine)
    assert isinstance(identity, Identity), identity
    api = two.platform.tenant(tenant.name)
    kubeconfigs = {"kubeconfig": api, "endless token": api.holding(endless(two, api, tenant.name))}
    return tenant.name, Held(callers(two.product, tenant), kubeconfigs, machine, identity)


def opened(two: Two, name: str, held: Held) -> list[str]:
    """What still opens something."""
    found = [
        who for who, caller in held.callers.items() if send(two.product, "GET", "/pods", caller).code == 200
    ]
    for who, api in held.kubeconfigs.items():
        for path in (api.path(PODS, "", name), api.path(SECRETS, "", name)):
            if api.ask("GET", path).code not in (401, 403):
                found.append(who)
    return found


@pytest.mark.timeout(240)
def test_what_a_deleted_account_held_is_refused_within_a_minute_and_for_good(two: Two) -> None:
    machines = Machines(two.platform.plane)
    try:
        name, held = hold(two, machines, EMAIL_WORD)
        assert set(opened(two, name, held)) == {*held.callers, *held.kubeconfigs}
        body = {"email": f"owner@{EMAIL_WORD}.example"}
        with refused_within_a_minute(two, name, held):
            cookie = held.callers["cookie"]
            assert send(two.product, "DELETE", "/account", cookie, body=body).code == 204
        until(lambda: two.api.find(USERS, name) is None, 90, "the account is gone")
        assert two.api.find(NAMESPACES, name) is None
        assert two.api.find(NODES, held.machine.name) is None
        assert_powerless(two, machines, held)

        # the same person comes back: the name is the same, and what was held opens nothing of it
        again = register(two.platform, two.product, EMAIL_WORD)
        assert again.name == name
        assert opened(two, name, held) == []
        assert_powerless(two, machines, held)
        assert send(two.product, "GET", "/pods", Caller({}, {"token": again.token})).code == 200
        assert send(two.product, "GET", "/pods", NOBODY).code == 401
        two.api.delete(USERS, name, wait=60)
    finally:
        machines.stop()


@pytest.mark.timeout(240)
@pytest.mark.parametrize("how", ["suspended", "expired"])
def test_what_an_account_held_that_has_ended_stays_dead_when_it_comes_back_with_new_credentials(
    two: Two, how: str
) -> None:
    machines = Machines(two.platform.plane)
    try:
        name, held = hold(two, machines, how)
        assert set(opened(two, name, held)) == {*held.callers, *held.kubeconfigs}
        with refused_within_a_minute(two, name, held):
            if how == "suspended":
                two.product.run("users", "suspend", name, "--reason", "unpaid")
            else:
                expire(two, name, timedelta(days=7))
        [refused] = machines.join(replace(held.machine, name=f"{held.machine.name}-late"))
        assert isinstance(refused, JoinError), refused
        account = json.loads(send(two.product, "GET", "/session", held.callers["cookie"]).text)
        spec = account["spec"]
        assert (account["state"], spec["kubeConfig"], spec["nodeAddScript"]) == (how, "", "")

        two.product.run(
            "users", *(("resume", name) if how == "suspended" else ("renew", name, "--days", "30"))
        )
        until(lambda: two.platform.user(name)["spec"].get("nodeAddScript"), 30, "the credentials are back")
        until(lambda: two.platform.tenant(name).can("list", "pods", name), 20, "the kubeconfig works")
        machine = join_values.read(two.platform.user(name)["spec"]["nodeAddScript"], "barn")
        [joined] = machines.join(machine)
        assert isinstance(joined, Identity), joined
        until(lambda: opened(two, name, held) == [*held.callers], 20, "who logged in is in again")
        assert isinstance(machines.join(held.machine)[0], JoinError)

        expire(two, name, timedelta(days=60))  # now its grace period is over as well
        until(lambda: two.api.find(USERS, name) is None, 90, "the account is gone")
        assert two.api.find(NAMESPACES, name) is None
        assert opened(two, name, held) == []
    finally:
        machines.stop()


def expire(two: Two, name: str, ago: timedelta) -> None:
    """The account has begun so long ago, but for some seconds."""
    begun = datetime.now(UTC) - ago + timedelta(seconds=3)
    path = two.api.path(USERS, name, subresource="status")
    two.api.done("PATCH", path, {"status": {"effectiveTime": rfc3339(begun)}}, content_type=MERGE)


@contextmanager
def refused_within_a_minute(two: Two, name: str, held: Held) -> Iterator[None]:
    """What is done here ends the account: all that it held is refused, and its streams end."""
    streams = (listening(two.product, held.callers[who]) for who in ("cookie", "token"))
    with ExitStack() as stack:
        connections = [stack.enter_context(stream) for stream in streams]
        began = time.monotonic()
        yield
        until(lambda: not opened(two, name, held), MINUTE, "everything is refused")
        for stream in connections:
            until(partial(contains, stream, "end"), MINUTE - (time.monotonic() - began), "streams end")


def assert_powerless(two: Two, machines: Machines, held: Held) -> None:
    """Neither the old token nor the old certificate brings the machine back."""
    [refused] = machines.join(held.machine)
    assert isinstance(refused, JoinError), refused
    name = held.machine.name
    registered = {"metadata": {"name": name}}
    why = machines.as_node(held.identity, "POST", "/api/v1/nodes", registered)
    assert "yurt-console.openyurt.io" in why, why
    assert two.api.find(NODES, name) is None
    for path in ("/api/v1/nodes/cloud-1", f"/api/v1/nodes/{two.node_a}/status"):
        assert machines.as_node(held.identity, "PATCH", path, registered) != ""
    pod = {"metadata": {"name": "x"}, "spec": {"containers": [{"name": "c", "image": "i"}], "nodeName": name}}
    assert machines.as_node(held.identity, "POST", f"/api/v1/namespaces/{two.a}/pods", pod) != ""
