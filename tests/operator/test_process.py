"""The operator as it runs: its own process, its own ServiceAccount, an API server."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import pytest

from tests.installed import identity
from tests.kubernetes_api import Api, deployment
from tests.plane import Plane
from yurt_console.cli import main
from yurt_console.kube.resources import (
    DEPLOYMENTS,
    EVENTS,
    NAMESPACES,
    PODS,
    ROLE_BINDINGS,
    SECRETS,
    SERVICE_ACCOUNTS,
    USERS,
    Resource,
)
from yurt_console.tenancy import belongings, users

COMMAND = str(Path(sys.executable).parent / "yurt-console")
T = TypeVar("T")


def until(ask: Callable[[], T], seconds: float, what: str) -> T:
    """The first true answer."""
    deadline = time.monotonic() + seconds
    while not (answer := ask()):
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.05)
    return answer


@dataclass
class Operator:
    """An operator that can be stopped, killed and started again."""

    plane: Plane
    kubeconfig: Path
    log: Path
    process: subprocess.Popen[bytes] | None = field(default=None)

    def start(self) -> None:
        with self.log.open("ab") as log:
            # debug: whoever looks for a mistake must not find everybody's credentials
            command = [COMMAND, "operator", "--kubeconfig", str(self.kubeconfig), "--log-level", "debug"]
            command += ["--lease-duration", "2"]  # a killed one is replaced soon
            self.process = subprocess.Popen(command, stdout=log, stderr=log)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        if self.process is None:
            return 0
        process, self.process = self.process, None
        process.send_signal(number)
        try:
            return process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise

    def create(self, email: str, *more: str) -> str:
        """A new account; its User's name."""
        given = ["--email", email, "--phone", "13800138000", "--organization", "ACME", *more]
        assert main.main(["users", "create", *given, "--kubeconfig", str(self.plane.kubeconfig)]) == 0
        return users.name_of(email)

    def delete(self, name: str) -> None:
        self.plane.api.delete(USERS, name, wait=0)

    def user(self, name: str) -> dict[str, Any]:
        return self.plane.api.find(USERS, name) or {}

    def effective(self, name: str, seconds: float = 10) -> dict[str, Any]:
        def ask() -> dict[str, Any]:
            user = self.user(name)
            return user if user.get("status", {}).get("effectiveTime") else {}

        return until(ask, seconds, f"{name} is effective")

    def token(self, name: str) -> str:
        token_id = belongings.bootstrap_ids(self.user(name)["metadata"]["uid"])[0]
        return belongings.bootstrap_name(token_id)

    def exists(self, resource: Resource, name: str, namespace: str = "") -> bool:
        return self.plane.api.find(resource, name, namespace) is not None


@pytest.fixture(scope="module")
def credentials(installed: Plane, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The rights of the operator's ServiceAccount and none besides; leaves no accounts in the end."""
    folder = tmp_path_factory.mktemp("operator")
    kubeconfig = identity(installed, "yurt-console-operator", folder)
    yield kubeconfig
    last = Operator(installed, kubeconfig, folder / "last.log")
    last.start()
    try:
        installed.api.delete_all(USERS, wait=50)
    finally:
        last.stop()


@pytest.fixture
def operator(installed: Plane, credentials: Path, tmp_path: Path) -> Iterator[Operator]:
    """A running operator."""
    operator = Operator(installed, credentials, tmp_path / "operator.log")
    operator.start()
    try:
        yield operator
        assert "Traceback" not in operator.log.read_text()
    finally:
        operator.stop()


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

    assert operator.stop() == 0  # before looking: kopf notes that it is done a moment after effectiveTime
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
    name = users.name_of("taken@example.com")
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
    told += json.dumps(operator.plane.api.list(EVENTS))
    assert all(secret and secret not in told for secret in secrets)
    assert name in told
