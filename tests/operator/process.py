"""The operator as a process with the permissions of its ServiceAccount, and its log."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from apimachinery.resources import Resource
from tests.cli import processes
from tests.planes.installed import identity
from tests.planes.plane import Plane
from tests.planes.waiting import until
from yurt_console.cli import main
from yurt_console.custom_resources import USERS
from yurt_console.tenancy import naming
from yurt_console.tenancy.accounts import user_objects


@dataclass
class Operator:
    """An operator that tests can stop, kill and start again."""

    plane: Plane
    kubeconfig: Path
    log: Path
    more: tuple[str, ...] = ("--lease-duration", "2")
    """Further flags. The default lets another replica lead soon after a kill; () for the real lease."""
    process: subprocess.Popen[bytes] | None = field(default=None)

    def start(self) -> None:
        with self.log.open("ab") as log:
            # at debug level, so that a credential in the log fails a test
            command = [
                processes.COMMAND,
                "operator",
                "--kubeconfig",
                str(self.kubeconfig),
                "--log-level",
                "debug",
            ]
            self.process = subprocess.Popen([*command, *self.more], stdout=log, stderr=log)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        if self.process is None:
            return 0
        process, self.process = self.process, None
        return processes.stop(process, number)

    def create(self, email: str, *more: str) -> str:
        """Create an account; the name of its User."""
        self.run(
            "users", "create", "--email", email, "--phone", "13800138000", "--organization", "ACME", *more
        )
        return user_objects.name_of(email)

    def run(self, *command: str) -> None:
        """Run one ``yurt-console`` command as cluster administrator."""
        assert main.main([*command, "--kubeconfig", str(self.plane.kubeconfig)]) == 0

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
        token_id = naming.bootstrap_ids(self.user(name)["metadata"]["uid"])[0]
        return naming.bootstrap_name(token_id)

    def exists(self, resource: Resource, name: str, namespace: str = "") -> bool:
        return self.plane.api.find(resource, name, namespace) is not None


@contextmanager
def running(plane: Plane, kubeconfig: Path, log: Path) -> Iterator[Operator]:
    """A running operator. Fails for unexpected lines in its log."""
    operator = Operator(plane, kubeconfig, log)
    operator.start()
    try:
        yield operator
        assert "Traceback" not in log.read_text()
    finally:
        operator.stop()


@pytest.fixture(scope="module")
def credentials(installed: Plane, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Kubeconfig of the operator's ServiceAccount. Deletes all accounts at the end."""
    folder = tmp_path_factory.mktemp("operator")
    kubeconfig = identity(installed, "yurt-console-operator", folder)
    yield kubeconfig
    last = Operator(installed, kubeconfig, folder / "last.log")
    last.start()
    try:
        installed.api.delete_all(USERS, wait=50)
    finally:
        last.stop()
