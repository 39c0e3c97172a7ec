"""Tenants' machines join for real: by token, certificate request and the operator's answer, until Ready."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from apimachinery.resources import CERTIFICATE_REQUESTS, DEPLOYMENTS, EVENTS, NODES, PODS
from kubesim.node_agent.join import Identity, JoinError
from tests import requests
from tests.journeys.machines import Machines
from tests.journeys.product import Product
from tests.planes.installed import identity
from tests.planes.kubernetes_api import Api, deployment
from tests.planes.plane import free_ports
from tests.planes.targets import TARGETS, started
from tests.planes.waiting import until
from yurt_console.cli.simulate import join_values
from yurt_console.cli.simulate.join_values import JoinValues
from yurt_console.custom_resources import USERS
from yurt_console.tenancy import naming
from yurt_console.tenancy.accounts import user_objects
from yurt_console.yurt.well_known_labels import TENANT_NODE_LABEL

TENANTS = 10
ROOM = 2
POOL = "apps.openyurt.io/nodepool"


@dataclass(frozen=True)
class Tenant:
    """An account, and the script it was given."""

    email: str
    token: str
    script: str = field(repr=False)
    kubeconfig: str = field(repr=False)
    namespace: str

    def machine(self, name: str) -> JoinValues:
        return join_values.read(self.script, name)


@pytest.fixture(scope="module", params=TARGETS)
def product(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    folder = tmp_path_factory.mktemp("joining")
    with started(str(request.param), folder / "kube", nodes=1) as plane:
        product = Product(plane, folder)
        try:
            product.run("install")
            start_operator(product)
            console = identity(plane, "yurt-console", folder)
            product.serve("--max-node-num", str(ROOM), "--kubeconfig", str(console))
            yield product
        finally:
            product.stop()


def start_operator(product: Product) -> None:
    """As its ServiceAccount, with the webhook; returns once the API server asks that."""
    kubeconfig = identity(product.plane, "yurt-console-operator", product.logs)
    port = free_ports(1)
    address = ("--webhook-address", f"https://127.0.0.1:{port}", "--webhook-port", str(port))
    product.start("operator", "--kubeconfig", str(kubeconfig), "--lease-duration", "2", *address)
    name = f"{user_objects.name_of('probe@example.com')}-gone"
    departed = product.plane.api.acting_as(f"system:node:{name}", "system:nodes", "system:authenticated")

    def is_asked() -> bool:
        body = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": name}}
        tried = departed.ask("POST", departed.path(NODES), body)
        if tried.code == 201:
            product.plane.api.delete(NODES, name)
        return tried.code == 403

    until(is_asked, 30, "the API server asks the webhook")


@pytest.fixture(scope="module")
def machines(product: Product) -> Iterator[Machines]:
    machines = Machines(product.plane)
    yield machines
    machines.stop()


def register(product: Product, email: str) -> Tenant:
    registered = product.register(email)
    assert registered.status == 200, registered
    token = registered.body["token"]

    def prepared() -> dict[str, Any]:
        found: dict[str, Any] = product.login(email, token).body["spec"]
        return found if found["nodeAddScript"] else {}

    spec = until(prepared, 40, f"{email} is prepared")
    return Tenant(email, token, spec["nodeAddScript"], spec["kubeConfig"], spec["namespace"])


def running(product: Product, tenant: Tenant, number: int) -> list[str]:
    """The nodes of an account's pods, once so many run."""

    def nodes() -> list[str]:
        return [pod["node"] for pod in product.rows("/pods", tenant.token) if pod["status"] == "Running"]

    with told(product, tenant):
        until(lambda: len(nodes()) == number, 120, f"{number} pods of {tenant.namespace} run")
    return nodes()


@contextmanager
def told(product: Product, tenant: Tenant) -> Iterator[None]:
    """Add to a failure what the cluster says of an account's nodes, pods and what happened to them."""
    try:
        yield
    except AssertionError as failure:
        for node in product.rows("/nodes", tenant.token):
            failure.add_note(f"node {node['name']}: {node['status']}, {node['reason']}")
        for pod in product.plane.api.list(PODS, tenant.namespace):
            failure.add_note(f"pod {pod['metadata']['name']}: {pod['spec'].get('nodeName')}, {pod['status']}")
        for event in product.plane.api.list(EVENTS, tenant.namespace):
            failure.add_note(f"{event['involvedObject']['name']}: {event['reason']}, {event['message']}")
        raise


def node_num(product: Product, tenant: Tenant) -> tuple[int, int]:
    """As the console says it, and as the User does."""
    status = product.plane.api.get(USERS, tenant.namespace).get("status", {})
    shown = product.login(tenant.email, tenant.token).body["status"]["nodeNum"]
    return shown, status.get("nodeNum", 0)


def counted(product: Product, tenant: Tenant, number: int) -> None:
    until(lambda: node_num(product, tenant) == (number, number), 10, f"{number} nodes are counted")


