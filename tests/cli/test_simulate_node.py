"""A simulated machine joins as kubelet does: it trusts the cluster that was named, waits, and runs pods."""

from __future__ import annotations

import asyncio
import contextlib
import shlex
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from yurt_console.cli import join_values, joining, manifests
from yurt_console.cli.join_values import JoinValues
from yurt_console.cli.simulated_kubelet import SimulatedKubelet
from yurt_console.kube.client import Client, Object
from yurt_console.kube.credentials import Credentials, Fixed, Grant
from yurt_console.kube.errors import Forbidden, KubeError
from yurt_console.kube.resources import LEASES, NAMESPACES, NODES, PODS, SECRETS
from yurt_console.simulator.signing import KUBELET_CLIENT
from yurt_console.simulator.world import Simulation
from yurt_console.yurt import join, releases

SOON = 20.0
TOKEN = "abcdef.0123456789abcdee"


@dataclass
class Cluster:
    """A simulated cluster with one bootstrap token."""

    admin: Client
    values: JoinValues

    async def approve(self, name: str, verdict: str = "Approved", **why: str) -> None:
        """What ``kubectl certificate approve`` does."""
        request = await self.admin.get(joining.REQUESTS, name)
        condition = {"type": verdict, "status": "True", "reason": "Test", **why}
        decided = {**request, "status": {"conditions": [condition]}}
        await self.admin.replace(joining.REQUESTS, decided, subresource="approval")


@pytest.fixture
async def cluster() -> AsyncIterator[Cluster]:
    with Simulation.open() as world:
        async with world.serving() as address:
            ca = world.identity.authority.certificate_pem
            admin = Client(Credentials(address, Fixed(Grant(world.identity.admin_token)), ca), timeout=SOON)
            async with admin:
                data = {
                    "token-id": TOKEN[:6], "token-secret": TOKEN[7:],
                    "usage-bootstrap-authentication": "true", "usage-bootstrap-signing": "true",
                    "auth-extra-groups": "system:bootstrappers:yurt-console",
                }  # fmt: skip
                secret = {
                    "metadata": {"name": f"bootstrap-token-{TOKEN[:6]}"},
                    "type": "bootstrap.kubernetes.io/token",
                    "stringData": data,
                }
                await admin.create(SECRETS, secret, "kube-system")
                for document in manifests.rbac("yurt-console"):
                    if document["metadata"]["name"] == "yurt-console-join" and "Cluster" in document["kind"]:
                        await admin.create(manifests.resource(document), document)
                place = address.removeprefix("https://")
                yield Cluster(admin, JoinValues(place, TOKEN, join.ca_hash(ca), "edge-1", {"pool": "p"}))


async def until(check: Callable[[], Awaitable[Any]]) -> Any:
    """Ask again until something true comes."""
    async with asyncio.timeout(SOON):
        while not (answer := await check()):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    return answer


async def trusted(cluster: Cluster) -> bytes:
    """The CA, once the cluster signs its description with the token."""

    async def ask() -> bytes:
        with contextlib.suppress(joining.JoinRefused):
            return await joining.authority(cluster.values, SOON)
        return b""

    found: bytes = await until(ask)
    return found


async def test_a_machine_joins_sends_heartbeats_and_runs_pods(cluster: Cluster) -> None:
    said: list[str] = []
    ca = await trusted(cluster)
    asking = asyncio.create_task(joining.certified(cluster.values, ca, SOON, said.append))

    async def asked() -> list[Object]:
        return await cluster.admin.list(joining.REQUESTS)

    (request,) = await until(asked)
    assert request["spec"]["signerName"] == KUBELET_CLIENT
    name = request["metadata"]["name"]
    await until(lambda: _said(said))
    assert said[-1].endswith(f"kubectl certificate approve {name}")
    await cluster.approve(name)
    credentials = await asyncio.wait_for(asking, SOON)

    async with Client(credentials, timeout=SOON) as client:
        with pytest.raises(Forbidden, match="system:node:edge-1"):
            await client.create(NAMESPACES, {"metadata": {"name": "not-for-nodes"}})
        kubelet = SimulatedKubelet(client, "edge-1", cluster.values.labels)
        await kubelet.register()
        node = await cluster.admin.get(NODES, "edge-1")
        assert node["metadata"]["labels"]["pool"] == "p"
        assert {one["type"]: one["status"] for one in node["status"]["conditions"]}["Ready"] == "True"
        life = asyncio.create_task(kubelet.run())
        try:
            assert (await cluster.admin.get(LEASES, "edge-1", "kube-node-lease"))["spec"]["renewTime"]
            pod = {
                "metadata": {"name": "web"},
                "spec": {
                    "nodeName": "edge-1",
                    "containers": [{"name": "web", "image": "nginx:1", "imagePullPolicy": "Never"}],
                },
            }
            await cluster.admin.create(PODS, pod, "default")
            found = await until(lambda: _running(cluster, "web"))
            assert found["status"]["podIP"]
            assert found["status"]["hostIP"] == node["status"]["addresses"][0]["address"]
            await cluster.admin.delete(PODS, "web", "default")
            await until(lambda: _gone(cluster, "web"))
        finally:
            life.cancel()
            await asyncio.gather(life, return_exceptions=True)


