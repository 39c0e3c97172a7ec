"""The cluster under test with the product's kinds and rights installed, and its own identities."""

from __future__ import annotations

from pathlib import Path

import pytest

from apimachinery.resources import SERVICE_ACCOUNTS
from tests.planes.plane import Plane
from yurt_console.cli import main
from yurt_console.kube import kubeconfig


@pytest.fixture(scope="session")
def installed(plane: Plane) -> Plane:
    """The shared cluster after ``yurt-console install``."""
    assert main.main(["install", "--kubeconfig", str(plane.kubeconfig)]) == 0
    return plane


def identity(plane: Plane, account: str, folder: Path, namespace: str = "yurt-console") -> Path:
    """A kubeconfig that speaks for a ServiceAccount, as a pod of it would."""
    path = plane.api.path(SERVICE_ACCOUNTS, account, namespace, "token")
    asked = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}}
    granted = plane.api.done("POST", path, asked)
    file = folder / f"{account}.kubeconfig"
    file.write_text(
        kubeconfig.render(
            server=plane.server,
            ca_pem=plane.api.ca.encode(),
            user=account,
            token=granted["status"]["token"],
            namespace=namespace,
            context="test",
        )
    )
    return file