def joins(product: Product, tenant: Tenant) -> dict[str, dict[str, Any]]:
    reply = product.send("GET", "/nodes", token=tenant.token)
    assert reply.status == 200, reply
    return {each["name"]: each for each in reply.body["joins"]}


@pytest.mark.timeout(420)
def test_ten_tenants_register_at_once_and_each_joins_two_nodes_for_its_own_pods_and_no_third(
    product: Product, machines: Machines
) -> None:
    with ThreadPoolExecutor(TENANTS) as pool:
        emails = [f"owner-{number}@example.com" for number in range(TENANTS)]
        tenants = list(pool.map(lambda email: register(product, email), emails))
    assert all(node_num(product, tenant) == (0, 0) for tenant in tenants)

    values = [tenant.machine(name) for tenant, name in itertools.product(tenants, ("barn", "gate"))]
    identities = machines.join(*values)
    assert all(isinstance(each, Identity) for each in identities), identities
    for number, (each, joined) in enumerate(zip(values, identities, strict=True)):
        assert isinstance(joined, Identity)
        machines.boot(each, joined, number)
    for tenant in tenants:
        names = [tenant.machine(name).name for name in ("barn", "gate")]

        def are_ready(tenant: Tenant = tenant, names: list[str] = names) -> bool:
            found = {row["name"]: row["status"] for row in product.rows("/nodes", tenant.token)}
            return found == dict.fromkeys(names, "Ready")

        until(are_ready, 120, f"{names} are Ready and nothing else is {tenant.namespace}'s")
        counted(product, tenant, 2)
        assert product.plane.api.get(USERS, tenant.namespace)["status"]["nodes"] == sorted(names)
        for name in names:
            node = product.plane.api.get(NODES, name)
            assert node["metadata"]["labels"][TENANT_NODE_LABEL] == tenant.namespace
            assert node["metadata"]["labels"][POOL] == tenant.namespace
            assert naming.node_taint() in node["spec"]["taints"]

    for tenant in tenants:
        Api(tenant.kubeconfig).create(DEPLOYMENTS, deployment("web", replicas=3), tenant.namespace)
    for tenant in tenants:
        assert set(running(product, tenant, 3)) <= {tenant.machine(name).name for name in ("barn", "gate")}

    thirds = [tenant.machine("third") for tenant in tenants]
    for tenant, third, refused in zip(tenants, thirds, machines.join(*thirds), strict=True):
        assert isinstance(refused, JoinError)
        assert "may have 2 nodes and has 2" in str(refused)
        assert product.plane.api.find(NODES, third.name) is None
        assert node_num(product, tenant) == (2, 2)


@pytest.mark.timeout(120)
def test_of_ten_machines_that_ask_at_once_as_many_join_as_there_is_room_for(
    product: Product, machines: Machines
) -> None:
    tenant = register(product, "crowd@example.com")
    answers = machines.join(*(tenant.machine(f"m{number}") for number in range(10)))
    assert sum(isinstance(each, Identity) for each in answers) == ROOM
    assert all(isinstance(each, Identity) or "may have 2 nodes and has 2" in str(each) for each in answers), (
        answers
    )
    counted(product, tenant, ROOM)

    returning = next(
        tenant.machine(f"m{number}") for number, each in enumerate(answers) if isinstance(each, Identity)
    )
    assert isinstance(machines.join(returning)[0], Identity)
    product.plane.api.delete(NODES, returning.name)
    counted(product, tenant, 1)
    assert isinstance(machines.join(tenant.machine("late"))[0], Identity)


@pytest.mark.timeout(120)
def test_a_token_gets_no_certificate_but_that_of_its_own_accounts_node(
    product: Product, machines: Machines
) -> None:
    tenant, other = register(product, "mallory@example.com"), register(product, "victim@example.com")
    theirs = other.machine("till")
    assert isinstance(machines.join(theirs)[0], Identity)

    stolen = tenant.machine("till").invitation
    for name in (theirs.name, "cloud-1", "kube-controller-manager"):
        [refused] = machines.join(JoinValues(stolen, name, {}))
        assert isinstance(refused, JoinError), name
        assert "The name of a node of this account is" in str(refused)

    own = tenant.machine("till").name
    for body, reason in (
        (requests.body(requests.pem("kubernetes-admin", ["system:masters"])), "SubjectNotAllowed"),
        (requests.body(requests.pem(f"system:node:{own}", ["system:nodes", "system:masters"])), "Subject"),
        (
            requests.body(
                requests.pem("system:kube-controller-manager", []),
                signer="kubernetes.io/kube-apiserver-client",
            ),
            "SubjectNotAllowed",
        ),
        (
            requests.body(
                requests.pem(f"system:node:{own}", requests.HUB),
                signer="kubernetes.io/kube-apiserver-client",
            ),
            "SubjectNotAllowed",  # this OpenYurt is 1.7, whose yurthub asks for none
        ),
    ):
        name = machines.ask_for(tenant.machine("till").invitation, body)
        condition = denied(product, name)
        assert condition["reason"].startswith(reason)
        assert "certificate" not in product.plane.api.get(CERTIFICATE_REQUESTS, name)["status"]
    assert product.plane.api.find(NODES, own) is None
    assert node_num(product, tenant) == (0, 0)


