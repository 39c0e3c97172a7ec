"""A stranger registers and looks at their cluster, with each OpenYurt release."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from apimachinery.resources import CERTIFICATE_REQUESTS, DEPLOYMENTS, NODES
from kubesim.node_agent.join import Identity
from tests import requests
from tests.journeys.machines import Machines
from tests.journeys.product import Product
from tests.planes.kubernetes_api import Api, deployment
from tests.planes.plane import RELEASE
from tests.planes.targets import TARGETS, kubectl, started
from tests.planes.waiting import until
from yurt_console.cli.simulate import join_values
from yurt_console.tenancy.nodes.node_approval import CLIENT_SIGNER

DEPLOYMENT = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {app: web}}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: "nginx:1.25", resources: {requests: {cpu: 10m, memory: 16Mi}}}]}
"""
_WITHIN = 10.0
"""Seconds that registering may take."""
ADDRESSES = (
    "/nodes", "/nodepools", "/pods", "/deployments", "/statefulsets", "/daemonsets", "/jobs", "/cronjobs",
    "/services", "/namespaces", "/clusterEvents",
)  # fmt: skip


@pytest.fixture(scope="module", params=TARGETS)
def target(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module", params=["v1.3", "v1.6", RELEASE])
def product(
    target: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Product]:
    folder = tmp_path_factory.mktemp("stranger")
    with started(target, folder / "kube", nodes=2, openyurt=request.param) as plane:
        product = Product(plane, folder)
        try:
            product.run("install")
            product.start("operator")
            product.serve("--registration-wait", f"{_WITHIN - 1:g}")
            yield product
        finally:
            product.stop()


def _account(product: Product, email: str) -> tuple[str, dict[str, Any]]:
    began = time.monotonic()
    registered = product.register(email)
    took = time.monotonic() - began
    assert registered.status == 200, registered
    assert took < _WITHIN, f"registering took {took:.1f} s"
    login = product.login(email, registered.body["token"])
    assert login.status == 200, login
    return registered.body["token"], login.body


@pytest.mark.timeout(240)
def test_a_stranger_registers_deploys_and_sees_it_while_another_sees_nothing(
    product: Product,
) -> None:
    token, account = _account(product, "ada@example.com")
    other, _ = _account(product, "bob@example.com")

    spec, status = account["spec"], account["status"]
    namespace = spec["namespace"]
    assert all((spec["kubeConfig"], spec["nodeAddScript"], namespace, status["effectiveTime"]))
    assert (spec["validPeriod"], spec["maxNodeNum"], status["nodeNum"], status["expired"]) == (7, 3, 0, False)

    ada = Api(spec["kubeConfig"])
    assert ada.can("create", "deployments", namespace, group="apps")
    assert not ada.can("create", "deployments", "default", group="apps")
    assert not ada.can("get", "secrets", "kube-system")
    assert not ada.can("list", "nodes")

    ada.create(DEPLOYMENTS, deployment("web", replicas=2), namespace)
    [web] = until(lambda: product.rows("/deployments", token), 10, "the Deployment shows")
    assert (web["name"], web["labels"], web["image"]) == ("web", "app=web", [{"image": "nginx:1.25"}])
    until(
        lambda: [pod["status"] for pod in product.rows("/pods", token)] == ["Running", "Running"],
        60,
        "its pods run",
    )
    until(
        lambda: product.rows("/deployments", token)[0]["status"] == {"replicas": 2, "readyReplicas": 2},
        20,
        "the Deployment is ready",
    )
    overview = product.send("GET", "/clusterOverview", token=token, namespace=namespace).body["clusterStatus"]
    counts = {card["kind"]: (card["totalNum"], card["healthyNum"]) for card in overview}
    assert counts["pods"] == (2, 2)
    assert counts["deployments"] == (1, 1)
    until(
        lambda: (
            {"ScalingReplicaSet", "Scheduled"}
            <= {event["reason"] for event in product.rows("/clusterEvents", token)}
        ),
        10,
        "its events show",
    )

    for address in ADDRESSES:
        text = str(product.send("GET", address, token=other).body)
        assert namespace not in text and "nginx" not in text, address
        assert product.send("GET", address, token=other, namespace=namespace).status == 403, address
    empty = product.send("GET", "/clusterOverview", token=other).body["clusterStatus"]
    assert all(card["totalNum"] == 0 for card in empty if card["kind"] != "nodepools"), empty


def test_the_kubeconfig_works_with_kubectl_as_it_is(product: Product, tmp_path: Path) -> None:
    _, account = _account(product, "kay@example.com")
    kubeconfig = tmp_path / "kubeconfig"
    kubeconfig.write_text(account["spec"]["kubeConfig"])

    shown = kubectl(kubeconfig, "config", "view", "--minify", "-o", "jsonpath={..namespace}")
    applied = kubectl(kubeconfig, "apply", "-f", "-", stdin=DEPLOYMENT)
    allowed = kubectl(kubeconfig, "auth", "can-i", "create", "deployments")

    assert shown == account["spec"]["namespace"]
    assert (applied, allowed) == ("deployment.apps/web created\n", "yes\n")


def test_a_node_is_a_tenants_by_its_label_and_shows_in_every_count(product: Product) -> None:
    token, account = _account(product, "eve@example.com")

    def label(value: str | None) -> None:
        labels = {"node-restriction.kubernetes.io/tenant": value}
        product.plane.api.patch(NODES, "cloud-2", {"metadata": {"labels": labels}})

    label(account["spec"]["namespace"])
    try:
        [node] = until(lambda: product.rows("/nodes", token), 10, "the node is shown to its tenant")
        assert (node["name"], node["role"], node["status"]) == ("cloud-2", "cloud", "Ready")
        overview = product.send("GET", "/clusterOverview", token=token).body["clusterStatus"]
        assert {"kind": "nodes", "totalNum": 1, "healthyNum": 1}.items() <= overview[0].items()
    finally:
        label(None)
    until(lambda: not product.rows("/nodes", token), 10, "the node is nobody's again")


def test_a_machine_of_theirs_joins_as_each_release_of_openyurt_wants_it(
    product: Product, request: pytest.FixtureRequest
) -> None:
    token, account = _account(product, "joe@example.com")
    owner, release = account["spec"]["namespace"], request.node.callspec.params["product"]
    values = join_values.read(account["spec"]["nodeAddScript"], "barn")
    machines = Machines(product.plane)
    try:
        # up to 1.6 yurthub asks for a certificate of its own, for the same node
        hub = requests.body(requests.pem(f"system:node:{values.name}", requests.HUB), signer=CLIENT_SIGNER)
        asked = machines.ask_for(values.invitation, hub)
        [identity] = machines.join(values)
        assert isinstance(identity, Identity), identity
        machines.boot(values, identity, 40)

        def decided() -> list[str]:
            status = product.plane.api.get(CERTIFICATE_REQUESTS, asked).get("status") or {}
            return [one["type"] for one in status.get("conditions") or ()]

        assert until(decided, 20, "yurthub is answered") == ["Denied" if release == RELEASE else "Approved"]
        label = "apps.openyurt.io/" + ("desired-nodepool" if release == "v1.3" else "nodepool")
        assert product.plane.api.get(NODES, values.name)["metadata"]["labels"][label] == owner
        until(
            lambda: [row["status"] for row in product.rows("/nodes", token)] == ["Ready"], 60, "it is Ready"
        )
    finally:
        machines.stop()
        product.plane.api.delete(NODES, values.name)


@pytest.mark.parametrize("product", [RELEASE], indirect=True)
def test_the_operator_stopped_in_the_middle_of_a_registration_finishes_it_when_started_again(
    product: Product,
) -> None:
    product.halt("operator")
    waiting = product.send(
        "POST", "/register", {"email": "mid@example.com", "phone": "13800138000", "organization": "o"}
    )
    assert (waiting.status, waiting.body["ready"]) == (200, False)
    token = waiting.body["token"]
    login = product.login("mid@example.com", token)
    assert login.status == 200
    assert login.body["status"]["effectiveTime"] == ""

    product.start("operator")

    def ready() -> bool:
        body = product.login("mid@example.com", token).body
        return bool(
            body["status"]["effectiveTime"] and body["spec"]["kubeConfig"] and body["spec"]["nodeAddScript"]
        )

    until(ready, 20, "the operator finished the registration")
