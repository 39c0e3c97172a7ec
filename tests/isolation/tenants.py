"""Two tenants on one platform with one object of each kind, and texts that identify them."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from apimachinery.resources import (
    CONFIG_MAPS,
    CRON_JOBS,
    DAEMON_SETS,
    DEPLOYMENTS,
    JOBS,
    NODES,
    PODS,
    ROLE_BINDINGS,
    SECRETS,
    SERVICE_ACCOUNTS,
    SERVICES,
    STATEFUL_SETS,
)
from tests.isolation.platform import Platform
from tests.journeys.product import Product
from tests.planes.kubernetes_api import Answer, Api, deployment
from tests.planes.waiting import until
from yurt_console.custom_resources import NODE_POOLS, USERS

WORKLOADS = (DEPLOYMENTS, STATEFUL_SETS, DAEMON_SETS, JOBS, CRON_JOBS, SERVICES, PODS)
"""Kinds of which each tenant has one object; every name contains the word."""
KEPT = (*WORKLOADS, CONFIG_MAPS, SECRETS, SERVICE_ACCOUNTS, ROLE_BINDINGS)
"""Kinds that are compared before and after an attack."""


class Tenant(NamedTuple):
    """One tenant; ``word`` is in every name that it chose, and in no name of the other tenant."""

    name: str
    email: str
    token: str
    word: str
    node: str


class Two(NamedTuple):
    """Two tenants with a node each, and the platform they are on."""

    platform: Platform
    product: Product
    first: Tenant
    second: Tenant

    @property
    def a(self) -> str:
        return self.first.name

    @property
    def b(self) -> str:
        return self.second.name

    @property
    def node_a(self) -> str:
        return self.first.node

    @property
    def node_b(self) -> str:
        return self.second.node

    @property
    def api(self) -> Api:
        """Client of the administrator."""
        return self.platform.plane.api

    @property
    def tenant(self) -> Api:
        """Client with the kubeconfig of tenant A."""
        return self.platform.tenant(self.a)


def register(platform: Platform, product: Product, word: str) -> Tenant:
    """Register a tenant, wait until it is provisioned, and create a node."""
    email = f"owner@{word}.example"
    reply = product.register(email)
    assert reply.status == 200, reply
    token = reply.body["token"]

    def spec() -> dict[str, Any]:
        found: dict[str, Any] = product.login(email, token).body["spec"]
        return found if found["kubeConfig"] else {}

    name = str(until(spec, 30, f"{email} is ready")["namespace"])
    tenant = platform.tenant(name)
    until(lambda: tenant.can("get", "pods", name), 20, "the API server knows the rights")
    return Tenant(name, email, token, word, platform.own_node(name, word))


def create_objects(api: Api, tenant: Tenant) -> None:
    """Create one object of each kind with the tenant's kubeconfig."""
    name = f"{tenant.word}-web"
    found = deployment(name, image=f"{tenant.word}.example/web:1")
    template = found["spec"]["template"]
    once = {**template, "spec": {**template["spec"], "restartPolicy": "Never"}}
    selector = found["spec"]["selector"]
    metadata = {"metadata": {"name": name}}
    for resource, spec in (
        (DEPLOYMENTS, found["spec"]),
        (STATEFUL_SETS, {"selector": selector, "serviceName": name, "template": template}),
        (DAEMON_SETS, {"selector": selector, "template": template}),
        (JOBS, {"template": once}),
        (CRON_JOBS, {"schedule": "0 0 1 1 *", "jobTemplate": {"spec": {"template": once}}}),
        (SERVICES, {"ports": [{"port": 80}], "selector": {"app": name}}),
        (PODS, template["spec"]),
    ):
        api.create(resource, {**metadata, "spec": spec}, tenant.name)
    api.create(CONFIG_MAPS, {**metadata, "data": {"a": name}}, tenant.name)
    api.create(SECRETS, {**metadata, "stringData": {"a": name}}, tenant.name)


def marks(api: Api, tenant: Tenant) -> set[str]:
    """Texts that identify the tenant: name, e-mail, word, and the uids of its objects."""
    uids = {str(found["metadata"]["uid"]) for each in KEPT for found in api.list(each, tenant.name)}
    for resource, name in ((USERS, tenant.name), (NODE_POOLS, tenant.name), (NODES, tenant.node)):
        uids.add(str(api.get(resource, name)["metadata"]["uid"]))
    return {tenant.name, tenant.email, tenant.word, *uids}


def state(api: Api, tenant: Tenant) -> dict[tuple[str, str], str]:
    """The tenant's objects without fields that controllers update."""

    def desired(found: dict[str, Any]) -> str:
        parts = {key: part for key, part in found.items() if key in ("spec", "data", "roleRef", "subjects")}
        return json.dumps([found["metadata"]["uid"], found["metadata"].get("labels"), parts], sort_keys=True)

    held = {
        (each.kind, found["metadata"]["name"]): desired(found)
        for each in KEPT
        for found in api.list(each, tenant.name)
    }
    for resource, name in ((USERS, tenant.name), (NODE_POOLS, tenant.name), (NODES, tenant.node)):
        held[resource.kind, name] = desired(api.get(resource, name))
    return held


def refused(answer: Answer, *words: str) -> None:
    """Assert that the API server refused the request with these texts."""
    assert answer.code == 403, answer
    assert all(word in answer.body["message"] for word in words), answer.body["message"]
