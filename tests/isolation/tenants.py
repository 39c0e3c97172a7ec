"""Two tenants on one platform, each with a bit of everything, and what tells of the other one."""

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
"""What each tenant has one of; every name in it tells whose it is."""
KEPT = (*WORKLOADS, CONFIG_MAPS, SECRETS, SERVICE_ACCOUNTS, ROLE_BINDINGS)
"""What is looked at before and after an attack."""


class Tenant(NamedTuple):
    """One of the two; ``word`` is in every name that the tenant chose, and in none of the other's."""

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
        """The administrator."""
        return self.platform.plane.api

    @property
    def tenant(self) -> Api:
        """What A's kubeconfig can do."""
        return self.platform.tenant(self.a)


def settle(platform: Platform, product: Product, word: str) -> Tenant:
    """Somebody registers, waits until everything is there, and gets a node."""
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


def furnish(api: Api, tenant: Tenant) -> None:
    """One of everything, made with the tenant's own kubeconfig."""
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
    """Texts that tell of this tenant: name, mail, the chosen word, and the uid of all that is theirs."""
    uids = {str(found["metadata"]["uid"]) for each in KEPT for found in api.list(each, tenant.name)}
    for resource, name in ((USERS, tenant.name), (NODE_POOLS, tenant.name), (NODES, tenant.node)):
        uids.add(str(api.get(resource, name)["metadata"]["uid"]))
    return {tenant.name, tenant.email, tenant.word, *uids}


def state(api: Api, tenant: Tenant) -> dict[tuple[str, str], str]:
    """What the tenant has, as it was wished for; what controllers report of it changes by itself."""

    def wish(found: dict[str, Any]) -> str:
        parts = {key: part for key, part in found.items() if key in ("spec", "data", "roleRef", "subjects")}
        return json.dumps([found["metadata"]["uid"], found["metadata"].get("labels"), parts], sort_keys=True)

    held = {
        (each.kind, found["metadata"]["name"]): wish(found)
        for each in KEPT
        for found in api.list(each, tenant.name)
    }
    for resource, name in ((USERS, tenant.name), (NODE_POOLS, tenant.name), (NODES, tenant.node)):
        held[resource.kind, name] = wish(api.get(resource, name))
    return held


def refused(answer: Answer, *words: str) -> None:
    """The API server said no, and these words."""
    assert answer.code == 403, answer
    assert all(word in answer.body["message"] for word in words), answer.body["message"]
