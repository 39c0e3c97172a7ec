"""A cluster with the product, and clients of two tenants and their nodes."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from apimachinery.resources import (
    MUTATING_WEBHOOK_CONFIGURATIONS,
    NODES,
    VALIDATING_WEBHOOK_CONFIGURATIONS,
    Resource,
)
from tests.cli import processes
from tests.planes.installed import identity
from tests.planes.kubernetes_api import Answer, Api
from tests.planes.plane import Plane, free_ports
from tests.planes.targets import started
from tests.planes.waiting import until
from yurt_console.cli import main
from yurt_console.custom_resources import USERS
from yurt_console.tenancy import naming
from yurt_console.tenancy.accounts import user_objects
from yurt_console.yurt.well_known_labels import TENANT_NODE_LABEL

CONSOLE = "system:serviceaccount:yurt-console:yurt-console"


@dataclass
class Platform:
    """One cluster with at most one running operator."""

    plane: Plane
    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = field(default=None)

    @property
    def log(self) -> Path:
        return self.folder / "operator.log"

    @property
    def address(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start the operator with its ServiceAccount; returns once the API server calls its webhook."""
        kubeconfig = identity(self.plane, "yurt-console-operator", self.folder)
        command = [processes.COMMAND, "operator", "--kubeconfig", str(kubeconfig), "--lease-duration", "2"]
        command += ["--webhook-address", self.address, "--webhook-port", str(self.port)]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log)
        until(self.asked, 20, "the API server asks the webhook")

    def asked(self) -> bool:
        """Whether the API server calls the webhook and gets an answer."""
        api = self.plane.api
        configured = [
            api.find(resource, "yurt-console")
            for resource in (MUTATING_WEBHOOK_CONFIGURATIONS, VALIDATING_WEBHOOK_CONFIGURATIONS)
        ]
        # The API server applies a configuration with a delay: this request is refused from then on.
        departed = kubelet(self, f"{user_objects.name_of('probe@example.com')}-gone")
        tried = departed.ask(
            "POST", departed.path(NODES), node(f"{user_objects.name_of('probe@example.com')}-gone")
        )
        if tried.code == 201:
            api.delete(NODES, f"{user_objects.name_of('probe@example.com')}-gone")
        return all(configured) and tried.code == 403

    def stop(self) -> None:
        """Stop the operator; the webhook stays registered."""
        if self.process is not None:
            processes.stop(self.process)
            self.process = None

    def account(self, email: str) -> str:
        """Create a tenant and wait until it is ready; the name of its User."""
        given = ["--email", email, "--phone", "13800138000", "--organization", "ACME"]
        assert main.main(["users", "create", *given, "--kubeconfig", str(self.plane.kubeconfig)]) == 0
        name = user_objects.name_of(email)
        until(lambda: self.user(name).get("status", {}).get("effectiveTime"), 20, f"{email} is ready")
        return name

    def user(self, name: str) -> dict[str, Any]:
        return self.plane.api.find(USERS, name) or {}

    def tenant(self, name: str) -> Api:
        """A client with the tenant's kubeconfig."""
        return Api(self.user(name)["spec"]["kubeConfig"])

    def own_node(self, account: str, name: str) -> str:
        """A Node of the tenant, as the operator creates it before the approval."""
        full = f"{naming.node_prefix(account)}-{name}"
        made = node(full, labels={TENANT_NODE_LABEL: account})
        self.plane.api.create(NODES, {**made, "spec": {"taints": [naming.node_taint()]}})
        return full


@contextmanager
def running(target: str, folder: Path) -> Iterator[Platform]:
    """The product on its own cluster, with OpenYurt's node pools."""
    with started(target, folder / "kube", nodes=1) as plane:
        assert main.main(["install", "--kubeconfig", str(plane.kubeconfig)]) == 0
        platform = Platform(plane, folder, free_ports(1))
        try:
            platform.start()
            yield platform
            assert "Traceback" not in platform.log.read_text()
        finally:
            platform.stop()


def kubelet(platform: Platform, name: str) -> Api:
    """A client with the certificate of the node."""
    return kubelet_of(platform.plane.api, name)


def kubelet_of(api: Api, name: str) -> Api:
    """The same, for any cluster."""
    return api.acting_as(f"system:node:{name}", "system:nodes", "system:authenticated")


def node(name: str, labels: dict[str, str] | None = None) -> dict[str, Any]:
    """A Node as a kubelet registers it."""
    return {"apiVersion": "v1", "kind": "Node", "metadata": {"name": name, "labels": labels or {}}}


def make(api: Api, resource: Resource, found: dict[str, Any], namespace: str = "") -> Answer:
    """Try to create an object; the answer."""
    path = api.path(resource, namespace=namespace)
    version = resource.api_version(resource.versions[0])
    return api.ask("POST", path, {"apiVersion": version, "kind": resource.kind, **found})
