"""A pretended machine joins as kubelet does: on the simulator, and on a real API server when it is there."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import secrets
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from kubesim.model.machines import Machine
from kubesim.node_agent import agent, join
from kubesim.node_agent.join import Identity, Invitation, JoinError
from tests.conformance.servers.asking import Asker, Cluster, wait_for

GROUP = "system:bootstrappers:joining-test"


def pin(ca_pem: str) -> str:
    key = x509.load_pem_x509_certificate(ca_pem.encode()).public_key()
    der = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return f"sha256:{hashlib.sha256(der).hexdigest()}"


async def ask(asker: Asker, method: str, path: str, body: Any = ...) -> Any:
    """One request that succeeds, from beside the event loop."""
    code, found = await asyncio.to_thread(asker.ask, method, path, body)
    assert code < 400, found
    return found


async def until(holds: Callable[[], bool]) -> None:
    """Ask from beside the event loop until something holds."""
    await asyncio.to_thread(wait_for, holds)


async def invitation(cluster: Cluster) -> Invitation:
    """A new token that may ask for certificates, and what a join script says."""
    token_id, secret = secrets.token_hex(3), secrets.token_hex(8)
    data = {
        "token-id": token_id,
        "token-secret": secret,
        "usage-bootstrap-authentication": "true",
        "usage-bootstrap-signing": "true",
        "auth-extra-groups": GROUP,
    }
    body = {
        "metadata": {"name": f"bootstrap-token-{token_id}"},
        "type": "bootstrap.kubernetes.io/token",
        "stringData": data,
    }
    admin = cluster.admin()
    await ask(admin, "POST", "/api/v1/namespaces/kube-system/secrets", body)
    rbac = "/apis/rbac.authorization.k8s.io/v1"
    subject = {"kind": "Group", "name": GROUP, "apiGroup": "rbac.authorization.k8s.io"}
    role = {
        "kind": "ClusterRole",
        "name": "system:node-bootstrapper",
        "apiGroup": "rbac.authorization.k8s.io",
    }
    binding = {"metadata": {"name": "joining-test"}, "subjects": [subject], "roleRef": role}
    await asyncio.to_thread(admin.ask, "POST", f"{rbac}/clusterrolebindings", binding)
    reading = {
        "metadata": {"name": "joining-test"},
        "rules": [
            {
                "apiGroups": [""],
                "resources": ["configmaps"],
                "resourceNames": ["cluster-info"],
                "verbs": ["get"],
            }
        ],
    }
    await asyncio.to_thread(admin.ask, "POST", f"{rbac}/namespaces/kube-public/roles", reading)
    anonymous = {"kind": "User", "name": "system:anonymous", "apiGroup": "rbac.authorization.k8s.io"}
    role = {"kind": "Role", "name": "joining-test", "apiGroup": "rbac.authorization.k8s.io"}
    binding = {"metadata": {"name": "joining-test"}, "subjects": [anonymous], "roleRef": role}
    await asyncio.to_thread(admin.ask, "POST", f"{rbac}/namespaces/kube-public/rolebindings", binding)
    return Invitation(cluster.address.removeprefix("https://"), f"{token_id}.{secret}", pin(cluster.ca_pem))


def subject_of(csr: Any) -> str:
    request = x509.load_pem_x509_csr(base64.b64decode(csr["spec"]["request"]))
    return request.subject.rfc4514_string()


async def decide(cluster: Cluster, node: str, verdict: str = "Approved") -> None:
    """Approve or deny the request of a node, as kubectl does."""
    admin, path = cluster.admin(), "/apis/certificates.k8s.io/v1/certificatesigningrequests"
    found: list[Any] = []

    def is_there() -> bool:
        _, listed = admin.ask("GET", path)
        found[:] = [csr for csr in listed["items"] if f"CN=system:node:{node}" in subject_of(csr)]
        return bool(found)

    await until(is_there)
    csr = found[0]
    condition = {"type": verdict, "status": "True", "reason": "Test", "message": "the test says so"}
    body = {**csr, "status": {**csr.get("status", {}), "conditions": [condition]}}
    await ask(admin, "PUT", f"{path}/{csr['metadata']['name']}/approval", body)


async def joined(cluster: Cluster, name: str) -> Identity:
    joining_ = asyncio.create_task(join.join(await invitation(cluster), name))
    await decide(cluster, name)
    return await asyncio.wait_for(joining_, 40)


@contextlib.asynccontextmanager
async def running(identity: Identity, name: str) -> AsyncIterator[None]:
    registered = asyncio.Event()
    machine = Machine(name, ip="192.168.9.9", pod_cidr="10.99.0.0/24", labels={"site": "barn"})
    task = asyncio.create_task(agent.run(identity, machine, registered=registered))
    try:
        await asyncio.wait_for(registered.wait(), 20)
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def name_of() -> str:
    return f"barn-{secrets.token_hex(4)}"


async def test_an_invited_machine_joins_runs_pods_and_lets_them_go(cluster: Cluster) -> None:
    name, admin = name_of(), cluster.admin()
    identity = await joined(cluster, name)
    async with running(identity, name):
        node = await ask(admin, "GET", f"/api/v1/nodes/{name}")
        conditions = {one["type"]: one["status"] for one in node["status"]["conditions"]}
        assert conditions["Ready"] == "True"
        assert node["metadata"]["labels"]["site"] == "barn"
        lease = await ask(
            admin, "GET", f"/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/{name}"
        )
        assert lease["spec"]["holderIdentity"] == name
        path = f"/api/v1/namespaces/{name}/pods"
        await ask(admin, "POST", "/api/v1/namespaces", {"metadata": {"name": name}})
        await until(lambda: admin.ask("GET", f"/api/v1/namespaces/{name}/serviceaccounts/default")[0] == 200)
        spec = {
            "containers": [{"name": "c", "image": "nginx:1.25"}],
            "nodeSelector": {"site": "barn", "kubernetes.io/hostname": name},
        }
        await until(
            lambda: admin.ask("POST", path, {"metadata": {"name": "web"}, "spec": spec})[0] in (201, 409)
        )

        def is_ready() -> bool:
            _, pod = admin.ask("GET", f"{path}/web")
            found = {one["type"]: one["status"] for one in pod["status"].get("conditions", ())}
            return bool(found.get("Ready") == "True" and pod["status"]["phase"] == "Running")

        await until(is_ready)
        _, pod = await asyncio.to_thread(admin.ask, "GET", f"{path}/web")
        assert pod["spec"]["nodeName"] == name
        assert pod["status"]["podIP"].startswith("10.")

        def has_events() -> bool:
            """Events are written beside the pod's status, and may come after it."""
            _, events = admin.ask("GET", f"/api/v1/namespaces/{name}/events")
            return {"Pulling", "Created", "Started"} <= {one["reason"] for one in events["items"]}

        await until(has_events)
        await ask(admin, "DELETE", f"{path}/web")
        await until(lambda: admin.ask("GET", f"{path}/web")[0] == 404)
    await ask(admin, "DELETE", f"/api/v1/nodes/{name}")
    await ask(admin, "DELETE", f"/api/v1/namespaces/{name}")


