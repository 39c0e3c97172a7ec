"""What check says about things that the product cannot prevent."""

from __future__ import annotations

import pytest

from tests.installed import installed
from tests.plane import Plane
from yurt_console.cli import main
from yurt_console.kube.resources import CLUSTER_ROLES, PODS

__all__ = ["installed"]


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


@pytest.mark.parametrize(
    ("plugins", "words"),
    [("PodNodeSelector", "runs without NodeRestriction"), ("NodeRestriction", "keeps each node to itself")],
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
