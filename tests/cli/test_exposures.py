"""What check says about things that the product cannot prevent."""

from __future__ import annotations

import pytest

from apimachinery.resources import CLUSTER_ROLE_BINDINGS, CLUSTER_ROLES, CUSTOM_RESOURCE_DEFINITIONS, PODS
from tests.planes.installed import installed
from tests.planes.plane import POOLS, Plane
from tests.planes.waiting import until
from yurt_console.cli import main

__all__ = ["installed"]

RBAC = "rbac.authorization.k8s.io"


def checked(plane: Plane, capsys: pytest.CaptureFixture[str]) -> str:
    capsys.readouterr()
    main.main(["check", "--kubeconfig", str(plane.kubeconfig)])
    return capsys.readouterr().out


def test_that_every_node_may_read_all_config_maps_is_said(
    installed: Plane, capsys: pytest.CaptureFixture[str]
) -> None:
    rule = {"apiGroups": [""], "resources": ["configmaps"], "verbs": ["get", "list", "watch"]}
    installed.api.create(CLUSTER_ROLES, {"metadata": {"name": "yurt-hub"}, "rules": [rule]})
    try:
        assert "may read all ConfigMaps" in checked(installed, capsys)
        named = [{**rule, "resourceNames": ["yurt-hub-cfg"]}]
        installed.api.patch(CLUSTER_ROLES, "yurt-hub", {"rules": named})
        assert "may read all ConfigMaps" not in checked(installed, capsys)
    finally:
        installed.api.delete(CLUSTER_ROLES, "yurt-hub")


def test_what_any_nodes_certificate_reads_is_said(
    installed: Plane, capsys: pytest.CaptureFixture[str]
) -> None:
    said = checked(installed, capsys)
    what = installed.expected.nodes_read
    assert f"Every node, tenants' machines too, may read all {what} of the cluster." in said
    assert "may read all Secrets" not in said
    role = {"apiGroup": RBAC, "kind": "ClusterRole", "name": "view-secrets"}
    rule = {"apiGroups": [""], "resources": ["secrets"], "verbs": ["list"]}
    nodes = {"apiGroup": RBAC, "kind": "Group", "name": "system:nodes"}
    binding = {"metadata": {"name": "view-secrets"}, "roleRef": role, "subjects": [nodes]}
    installed.api.create(CLUSTER_ROLES, {"metadata": {"name": "view-secrets"}, "rules": [rule]})
    installed.api.create(CLUSTER_ROLE_BINDINGS, binding)
    words = "fail  Every node, tenants' machines too, may read all Secrets of the cluster."
    try:  # the API server learns of a binding a moment later
        until(lambda: words in checked(installed, capsys), 15, "it is said")
    finally:
        installed.api.delete(CLUSTER_ROLE_BINDINGS, "view-secrets")
        installed.api.delete(CLUSTER_ROLES, "view-secrets")


def test_that_openyurt_before_1_7_approves_any_yurthub_is_said(
    installed: Plane, capsys: pytest.CaptureFixture[str]
) -> None:
    words = "OpenYurt before 1.7 approves a yurthub certificate for any node name to any token."
    assert words not in checked(installed, capsys)
    served = installed.api.get(CUSTOM_RESOURCE_DEFINITIONS, POOLS)["spec"]["versions"]
    older = [{**one, "storage": one["name"] == "v1beta1"} for one in served]
    installed.api.patch(CUSTOM_RESOURCE_DEFINITIONS, POOLS, {"spec": {"versions": older}})
    try:
        assert words in checked(installed, capsys)
    finally:
        installed.api.patch(CUSTOM_RESOURCE_DEFINITIONS, POOLS, {"spec": {"versions": served}})


@pytest.mark.parametrize(
    ("plugins", "words"),
    [
        ("PodNodeSelector", "runs without NodeRestriction"),
        ("NodeRestriction", "restricts each node to its own objects"),
    ],
)
def test_the_api_servers_flags_are_read_where_they_show(
    installed: Plane, capsys: pytest.CaptureFixture[str], plugins: str, words: str
) -> None:
    command = ["kube-apiserver", "--authorization-mode=Node,RBAC", f"--enable-admission-plugins={plugins}"]
    spec = {"containers": [{"name": "kube-apiserver", "image": "kube-apiserver:v1", "command": command}]}
    labels = {"component": "kube-apiserver"}
    pod = {"metadata": {"name": "kube-apiserver-one", "labels": labels}, "spec": spec}
    installed.api.create(PODS, pod, "kube-system")
    try:
        assert words in checked(installed, capsys)
    finally:
        installed.api.delete(PODS, "kube-apiserver-one", "kube-system")


def test_without_the_webhook_strangers_must_stay_out(
    installed: Plane, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "Do not let strangers in." in checked(installed, capsys)
