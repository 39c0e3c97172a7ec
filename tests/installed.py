"""The real control plane with the product's kinds and rights installed, and its own identities."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.control_plane import ControlPlane
from yurt_console.cli import main
from yurt_console.kube import kubeconfig
from yurt_console.kube.kubeconfig import load


@pytest.fixture(scope="session")
def installed(control_plane: ControlPlane) -> ControlPlane:
    """The shared control plane after ``yurt-console install``."""
    assert main.main(["install", "--kubeconfig", str(control_plane.kubeconfig)]) == 0
    return control_plane


def identity(plane: ControlPlane, account: str, folder: Path, namespace: str = "yurt-console") -> Path:
    """A kubeconfig that speaks for a ServiceAccount, as a pod of it would."""
    address = f"/api/v1/namespaces/{namespace}/serviceaccounts/{account}/token"
    asked = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}}
    reply = plane.kubectl("create", "--raw", address, "-f", "-", stdin=json.dumps(asked))
    file = folder / f"{account}.kubeconfig"
    file.write_text(
        kubeconfig.render(
            server=plane.server,
            ca_pem=load(plane.kubeconfig).ca,
            user=account,
            token=json.loads(reply.stdout)["status"]["token"],
            namespace=namespace,
            context="test",
        )
    )
    return file
