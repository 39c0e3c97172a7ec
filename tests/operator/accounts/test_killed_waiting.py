"""An operator that is killed while an account waits: whatever it waits for, the next one goes on.

The cases are those that the plan knows: a new one without a case here fails.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from signal import SIGKILL
from typing import Any

import pytest

from apimachinery.resources import CONFIG_MAPS, NAMESPACES, NODES, Resource
from tests.operator.process import Operator, credentials
from tests.operator.whole import returns_to, steady
from tests.planes.kubernetes_api import Api
from tests.planes.plane import Plane
from tests.planes.waiting import until
from yurt_console.custom_resources import NODE_POOLS, USERS
from yurt_console.tenancy import naming
from yurt_console.tenancy.provisioning.steps import Wait
from yurt_console.yurt.well_known_labels import TENANT_NODE_LABEL

__all__ = ["credentials"]

_HELD = {"finalizers": ["tests.example/held"]}


def _node(api: Api, name: str) -> tuple[Resource, str, str]:
    node = f"{naming.node_prefix(name)}-held"
    api.create(NODES, {"metadata": {"name": node, "labels": {TENANT_NODE_LABEL: name}, **_HELD}})
    return NODES, node, ""


def _pool(api: Api, name: str) -> tuple[Resource, str, str]:
    api.patch(NODE_POOLS, name, {"metadata": _HELD})
    return NODE_POOLS, name, ""


def _content(api: Api, name: str) -> tuple[Resource, str, str]:
    api.create(CONFIG_MAPS, {"metadata": {"name": "held", **_HELD}}, name)
    return CONFIG_MAPS, "held", name


HOLDING: dict[Wait, Callable[[Api, str], tuple[Resource, str, str]]] = {
    Wait.NODES: _node,
    Wait.POOL: _pool,
    Wait.NAMESPACE: _content,
    Wait.OLD_NAMESPACE: _content,
}
"""What keeps an account waiting for each thing, until its finalizers are taken away."""
SAID = {Wait.OLD_NAMESPACE: "will be created again"}
"""What its status says meanwhile, where it is not the plan's own words."""


@pytest.fixture
def operator(installed: Plane, credentials: Path, tmp_path: Path) -> Iterator[Operator]:
    operator = Operator(installed, credentials, tmp_path / "operator.log")
    operator.start()
    try:
        yield operator
    finally:
        operator.stop(SIGKILL)


@pytest.mark.parametrize("wait", list(Wait), ids=lambda wait: wait.name)
def test_an_operator_killed_while_an_account_waits_is_followed_by_one_that_goes_on(
    operator: Operator, wait: Wait
) -> None:
    api = operator.plane.api
    for user in api.list(USERS):
        operator.delete(user["metadata"]["name"])
    until(lambda: not api.list(USERS), 60, "the accounts of other tests are gone")
    operator.effective(operator.create(f"beside-{wait.name}@example.com"), 20)
    before = steady(api)
    name = operator.create(f"waits-{wait.name}@example.com")
    operator.effective(name, 20)
    made = api.get(NAMESPACES, name)["metadata"]["uid"]
    held = HOLDING[wait](api, name)
    stays = wait is Wait.OLD_NAMESPACE
    if stays:
        api.delete(NAMESPACES, name, wait=0)
    else:
        operator.delete(name)

    def status() -> dict[str, Any]:
        found: dict[str, Any] = operator.user(name).get("status", {})
        return found

    said = SAID.get(wait, wait)
    until(lambda: said in status().get("message", ""), 30, f"the account waits for {wait}")
    operator.stop(SIGKILL)
    before_the_end = len(operator.log.read_text())
    operator.start()
    waits = f"User {name}: waiting for {wait}"
    until(lambda: waits in operator.log.read_text()[before_the_end:], 20, "the next one waits as well")
    resource, place, namespace = held
    api.patch(resource, place, {"metadata": {"finalizers": None}}, namespace)
    if stays:
        until(lambda: not status().get("message"), 60, "everything is there again")
        assert api.get(NAMESPACES, name)["metadata"]["uid"] != made
        operator.delete(name)
    until(lambda: not operator.user(name), 60, "the User is gone")
    returns_to(api, before)
