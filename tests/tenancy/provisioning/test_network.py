"""Whom a tenant's NetworkPolicy lets in, read as Kubernetes reads it."""

from __future__ import annotations

import pytest

from apimachinery.selectors import Selector
from tests.tenancy.examples import TENANT_NAME, user
from yurt_console.tenancy.provisioning import tenant_objects
from yurt_console.yurt.well_known_labels import TENANT_LABEL

POLICY = tenant_objects.network_policy(user())
OTHER = "user-ffffffffffffffffffff"


def lets_in(namespace: str, labels: dict[str, str]) -> bool:
    """Whether a pod of a namespace with these labels reaches the tenant's pods."""
    [rule] = POLICY["spec"]["ingress"]
    for peer in rule["from"]:
        pods, namespaces = peer.get("podSelector"), peer.get("namespaceSelector")
        # a peer without a namespaceSelector is in the policy's own namespace
        here = namespace == TENANT_NAME if namespaces is None else Selector.of(namespaces).matches(labels)
        if here and (pods is None or Selector.of(pods).matches({"app": "any"})):
            return True
    return False


@pytest.mark.parametrize(
    ("namespace", "labels", "expected"),
    [
        (TENANT_NAME, {TENANT_LABEL: TENANT_NAME}, True),
        ("kube-system", {"kubernetes.io/metadata.name": "kube-system"}, True),  # DNS answers, Ingress asks
        (OTHER, {TENANT_LABEL: OTHER}, False),
        (OTHER, {TENANT_LABEL: ""}, False),
    ],
)
def test_the_own_namespace_and_the_platforms_come_in_and_no_other_tenants(
    namespace: str, labels: dict[str, str], expected: bool
) -> None:
    assert lets_in(namespace, labels) is expected


def test_the_policy_is_about_every_pod_of_the_tenant_and_about_what_comes_in() -> None:
    assert POLICY["metadata"]["namespace"] == TENANT_NAME
    assert Selector.of(POLICY["spec"]["podSelector"]).matches({"app": "any"})
    assert POLICY["spec"]["policyTypes"] == ["Ingress"]