async def test_a_machine_takes_over_the_node_that_was_prepared_for_it(cluster: Cluster) -> None:
    name, admin = name_of(), cluster.admin()
    label = {"node-restriction.kubernetes.io/tenant": "user-x"}
    await ask(admin, "POST", "/api/v1/nodes", {"metadata": {"name": name, "labels": label}})
    identity = await joined(cluster, name)
    async with running(identity, name):
        node = await ask(admin, "GET", f"/api/v1/nodes/{name}")
        assert node["metadata"]["labels"] | label == node["metadata"]["labels"]
        assert node["status"]["addresses"][0]["address"] == "192.168.9.9"
    await ask(admin, "DELETE", f"/api/v1/nodes/{name}")


async def test_a_denied_machine_says_why(cluster: Cluster) -> None:
    name = name_of()
    task = asyncio.create_task(join.join(await invitation(cluster), name))
    await decide(cluster, name, "Denied")
    with pytest.raises(JoinError, match="denied: the test says so"):
        await asyncio.wait_for(task, 20)


async def test_a_cluster_with_another_ca_is_not_believed(cluster: Cluster) -> None:
    right = await invitation(cluster)
    wrong = Invitation(right.server, right.token, f"sha256:{'0' * 64}")
    with pytest.raises(JoinError, match="not the one that the join script pins"):
        await join.join(wrong, name_of())


async def test_a_cluster_that_does_not_know_the_token_is_not_believed(cluster: Cluster) -> None:
    right = await invitation(cluster)
    token_id, _, _ = right.token.partition(".")
    with pytest.raises(JoinError, match="not signed with this token"):
        await join.join(Invitation(right.server, f"{token_id}.{'0' * 16}", right.ca_hash), name_of())


@pytest.mark.parametrize(
    ("token", "ca_hash"), [("nonsense", f"sha256:{'0' * 64}"), ("abcdef.0123456789abcdef", "x")]
)
def test_an_invitation_that_cannot_be_right_is_refused_at_once(token: str, ca_hash: str) -> None:
    with pytest.raises(JoinError):
        Invitation("127.0.0.1:6443", token, ca_hash)


def test_an_invitation_shows_no_token() -> None:
    shown = repr(Invitation("127.0.0.1:6443", "abcdef.0123456789abcdef", f"sha256:{'0' * 64}"))
    assert "0123456789abcdef" not in shown
