"""install and check on an API server: what they say, what they do, how they end."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from apimachinery.resources import (
    CLUSTER_ROLE_BINDINGS,
    CLUSTER_ROLES,
    CONFIG_MAPS,
    CUSTOM_RESOURCE_DEFINITIONS,
    NODE_METRICS,
    SECRETS,
)
from tests.cli.conftest import CommandResult
from tests.planes.installed import identity
from tests.planes.plane import Plane


def test_installing_again_changes_nothing_and_says_so(
    cluster: Plane, capsys: pytest.CaptureFixture[str]
) -> None:
    result = CommandResult(capsys, cluster.kubeconfig, "install")
    assert result.code == 0
    assert "CustomResourceDefinition users.user.openyurt.io: unchanged" in result.out
    assert "created" not in result.out
    assert "configured" not in result.out


def test_installing_mends_what_was_changed_or_removed(
    cluster: Plane, capsys: pytest.CaptureFixture[str]
) -> None:
    cluster.api.delete(CLUSTER_ROLES, "yurt-console-join")
    cluster.api.patch(CLUSTER_ROLES, "yurt-console-tenant", {"rules": []})
    before = CommandResult(capsys, cluster.kubeconfig, "check")
    assert before.code == 1
    assert "Missing: ClusterRole yurt-console-join." in before.out
    assert "changed later: ClusterRole yurt-console-tenant lacks create configmaps, " in before.out
    assert "yurt-console install" in before.out
    result = CommandResult(capsys, cluster.kubeconfig, "install")
    assert "ClusterRole yurt-console-join: created" in result.out
    assert "ClusterRole yurt-console-tenant: configured" in result.out
    assert CommandResult(capsys, cluster.kubeconfig, "check").code == 0


def test_an_upgrade_without_install_is_said_in_words(
    cluster: Plane, capsys: pytest.CaptureFixture[str]
) -> None:
    schema = ["spec", "versions", 0, "schema", "openAPIV3Schema", "properties", "spec", "properties"]
    path = "/" + "/".join(map(str, schema))
    for operation, words in (
        (
            {"op": "remove", "path": f"{path}/suspensionReason"},
            "older than this version, or was changed later. It lacks spec.suspensionReason.",
        ),
        (
            {"op": "add", "path": f"{path}/colour", "value": {"type": "string"}},
            "The User kind is newer than this version, or was changed later.",
        ),
    ):
        address = cluster.api.path(CUSTOM_RESOURCE_DEFINITIONS, "users.user.openyurt.io")
        kind = "application/json-patch+json"
        cluster.api.done("PATCH", address, [operation], content_type=kind)
        try:
            result = CommandResult(capsys, cluster.kubeconfig, "check")
        finally:
            assert CommandResult(capsys, cluster.kubeconfig, "install").code == 0
        assert words in result.out
        assert "-> yurt-console install" in result.out
    assert (
        "The User kind is served, in this version." in CommandResult(capsys, cluster.kubeconfig, "check").out
    )


def test_check_says_what_is_there(cluster: Plane, capsys: pytest.CaptureFixture[str]) -> None:
    result = CommandResult(capsys, cluster.kubeconfig, "check")
    assert result.code == 0
    for words in (
        f"runs Kubernetes v{cluster.version}",
        "The User kind is served",
        "OpenYurt serves NodePool v1alpha1, v1beta1, v1beta2; join scripts use yurtadm v1.7",
        "which is reachable from this machine only",
        "YURT_CONSOLE_CLUSTER_ADDRESS",
        "has every permission that yurt-console serve needs",
        "has every permission that yurt-console operator needs",
        "Nodes of tenants are not approved by the cluster itself.",
        "Nothing essential is missing.",
    ):
        assert words in result.out
    assert ("install metrics-server" in result.out) is (cluster.api.version(NODE_METRICS) == "")


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("https://10.1.2.3:6443", "which is reachable from its own network only"),
        ("https://[fd00::1]:6443", "which is reachable from its own network only"),
        ("https://localhost:6443", "which resolves on this machine only"),
        ("https://kube.example.com:6443", "ok    Tenants' kubeconfigs and join scripts name "),
    ],
)
def test_check_warns_of_an_address_in_cluster_info_that_is_not_everybodys(
    cluster: Plane, capsys: pytest.CaptureFixture[str], address: str, words: str
) -> None:
    result = CommandResult(capsys, cluster.kubeconfig, "check", "--cluster-address", address)
    assert words in result.out
    there = cluster.api.find(CONFIG_MAPS, "cluster-info", "kube-public")
    info = {"clusters": [{"name": "", "cluster": {"server": address}}]}
    data = {"data": {"kubeconfig": json.dumps(info)}}
    if there is None:
        cluster.api.create(CONFIG_MAPS, {"metadata": {"name": "cluster-info"}, **data}, "kube-public")
    else:
        cluster.api.patch(CONFIG_MAPS, "cluster-info", data, "kube-public")
    try:
        result = CommandResult(capsys, cluster.kubeconfig, "check")
    finally:
        if there is None:
            cluster.api.delete(CONFIG_MAPS, "cluster-info", "kube-public")
        else:
            cluster.api.patch(CONFIG_MAPS, "cluster-info", {"data": there["data"]}, "kube-public")
    assert words in result.out


def test_check_says_what_kubeadm_and_yurtadm_would_miss(
    cluster: Plane, capsys: pytest.CaptureFixture[str]
) -> None:
    names = ("kubeadm-config", cluster.expected.kubelet_config)
    assert f"lacks ConfigMap {', '.join(names)}" in CommandResult(capsys, cluster.kubeconfig, "check").out
    for name in names:
        cluster.api.create(CONFIG_MAPS, {"metadata": {"name": name}}, "kube-system")
    try:
        result = CommandResult(capsys, cluster.kubeconfig, "check")
    finally:
        for name in names:
            cluster.api.delete(CONFIG_MAPS, name, "kube-system")
    assert "kube-system has the ConfigMaps that kubeadm and yurtadm read to join." in result.out


def test_check_finds_bindings_that_approve_any_bootstrap_token(
    cluster: Plane, capsys: pytest.CaptureFixture[str]
) -> None:
    role = "system:certificates.k8s.io:certificatesigningrequests:nodeclient"
    group = {"apiGroup": "rbac.authorization.k8s.io", "kind": "Group", "name": "system:bootstrappers"}
    reference = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": role}
    binding = {"metadata": {"name": "too-kind"}, "roleRef": reference, "subjects": [group]}
    cluster.api.create(CLUSTER_ROLE_BINDINGS, binding)
    try:
        result = CommandResult(capsys, cluster.kubeconfig, "check")
    finally:
        cluster.api.delete(CLUSTER_ROLE_BINDINGS, "too-kind")
    assert "become nodes without approval, by ClusterRoleBinding too-kind" in result.out


def test_check_finds_a_damaged_session_key(cluster: Plane, capsys: pytest.CaptureFixture[str]) -> None:
    secret = {"metadata": {"name": "yurt-console-session"}, "stringData": {"key": "short"}}
    cluster.api.delete(SECRETS, "yurt-console-session", "yurt-console")  # a console may have run here
    cluster.api.create(SECRETS, secret, "yurt-console")
    try:
        result = CommandResult(capsys, cluster.kubeconfig, "check")
    finally:
        cluster.api.delete(SECRETS, "yurt-console-session", "yurt-console")
    assert result.code == 1
    assert "kubectl -n yurt-console delete secret yurt-console-session" in result.out


@pytest.mark.parametrize(("can", "cannot"), [("serve", "operator"), ("operator", "serve")])
def test_each_identity_can_run_its_own_program_and_not_the_other(
    cluster: Plane,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    can: str,
    cannot: str,
) -> None:
    account = {"serve": "yurt-console", "operator": "yurt-console-operator"}[can]
    result = CommandResult(capsys, identity(cluster, account, tmp_path), "check")
    assert result.code == 0, result.out
    assert f"has every permission that yurt-console {can} needs" in result.out
    assert f"could not run yurt-console {cannot}; it may not: " in result.out


def test_check_fails_for_somebody_who_may_run_neither(
    cluster: Plane, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    result = CommandResult(capsys, identity(cluster, "default", tmp_path, namespace="default"), "check")
    assert result.code == 1
    assert "list pods" in result.out
    assert "Traceback" not in result.out + result.err


class _Web(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = b'{"version": "1.0"}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Keep the test's output to the test."""


