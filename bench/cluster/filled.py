"""The filled cluster: a real API server without controllers, its objects and its accounts.

Without controllers, objects stay as written: nodes need no heartbeats and pods no kubelets. The operator does
not run either, so this module writes the Users' status.
"""

from __future__ import annotations

import dataclasses
import datetime
import subprocess
import sys
from pathlib import Path
from types import TracebackType

import msgspec

from bench.cluster import scale
from bench.cluster.endpoint import Endpoint, Reply, fetch, read_kubeconfig, request
from bench.cluster.objects import node_name
from bench.cluster.processes import Measured, run_cli
from bench.cluster.scale import Scale
from tests.planes.control_plane import ControlPlane
from yurt_console.settings import Settings
from yurt_console.tenancy.accounts import tokens, user_objects
from yurt_console.tenancy.accounts.profile import Contact
from yurt_console.tenancy.identity.principals import ADMIN, TENANT

OPENYURT = "v1.7"
_USERS = "/apis/user.openyurt.io/v1alpha1/users"
ADMIN_EMAIL = "admin@example.org"
_FILL_SECONDS = 3600


class Accounts(msgspec.Struct, frozen=True):
    """Bearer tokens of one run: the administrator's and each tenant's, by number."""

    admin: str
    tenants: tuple[str, ...]

    def __repr__(self) -> str:
        return f"Accounts({len(self.tenants)} tenants)"


@dataclasses.dataclass(frozen=True)
class Cluster:
    """A running cluster with objects; a context manager that stops it."""

    plane: ControlPlane
    server: Endpoint
    accounts: Accounts
    pods: tuple[str, ...]
    """Path of each tenant's first pod by name, which is on the first page."""
    nodes: tuple[str, ...]
    """Path of each tenant's first node."""

    def __enter__(self) -> Cluster:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.plane.stop()

    @property
    def kubeconfig(self) -> Path:
        """The administrator's."""
        return self.plane.kubeconfig

    @property
    def api_server(self) -> Measured:
        """The API server's process."""
        return Measured(int((self.plane.folder / "apiserver.pid").read_text()))

    @property
    def certificate(self) -> tuple[Path, Path]:
        """The API server's own certificate and key."""
        return self.plane.folder / "apiserver.crt", self.plane.folder / "apiserver.key"


def start(folder: Path, size: Scale) -> Cluster:
    """Start the cluster in ``folder`` and fill it, unless it holds one of this size. Raises RuntimeError."""
    filled = folder / "filled.json"
    if filled.exists() and msgspec.json.decode(filled.read_bytes(), type=Scale) != size:
        raise RuntimeError(f"{folder} holds a cluster of another size")
    plane = ControlPlane.start(folder / "kube", controllers=False)
    try:
        install(plane)
        if not filled.exists():
            _fill(plane, size)
            filled.write_bytes(msgspec.json.encode(size))
            plane.kill()  # one that has just written everything answers unevenly for minutes
            plane.restart()
        server = read_kubeconfig(plane.kubeconfig)
        tenants = [account(server, scale.email(tenant), TENANT) for tenant in range(size.tenants)]
        accounts = Accounts(account(server, ADMIN_EMAIL, ADMIN), tuple(tenants))
        pods = tuple(_first_pod(server, tenant) for tenant in range(size.tenants))
        nodes = tuple(
            f"/api/v1/nodes/{node_name(size.tenant_nodes(tenant)[0])}" for tenant in range(size.tenants)
        )
        return Cluster(plane, server, accounts, pods, nodes)
    except BaseException:
        plane.stop()
        raise


def install(plane: ControlPlane) -> None:
    """Install OpenYurt's definitions and the console's own."""
    plane.install_openyurt(OPENYURT)
    run_cli("install", "--kubeconfig", str(plane.kubeconfig))


def _fill(plane: ControlPlane, size: Scale) -> None:
    arguments = [str(plane.kubeconfig), str(size.nodes), str(size.pods), str(size.tenants)]
    command = [sys.executable, "-m", "bench.cluster.fill", *arguments]
    subprocess.run(command, check=True, timeout=_FILL_SECONDS, stdout=sys.stderr)


def account(server: Endpoint, email: str, role: str) -> str:
    """Create a User, or replace the token of an existing one; returns the token. Raises RuntimeError."""
    token, record = tokens.issue()
    user = user_objects.new_user(Contact(email, "+8613800000000", "Bench"), record, Settings(), role=role)
    name = user["metadata"]["name"]
    if role == TENANT:
        user["spec"]["namespace"] = name
    reply = request(server, _USERS, method="POST", body=user)
    if reply.status == 409:
        reply = _patch(server, f"{_USERS}/{name}", {"spec": user["spec"]})
    if reply.status < 300:
        now = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        reply = _patch(
            server, f"{_USERS}/{name}/status", {"status": {"effectiveTime": now, "expired": False}}
        )
    if reply.status >= 300:
        raise RuntimeError(f"the API server refused an account: {reply.status}")
    return token


def _patch(server: Endpoint, path: str, body: object) -> Reply:
    return request(server, path, method="PATCH", body=body, content_type="application/merge-patch+json")


def _first_pod(server: Endpoint, tenant: int) -> str:
    pods = f"/api/v1/namespaces/{scale.namespace(tenant)}/pods"
    listed = msgspec.json.decode(fetch(server, f"{pods}?limit=1"))
    return f"{pods}/{listed['items'][0]['metadata']['name']}"
