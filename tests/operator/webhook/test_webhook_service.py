"""The webhook of an operator in the cluster: behind the Service that install made, with nothing to set."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import dataclasses
import re
import socket
import ssl
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from apimachinery.resources import (
    MUTATING_WEBHOOK_CONFIGURATIONS,
    NODES,
    SERVICES,
    VALIDATING_WEBHOOK_CONFIGURATIONS,
)
from tests.isolation.platform import kubelet_of, node
from tests.operator.process import Operator
from tests.planes.installed import identity
from tests.planes.kubernetes_api import Answer, Api
from tests.planes.plane import Plane, free_ports
from tests.planes.targets import REAL, started
from tests.planes.waiting import until
from yurt_console import manifests
from yurt_console.cli import main
from yurt_console.kube.client import Client
from yurt_console.kube.kubeconfig import load
from yurt_console.operator.replica import Replica
from yurt_console.operator.webhook import service
from yurt_console.settings import Settings, settings_of

OPERATIONS = Path(__file__).parents[3] / "docs" / "operations" / "install.md"
CONFIGURATIONS = (MUTATING_WEBHOOK_CONFIGURATIONS, VALIDATING_WEBHOOK_CONFIGURATIONS)
DEPARTED = "user-00000000000000000000-departed"
"""What a tenant's node is called; no kubelet may make one."""


def registered(api: Api) -> Answer:
    """What the API server answers to a kubelet that brings a departed tenant's node back."""
    return kubelet_of(api, DEPARTED).ask("POST", f"{api.path(NODES)}?dryRun=All", node(DEPARTED))


def shipped_service() -> dict[str, Any]:
    [found] = manifests.webhook("yurt-console")
    return found


@pytest.fixture
async def in_a_pod(installed: Plane) -> AsyncIterator[tuple[Plane, int]]:
    """The webhook as a pod runs it, and its port; nobody is asked about anything afterwards."""
    settings = settings_of(webhook_port=free_ports(1))
    credentials = dataclasses.replace(load(installed.kubeconfig), in_pod=True)
    async with Client(credentials) as client:
        task = asyncio.create_task(service.run(Replica(client, credentials, settings)))
        try:
            yield installed, settings.webhook.port
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
            for resource in CONFIGURATIONS:
                await asyncio.to_thread(installed.api.delete, resource, "yurt-console")
            # a moment passes before the API server no longer asks
            await asyncio.to_thread(
                until, lambda: registered(installed.api).code == 201, 20, "nobody is asked"
            )


async def test_in_a_pod_the_service_is_told_and_the_certificate_bears_its_name(
    in_a_pod: tuple[Plane, int],
) -> None:
    plane, port = in_a_pod

    def configured() -> list[dict[str, Any]]:
        found = [plane.api.find(resource, "yurt-console") for resource in CONFIGURATIONS]
        return [one["clientConfig"] for each in found for one in each["webhooks"]] if all(found) else []

    clients = await asyncio.to_thread(until, configured, 20, "both configurations are there")
    there = await asyncio.to_thread(plane.api.get, SERVICES, "yurt-console-webhook", "yurt-console")
    [leads] = there["spec"]["ports"]
    for one in clients:
        assert "url" not in one
        told = {key: one["service"][key] for key in ("namespace", "name", "port")}
        assert told == {
            **{key: there["metadata"][key] for key in ("namespace", "name")},
            "port": leads["port"],
        }
    assert leads["targetPort"] == Settings().webhook.port

    # as the API server does: trust the bundle, and nothing but the Service's name
    bundle = base64.b64decode(clients[0]["caBundle"]).decode()
    trust = ssl.create_default_context(cadata=bundle)
    name = "{name}.{namespace}.svc".format(**there["metadata"])
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=trust, server_hostname=name)
    writer.write(f"GET /healthz HTTP/1.1\r\nHost: {name}\r\nConnection: close\r\n\r\n".encode())
    assert (await reader.read()).startswith(b"HTTP/1.1 200 ")
    writer.close()
    await writer.wait_closed()
    with pytest.raises(ssl.SSLCertVerificationError):
        await asyncio.open_connection("127.0.0.1", port, ssl=trust, server_hostname="other.default.svc")