async def _said(lines: list[str]) -> bool:
    return len(lines) > 1


async def _running(cluster: Cluster, name: str) -> Object | None:
    pod = await cluster.admin.get(PODS, name, "default")
    return pod if (pod.get("status") or {}).get("phase") == "Running" else None


async def _gone(cluster: Cluster, name: str) -> bool:
    return name not in {pod["metadata"]["name"] for pod in await cluster.admin.list(PODS, "default")}


async def test_a_machine_trusts_no_cluster_but_the_one_that_was_named(cluster: Cluster) -> None:
    await trusted(cluster)
    for wrong, words in (
        ({"ca_hash": "sha256:" + "0" * 64}, "this is another cluster"),
        ({"token": "abcdef." + "0" * 16}, "not signed with this token"),
        ({"token": "zzzzzz.0123456789abcdee"}, "does not know this token"),
    ):
        with pytest.raises(joining.JoinRefused, match=words):
            await joining.authority(replace(cluster.values, **wrong), SOON)  # type: ignore[arg-type]


async def test_a_request_that_is_denied_ends_the_wait_with_the_reason(cluster: Cluster) -> None:
    ca = await trusted(cluster)
    asking = asyncio.create_task(joining.certified(cluster.values, ca, SOON, lambda _: None))

    async def asked() -> list[Object]:
        return await cluster.admin.list(joining.REQUESTS)

    (request,) = await until(asked)
    await cluster.approve(request["metadata"]["name"], "Denied", message="unknown machine")

    with pytest.raises(joining.JoinRefused, match="was denied: unknown machine"):
        await asyncio.wait_for(asking, SOON)


SCRIPT = join.render(
    join.Join(
        server="https://127.0.0.1:6443",
        token=TOKEN,
        ca_hash="sha256:" + "1" * 64,
        pool="user-abc",
        node_prefix="user-abc",
        release=releases.release("v1.7.0", "apps.openyurt.io/nodepool"),
        download="https://example.com",
    )
)


@pytest.mark.parametrize("text", [SCRIPT, msgspec.json.encode({"spec": {"nodeAddScript": SCRIPT}}).decode()])
def test_the_values_of_a_real_join_script_are_found_in_it_and_in_a_logins_reply(text: str) -> None:
    values = join_values.read(text, "shop-7")

    assert (values.server, values.token, values.name) == ("127.0.0.1:6443", TOKEN, "user-abc-shop-7")
    assert values.ca_hash == "sha256:" + "1" * 64
    assert values.labels["apps.openyurt.io/nodepool"] == "user-abc"
    assert TOKEN not in repr(values)


@given(st.text() | st.text("serv=tok'\"{}\n\\:", max_size=60))
def test_whatever_is_no_join_script_is_refused_in_words(text: str) -> None:
    with pytest.raises(KubeError, match="there is no join script in it"):
        join_values.read(text, "shop-7")


@pytest.mark.parametrize(
    ("line", "words"),
    [("token=abc", "the token is not of the form"), ("ca_hash=md5:1", "the CA's hash"),
     ("node_prefix=UPPER", "the node's name")],
)  # fmt: skip
def test_a_value_that_cannot_be_right_is_named_and_the_token_is_not(line: str, words: str) -> None:
    name = line.partition("=")[0]
    text = "\n".join(line if one.startswith(f"{name}=") else one for one in SCRIPT.splitlines())

    with pytest.raises(KubeError, match=words) as refused:
        join_values.read(text, "shop-7")
    assert "0123456789abcdee" not in str(refused.value)


def test_quoted_values_are_what_the_shell_would_make_of_them() -> None:
    label = "apps.openyurt.io/nodepool=it's"
    text = SCRIPT.replace(
        next(line for line in SCRIPT.splitlines() if line.startswith("node_labels=")),
        f"node_labels={shlex.quote(label)}",
    )

    assert join_values.read(text, "n").labels == {"apps.openyurt.io/nodepool": "it's"}