@pytest.mark.timeout(120)
def test_a_machine_neither_says_whose_it_is_nor_stays_in_a_pool_it_moved_to(
    product: Product, machines: Machines
) -> None:
    tenant, other = register(product, "mover@example.com"), register(product, "host@example.com")
    name = tenant.machine("van").name
    [van] = machines.join(tenant.machine("van"))
    assert isinstance(van, Identity)
    path = f"/api/v1/nodes/{name}"

    forged = {"metadata": {"labels": {TENANT_NODE_LABEL: other.namespace}}}
    assert "not allowed" in machines.as_node(van, "PATCH", path, forged)

    def move(pool: str | None) -> None:
        assert machines.as_node(van, "PATCH", path, {"metadata": {"labels": {POOL: pool}}}) == ""

    move(None)
    until(lambda: labels(product, name).get(POOL) == tenant.namespace, 20, "it is back in its pool")
    product.halt("operator")
    move(None)  # OpenYurt lets no node go from one pool to another at once
    move(other.namespace)
    start_operator(product)
    until(lambda: labels(product, name).get(POOL) == tenant.namespace, 40, "it is back in its pool")
    assert labels(product, name)[TENANT_NODE_LABEL] == tenant.namespace

    product.plane.api.delete(NODES, name)
    counted(product, tenant, 0)
    body = {"metadata": {"name": name, "labels": {TENANT_NODE_LABEL: other.namespace}}}
    assert machines.as_node(van, "POST", "/api/v1/nodes", body) != ""
    assert product.plane.api.find(NODES, name) is None


@pytest.mark.timeout(120)
def test_the_console_shows_who_is_joining_and_who_was_refused_and_why(
    product: Product, machines: Machines
) -> None:
    tenant, other = register(product, "viewer@example.com"), register(product, "stranger@example.com")
    values = [tenant.machine(name) for name in ("one", "two", "three")]
    identities = machines.join(*values[:ROOM])
    assert all(isinstance(each, Identity) for each in identities), identities
    assert isinstance(machines.join(values[ROOM])[0], JoinError)

    shown = until(lambda: found if len(found := joins(product, tenant)) == 3 else {}, 10, "all are shown")
    assert [shown[each.name]["state"] for each in values] == ["approved", "approved", "denied"]
    refused = shown[values[ROOM].name]
    assert refused["reason"] == "NodeLimitReached"
    assert "may have 2 nodes and has 2" in refused["message"]
    assert refused["time"]
    assert joins(product, other) == {}

    assert isinstance(identities[0], Identity)
    machines.boot(values[0], identities[0], 30)
    until(lambda: values[0].name not in joins(product, tenant), 60, "it is a node like any other")

    product.halt("operator")
    try:
        name = machines.ask_for(
            other.machine("late").invitation,
            requests.body(requests.pem(f"system:node:{other.machine('late').name}")),
        )
        [pending] = until(lambda: list(joins(product, other).values()), 10, "it is shown").copy()
        assert (pending["state"], pending["name"]) == ("pending", other.machine("late").name)
    finally:
        start_operator(product)
    until(lambda: joins(product, other)[pending["name"]]["state"] == "approved", 60, f"{name} is approved")


@pytest.mark.timeout(120)
def test_a_machine_that_somebody_else_approved_gets_its_node_made_all_the_same(
    product: Product, machines: Machines
) -> None:
    tenant = register(product, "hub@example.com")
    values = tenant.machine("shed")
    product.halt("operator")
    try:
        pem = requests.pem(f"system:node:{values.name}")
        name = machines.ask_for(values.invitation, requests.body(pem))
        path = product.plane.api.path(CERTIFICATE_REQUESTS, name)
        condition = {"type": "Approved", "status": "True", "reason": "AutoApproved"}
        asked = {**product.plane.api.get(CERTIFICATE_REQUESTS, name), "status": {"conditions": [condition]}}
        product.plane.api.done("PUT", f"{path}/approval", asked)
    finally:
        start_operator(product)
    until(lambda: product.plane.api.find(NODES, values.name), 40, "its Node is there")
    assert labels(product, values.name)[TENANT_NODE_LABEL] == tenant.namespace
    counted(product, tenant, 1)


def labels(product: Product, name: str) -> dict[str, str]:
    found: dict[str, str] = product.plane.api.get(NODES, name)["metadata"]["labels"]
    return found


def denied(product: Product, name: str) -> dict[str, Any]:
    def found() -> dict[str, Any]:
        status = product.plane.api.get(CERTIFICATE_REQUESTS, name).get("status") or {}
        return next((one for one in status.get("conditions") or () if one["type"] == "Denied"), {})

    return until(found, 20, f"{name} is denied")
