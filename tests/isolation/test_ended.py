"""An account is deleted while all that it ever held is in use: within a minute everything is refused."""

from __future__ import annotations

import time
from functools import partial
from operator import contains
from typing import NamedTuple

import pytest

from tests.isolation.tenants import Two, settle
from tests.isolation.test_rights import endless
from tests.isolation.test_routes import NOBODY, Caller, ask, callers, listening
from tests.journeys.machines import Machines
from tests.kubernetes_api import Api
from tests.waiting import until
from yurt_console.cli import join_values
from yurt_console.cli.join_values import JoinValues
from yurt_console.kube.resources import NAMESPACES, NODES, PODS, SECRETS, USERS
from yurt_console.simulator.joining import Identity, JoinError

MINUTE = 60.0
EMAIL_WORD = "leaver"


class Held(NamedTuple):
    """What somebody keeps who leaves."""

    callers: dict[str, Caller]
    kubeconfigs: dict[str, Api]
    machine: JoinValues
    identity: Identity


def hold(two: Two, machines: Machines) -> tuple[str, Held]:
    """An account with a joined machine; its name, and everything that opens something."""
    tenant = settle(two.platform, two.product, EMAIL_WORD)
    user = two.platform.user(tenant.name)
    machine = join_values.read(user["spec"]["nodeAddScript"], "shed")
    [identity] = machines.join(machine)
    assert isinstance(identity, Identity), identity
    api = two.platform.tenant(tenant.name)
    kubeconfigs = {"kubeconfig": api, "endless token": api.holding(endless(api, tenant.name))}
    return tenant.name, Held(callers(two.product, tenant), kubeconfigs, machine, identity)


def opened(two: Two, name: str, held: Held) -> list[str]:
    """What still opens something."""
    found = [
        who for who, caller in held.callers.items() if ask(two.product, "GET", "/pods", caller).code == 200
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
        name, held = hold(two, machines)
        assert set(opened(two, name, held)) == {*held.callers, *held.kubeconfigs}
        cookie = held.callers["cookie"]
        with (
            listening(two.product, cookie) as told,
            listening(two.product, held.callers["token"]) as told_too,
        ):
            body = {"email": f"owner@{EMAIL_WORD}.example"}
            began = time.monotonic()
            assert ask(two.product, "DELETE", "/account", cookie, body=body).code == 204
            until(lambda: not opened(two, name, held), MINUTE, "everything is refused")
            for stream in (told, told_too):
                until(partial(contains, stream, "end"), MINUTE - (time.monotonic() - began), "streams end")
        until(lambda: two.api.find(USERS, name) is None, 90, "the account is gone")
        assert two.api.find(NAMESPACES, name) is None
        assert two.api.find(NODES, held.machine.name) is None
        assert_powerless(two, machines, held)

        # the same person comes back: the name is the same, and what was held opens nothing of it
        again = settle(two.platform, two.product, EMAIL_WORD)
        assert again.name == name
        assert opened(two, name, held) == []
        assert_powerless(two, machines, held)
        assert ask(two.product, "GET", "/pods", Caller({}, {"token": again.token})).code == 200
        assert ask(two.product, "GET", "/pods", NOBODY).code == 401
        two.api.delete(USERS, name, wait=60)
    finally:
        machines.stop()


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
