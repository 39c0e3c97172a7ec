"""Accounts while they live: what is broken is mended, the calendar is kept, failures are said in words."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from apimachinery.resources import (
    CLUSTER_ROLES,
    EVENTS,
    LIMIT_RANGES,
    NAMESPACES,
    NETWORK_POLICIES,
    PODS,
    RESOURCE_QUOTAS,
    ROLE_BINDINGS,
    SECRETS,
    SERVICE_ACCOUNTS,
    Resource,
)
from apimachinery.times import rfc3339
from tests.operator.process import Operator, credentials, running
from tests.planes.kubernetes_api import MERGE, Api
from tests.planes.plane import Plane
from tests.planes.waiting import until
from yurt_console.custom_resources import NODE_POOLS, USERS

__all__ = ["credentials"]


@pytest.fixture(scope="module")
def operator(
    installed: Plane, credentials: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Operator]:
    """One running operator for all tests here."""
    with running(installed, credentials, tmp_path_factory.mktemp("keeping") / "operator.log") as operator:
        yield operator


def condition(user: dict[str, Any], kind: str = "Ready") -> dict[str, Any]:
    found = [each for each in user.get("status", {}).get("conditions", ()) if each["type"] == kind]
    return found[0] if found else {"status": "", "reason": "", "message": ""}


def events(operator: Operator, name: str) -> list[tuple[str, str]]:
    found = operator.plane.api.list(EVENTS, "default")
    about = [event for event in found if event["involvedObject"]["name"] == name]
    return [(event["reason"], event["message"]) for event in about]


def test_what_somebody_deletes_is_back_within_seconds(operator: Operator) -> None:
    api = operator.plane.api
    name = operator.create("deleted@example.com")
    operator.effective(name, 20)
    for resource, place, namespace in (
        (ROLE_BINDINGS, "yurt-console-tenant", name),
        (ROLE_BINDINGS, "yurt-console-impersonate", name),
        (RESOURCE_QUOTAS, "tenant", name),
        (LIMIT_RANGES, "tenant", name),
        (NETWORK_POLICIES, "tenant", name),
        (SERVICE_ACCOUNTS, "tenant", name),
        (NODE_POOLS, name, ""),
        (SECRETS, operator.token(name), "kube-system"),
    ):
        before = api.get(resource, place, namespace)["metadata"]["uid"]
        api.delete(resource, place, namespace, wait=0)

        until(partial(_is_new, api, resource, place, namespace, before), 8, f"{resource.kind} is back")
    assert any(reason == "Repaired" for reason, _ in events(operator, name))

    def works() -> bool:
        return (
            Api(operator.user(name)["spec"]["kubeConfig"]).ask("GET", f"/api/v1/namespaces/{name}").code
            == 200
        )

    until(works, 10, "the kubeconfig of the new ServiceAccount works")


def test_what_somebody_edits_is_as_it_was_within_seconds(operator: Operator) -> None:
    api = operator.plane.api
    name = operator.create("edited@example.com")
    operator.effective(name, 20)
    everybody = [{"kind": "Group", "name": "system:authenticated", "apiGroup": "rbac.authorization.k8s.io"}]
    for resource, place, namespace, part, edit in (
        (NAMESPACES, name, "", "metadata", {"metadata": {"labels": {"openyurt/tenant": None}}}),
        (RESOURCE_QUOTAS, "tenant", name, "spec", {"spec": {"hard": {"services.nodeports": "5"}}}),
        (LIMIT_RANGES, "tenant", name, "spec", {"spec": {"limits": None}}),
        (NETWORK_POLICIES, "tenant", name, "spec", {"spec": {"ingress": [{}]}}),
        (ROLE_BINDINGS, "yurt-console-tenant", name, "subjects", {"subjects": everybody}),
        (NODE_POOLS, name, "", "metadata", {"metadata": {"labels": {"openyurt/tenant": "other"}}}),
    ):
        before = _essence(api.get(resource, place, namespace), part)
        api.patch(resource, place, edit, namespace)

        until(partial(_is, api, (resource, place, namespace), part, before), 8, f"{resource.kind} is mended")


def test_the_quota_follows_what_the_account_may_have_and_the_cluster_enforces_it(operator: Operator) -> None:
    api = operator.plane.api
    name = operator.create("bounded@example.com", "--quota-cpu", "2", "--quota-memory", "4096Mi")
    tenant = Api(operator.effective(name, 20)["spec"]["kubeConfig"])
    until(lambda: tenant.can("create", "pods", name), 10, "the kubeconfig works")

    def bounds() -> tuple[str, ...]:
        found = api.find(RESOURCE_QUOTAS, "tenant", name) or {}
        enforced = found.get("status", {}).get("hard", {})
        return tuple(enforced.get(bound, "") for bound in ("requests.cpu", "requests.memory", "pods"))

    def attempt(pod: str, cpu: str) -> int:
        container = {
            "name": "c",
            "image": "i",
            "resources": {"requests": {"cpu": cpu}, "limits": {"cpu": cpu}},
        }
        body = {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": pod},
            "spec": {"containers": [container]},
        }
        return tenant.ask("POST", tenant.path(PODS, namespace=name), body).code

    until(lambda: bounds() == ("2", "4Gi", "500"), 10, "the quota is enforced")
    assert (attempt("fits", "1500m"), attempt("exceeds", "1")) == (201, 403)

    operator.run("users", "set", name, "--quota-cpu", "3", "--quota-memory", "", "--quota-pods", "1")
    until(lambda: bounds() == ("3", "", "1"), 10, "the quota has followed")
    assert attempt("second", "1") == 403
    assert [reason for reason, _ in events(operator, name) if reason == "Repaired"] == []


def _is_new(api: Api, resource: Resource, name: str, namespace: str, uid: str) -> bool:
    found = api.find(resource, name, namespace)
    return found is not None and found["metadata"]["uid"] != uid


def _is(api: Api, where: tuple[Resource, str, str], part: str, essence: Any) -> bool:
    found = api.find(*where)
    return found is not None and bool(_essence(found, part) == essence)


def _essence(found: dict[str, Any], part: str) -> Any:
    return found["metadata"]["labels"] if part == "metadata" else found[part]


def test_an_account_ends_when_its_time_is_over_and_renewing_brings_it_back(operator: Operator) -> None:
    api = operator.plane.api
    name = operator.create("ending@example.com")
    first = operator.effective(name, 20)["spec"]["kubeConfig"]
    tenant = Api(first)
    until(lambda: tenant.can("list", "pods", name), 10, "the kubeconfig works")
    begun = datetime.now(UTC) - timedelta(days=7) + timedelta(seconds=5)
    path = api.path(USERS, name, subresource="status")
    api.done("PATCH", path, {"status": {"effectiveTime": rfc3339(begun)}}, content_type=MERGE)
    operator.stop()
    operator.start()  # what it had in mind is lost, not what is to be done
    until(lambda: operator.user(name)["status"].get("expired"), 30, "the account has expired")
    refused = tenant.path(PODS, namespace=name)
    until(lambda: tenant.ask("GET", refused).code in (401, 403), 60, "the kubeconfig is refused")
    ended = operator.user(name)
    assert "kubeConfig" not in ended["spec"]
    assert condition(ended)["reason"] == "AccountExpired"
    assert condition(ended, "AccessReady")["status"] == "False"

    api.patch(USERS, name, {"spec": {"validPeriod": 30}})
    until(lambda: condition(operator.user(name))["status"] == "True", 15, "everything is back")
    again = operator.user(name)
    assert not again["status"].get("expired")
    assert again["spec"]["kubeConfig"] != first
    renewed = Api(again["spec"]["kubeConfig"])
    until(lambda: renewed.ask("GET", refused).code == 200, 15, "the new kubeconfig works")
    until(lambda: tenant.ask("GET", refused).code == 401, 20, "the old one stays dead")
    reasons = [reason for reason, _ in events(operator, name)]
    assert reasons.count("AccountExpired") == 1


def test_what_is_refused_is_said_in_words_once_and_mended_when_it_can_be(operator: Operator) -> None:
    api = operator.plane.api
    role = api.get(CLUSTER_ROLES, "yurt-console-operator")
    reading = {"verbs": ["get", "list", "watch"]}
    fewer = [{**rule, **(reading if "resourcequotas" in rule["resources"] else {})} for rule in role["rules"]]
    assert fewer != role["rules"]
    api.patch(CLUSTER_ROLES, "yurt-console-operator", {"rules": fewer})
    try:
        time.sleep(1)  # the API server learns of a role a moment later, and nobody can ask it as the operator
        name = operator.create("refused@example.com")

        def failed() -> bool:
            user = operator.user(name)
            made = condition(user, "NamespaceReady")["status"] == "True"
            return made and bool(condition(user, "LimitsReady")["reason"] == "Failed")

        until(failed, 20, "it says what failed")
        user = operator.user(name)
        message = condition(user, "LimitsReady")["message"]
        assert "ResourceQuota" in message
        assert condition(user)["reason"] == "Failed"
        assert user["status"]["message"] == message
        tries = operator.log.read_text().count("cannot create ResourceQuota")
        until(
            lambda: operator.log.read_text().count("cannot create ResourceQuota") > tries + 1,
            40,
            "it tries again",
        )
        assert operator.user(name)["metadata"]["resourceVersion"] == user["metadata"]["resourceVersion"]
        assert len([each for each in events(operator, name) if each[0] == "Failed"]) == 1
    finally:
        api.patch(CLUSTER_ROLES, "yurt-console-operator", {"rules": role["rules"]})
    operator.effective(name, 60)
    assert condition(operator.user(name), "LimitsReady")["status"] == "True"
    assert operator.user(name)["status"].get("message", "") == ""
