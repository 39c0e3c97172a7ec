"""The operator as it runs: its own process, its own ServiceAccount, an API server."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from apimachinery.resources import (
    DEPLOYMENTS,
    EVENTS,
    NAMESPACES,
    PODS,
    ROLE_BINDINGS,
    SECRETS,
    SERVICE_ACCOUNTS,
)
from tests.operator.process import Operator, credentials, running
from tests.planes.kubernetes_api import Api, deployment
from tests.planes.plane import Plane
from tests.planes.waiting import until
from yurt_console.custom_resources import USERS
from yurt_console.tenancy.accounts import user_objects

__all__ = ["credentials"]


@pytest.fixture
def operator(installed: Plane, credentials: Path, tmp_path: Path) -> Iterator[Operator]:
    """A running operator."""
    with running(installed, credentials, tmp_path / "operator.log") as operator:
        yield operator


def test_an_account_is_prepared_within_seconds_and_its_kubeconfig_works(operator: Operator) -> None:
    plane = operator.plane
    first = operator.create("first@example.com")
    operator.effective(first)  # the operator has started by now
    begun = time.monotonic()
    name = operator.create("ann@example.com")
    user = operator.effective(name)
    assert time.monotonic() - begun < 5
    assert user["spec"]["namespace"] == name
    assert operator.token(name).removeprefix("bootstrap-token-") in user["spec"]["nodeAddScript"]
    assert plane.api.get(NAMESPACES, name)["metadata"]["labels"]["openyurt/tenant"] == name
    tenant = Api(user["spec"]["kubeConfig"])
    assert tenant.can("create", "deployments", name, group="apps")
    assert tenant.can("get", "pods/log", name)
    assert tenant.can("create", "pods/exec", name)
    assert not tenant.can("create", "deployments", "default", group="apps")
    assert not tenant.can("get", "pods", first)
    assert not tenant.can("get", "secrets", "kube-system")
    assert not tenant.can("list", "nodes")
    assert not tenant.can("impersonate", "serviceaccounts", name)
    assert not tenant.can("create", "serviceaccounts/token", name)
    assert not tenant.can("get", "pods/proxy", name)
    assert not tenant.can("create", "rolebindings", name, group="rbac.authorization.k8s.io")
    tenant.create(DEPLOYMENTS, deployment("web"), name)
    assert plane.api.get(DEPLOYMENTS, "web", name)
    refused = tenant.ask("GET", tenant.path(PODS, namespace=first))
    assert (refused.code, refused.body["reason"]) == (403, "Forbidden")


def test_a_restart_writes_nothing(operator: Operator) -> None:
    name = operator.create("quiet@example.com")
    admin = operator.create("root@example.com", "--role", "admin")
    operator.effective(name)
    operator.effective(admin)

    def versions() -> list[str]:
        api = operator.plane.api
        objects = [
            api.get(USERS, name),
            api.get(USERS, admin),
            api.get(NAMESPACES, name),
            api.get(ROLE_BINDINGS, "yurt-console-tenant", name),
            api.get(SERVICE_ACCOUNTS, "tenant", name),
            api.get(SECRETS, operator.token(name), "kube-system"),
        ]
        return [each["metadata"]["resourceVersion"] for each in objects]

    assert operator.stop() == 0
    before = versions()
    operator.start()
    operator.effective(operator.create("later@example.com"))  # so it has seen the others as well
    assert operator.stop() == 0
    assert versions() == before


def test_what_was_deleted_from_outside_is_there_again_after_a_restart(operator: Operator) -> None:
    name = operator.create("repair@example.com")
    operator.effective(name)
    operator.stop()
    operator.plane.api.delete(ROLE_BINDINGS, "yurt-console-tenant", name)
    operator.plane.api.delete(SECRETS, operator.token(name), "kube-system")
    operator.start()
    until(lambda: operator.exists(ROLE_BINDINGS, "yurt-console-tenant", name), 10, "the binding is back")
    until(lambda: operator.exists(SECRETS, operator.token(name), "kube-system"), 10, "the token is back")


def test_killed_in_the_middle_and_started_again_it_finishes(operator: Operator) -> None:
    operator.effective(operator.create("warm@example.com"))
    name = operator.create("killed@example.com")
    until(lambda: operator.exists(NAMESPACES, name), 10, "the namespace is there")
    operator.stop(signal.SIGKILL)
    operator.start()
    operator.effective(name)
    assert operator.exists(ROLE_BINDINGS, "yurt-console-tenant", name)


def test_deleting_an_account_leaves_nothing_behind(operator: Operator) -> None:
    name = operator.create("gone@example.com")
    operator.effective(name)
    token = operator.token(name)
    operator.delete(name)
    until(lambda: not operator.user(name), 30, "the User is gone")
    assert not operator.exists(NAMESPACES, name)
    assert not operator.exists(SECRETS, token, "kube-system")
    operator.effective(operator.create("gone@example.com"))  # and the e-mail may come back


def test_a_namespace_that_somebody_else_made_is_not_adopted(operator: Operator) -> None:
    name = user_objects.name_of("taken@example.com")
    operator.plane.api.create(NAMESPACES, {"metadata": {"name": name}})
    try:
        operator.create("taken@example.com")
        message = until(
            lambda: operator.user(name).get("status", {}).get("message", ""), 10, "the owner is told"
        )
        assert name in message
        assert not operator.exists(SERVICE_ACCOUNTS, "tenant", name)
        operator.delete(name)
        until(lambda: not operator.user(name), 30, "the User is gone")
        assert operator.exists(NAMESPACES, name)
    finally:
        operator.plane.api.delete(NAMESPACES, name)


def test_no_credential_is_in_logs_events_or_annotations(operator: Operator) -> None:
    name = operator.create("secret@example.com")
    spec = operator.effective(name)["spec"]
    operator.stop()
    user = operator.user(name)
    secrets = [
        spec["token"],
        spec["nodeAddScript"].partition("\ntoken=")[2].partition("\n")[0].split(".")[1],
        spec["kubeConfig"].partition("token: ")[2].partition("\n")[0],
    ]
    told = operator.log.read_text() + json.dumps(user["metadata"])
    told += json.dumps(operator.plane.api.list(EVENTS)) + json.dumps(user["status"])
    assert all(secret and secret not in told for secret in secrets)
    assert name in told