def test_something_else_that_answers_is_not_taken_for_kubernetes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with HTTPServer(("127.0.0.1", 0), _Web) as web:
        thread = threading.Thread(target=web.serve_forever)
        thread.start()
        kubeconfig = tmp_path / "web.kubeconfig"
        kubeconfig.write_text(
            f"clusters: [{{name: c, cluster: {{server: 'http://127.0.0.1:{web.server_port}'}}}}]\n"
            "contexts: [{name: c, context: {cluster: c}}]\ncurrent-context: c\n"
        )
        check = CommandResult(capsys, kubeconfig, "check")
        web.shutdown()
        thread.join()
    assert check.code == 1
    assert "answers, but not as a Kubernetes API server" in check.out


def test_an_unreachable_api_server_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kubeconfig = tmp_path / "nobody.kubeconfig"
    kubeconfig.write_text(
        "clusters: [{name: c, cluster: {server: 'https://127.0.0.1:1'}}]\n"
        "contexts: [{name: c, context: {cluster: c}}]\ncurrent-context: c\n"
    )
    check = CommandResult(capsys, kubeconfig, "check")
    assert check.code == 1
    assert "cannot be reached" in check.out
    install = CommandResult(capsys, kubeconfig, "install")
    assert install.code == 1
    assert "127.0.0.1:1" in install.err


def test_a_cluster_without_the_user_kind_is_told_to_install(
    cluster: Plane, capsys: pytest.CaptureFixture[str]
) -> None:
    cluster.api.delete(CUSTOM_RESOURCE_DEFINITIONS, "users.user.openyurt.io")
    try:
        result = CommandResult(capsys, cluster.kubeconfig, "users", "list")
        check = CommandResult(capsys, cluster.kubeconfig, "check")
    finally:
        assert CommandResult(capsys, cluster.kubeconfig, "install").code == 0
    assert result.code == 1
    assert "yurt-console install" in result.err
    assert check.code == 1
    assert "The cluster has no User kind" in check.out