def test_the_deployment_in_the_docs_is_the_one_that_the_service_leads_to() -> None:
    [text] = re.findall(r"```yaml\n(.*?)```", OPERATIONS.read_text(encoding="utf-8"), re.DOTALL)
    deployment = yaml.safe_load(text)
    template = deployment["spec"]["template"]
    [container] = template["spec"]["containers"]
    [leads] = shipped_service()["spec"]["ports"]
    assert deployment["metadata"]["namespace"] == shipped_service()["metadata"]["namespace"]
    assert template["metadata"]["labels"] == shipped_service()["spec"]["selector"]
    assert deployment["spec"]["selector"]["matchLabels"] == shipped_service()["spec"]["selector"]
    assert [port["containerPort"] for port in container["ports"]] == [leads["targetPort"]]
    accounts = {
        one["metadata"]["name"] for one in manifests.rbac("yurt-console") if one["kind"] == "ServiceAccount"
    }
    assert template["spec"]["serviceAccountName"] in accounts
    assert container["readinessProbe"]["httpGet"] == {
        "scheme": "HTTPS",
        "port": "webhook",
        "path": "/healthz",
    }


def outside_address() -> str:
    """An address of this machine that an Endpoints object may hold: not of loopback; "" for none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        try:
            asked.connect(("192.0.2.1", 9))  # sends nothing: only the route is looked up
        except OSError:
            return ""
        return str(asked.getsockname()[0])


@pytest.fixture(params=REAL)
def routed(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Plane]:
    """A real API server, which goes from a Service to its endpoints by itself: no kube-proxy runs here.

    (It runs with ``--enable-aggregator-routing``.) Nothing makes or changes endpoints but the test.
    """
    with started(request.param, tmp_path / "kube", controllers=False, openyurt="") as plane:
        yield plane


def lead_to_webhook(plane: Plane, address: str, port: int) -> None:
    """What the controllers, which do not run here, make of a Service and the pod behind it."""
    namespace, name = "yurt-console", "yurt-console-webhook"
    ports = [{"name": "webhook", "port": port, "protocol": "TCP"}]
    subset = {"addresses": [{"ip": address}], "ports": ports}
    plane.api.done(
        "POST",
        f"/api/v1/namespaces/{namespace}/endpoints",
        {"metadata": {"name": name}, "subsets": [subset]},
    )
    metadata = {"generateName": f"{name}-", "labels": {"kubernetes.io/service-name": name}}
    endpoints = [{"addresses": [address], "conditions": {"ready": True}}]
    plane.api.done(
        "POST",
        f"/apis/discovery.k8s.io/{plane.expected.endpoint_slices}/namespaces/{namespace}/endpointslices",
        {"metadata": metadata, "addressType": "IPv4", "endpoints": endpoints, "ports": ports},
    )


def test_a_real_api_server_asks_through_the_service(routed: Plane, tmp_path: Path) -> None:
    address = outside_address()
    if not address:
        pytest.skip("this machine has no address but loopback, which no Endpoints object may hold")
    assert main.main(["install", "--kubeconfig", str(routed.kubeconfig)]) == 0
    api, port = routed.api, free_ports(1)
    more = ("--webhook-address", "service", "--webhook-host", address, "--webhook-port", str(port))
    credentials = identity(routed, "yurt-console-operator", tmp_path)
    operator = Operator(routed, credentials, tmp_path / "operator.log", more)
    operator.start()
    try:
        until(lambda: registered(api).code == 500, 30, "it asks, and nobody is behind the Service")
        assert "yurt-console-webhook" in registered(api).body["message"]
        lead_to_webhook(routed, address, port)
        until(lambda: registered(api).code == 403, 20, "the webhook answers")
        assert "cannot create it again" in registered(api).body["message"]
    finally:
        operator.stop()
