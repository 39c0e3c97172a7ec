"""kubectl at work: the verbs people use, with every kubectl there is here, on both API servers."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conformance.targets import Target
from tests.control_plane import KUBE, available

MANIFEST = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {app: web}}
spec:
  replicas: 0
  paused: true
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: c, image: "nginx:1.25"}]}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {a: "1"}
"""

Kubectl = Callable[..., subprocess.CompletedProcess[str]]


def programs() -> dict[str, str]:
    """The kubectls there are: 1.20 beside the real control plane, and the machine's own."""
    found = {}
    if available():
        folder = subprocess.run([str(KUBE / "cluster"), "bin"], capture_output=True, text=True, check=True)
        found["1.20"] = str(Path(folder.stdout.strip()) / "kubectl")
    if own := shutil.which("kubectl"):
        found["installed"] = own
    return found


PROGRAMS = programs()


@pytest.fixture(params=PROGRAMS or [None], ids=str)
def kubectl(
    request: pytest.FixtureRequest, api: Target, namespace: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Kubectl]:
    """One kubectl, in the test's namespace."""
    if request.param is None:
        pytest.skip("NOT RUN: there is no kubectl here")
    home = tmp_path_factory.mktemp("kubectl")
    cluster = {"server": api.url, "insecure-skip-tls-verify": True}
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "c", "cluster": cluster}],
        "users": [{"name": "u", "user": {"token": api.token}}],
        "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u", "namespace": namespace}}],
        "current-context": "x",
    }
    (home / "config").write_text(json.dumps(config))

    def run(*args: str, stdin: str | None = None, check: bool = True) -> subprocess.CompletedProcess[str]:
        command = [
            PROGRAMS[request.param],
            "--kubeconfig",
            str(home / "config"),
            "--cache-dir",
            str(home / "cache"),
        ]
        done = subprocess.run(
            [*command, *args], capture_output=True, text=True, input=stdin, timeout=60, check=False
        )
        assert not check or done.returncode == 0, done.stderr
        return done

    yield run


def got(kubectl: Kubectl, *args: str) -> Any:
    return json.loads(kubectl("get", *args, "-o", "json").stdout)


def test_apply_creates_then_changes_then_leaves_alone(kubectl: Kubectl) -> None:
    first = kubectl("apply", "-f", "-", stdin=MANIFEST).stdout
    changed = kubectl("apply", "-f", "-", stdin=MANIFEST.replace("1.25", "1.26")).stdout
    again = kubectl("apply", "-f", "-", stdin=MANIFEST.replace("1.25", "1.26")).stdout
    fewer = kubectl("apply", "-f", "-", stdin=MANIFEST.replace('{a: "1"}', "{b: x}")).stdout

    assert first == "deployment.apps/web created\nconfigmap/settings created\n"
    assert changed == "deployment.apps/web configured\nconfigmap/settings unchanged\n"
    assert again == "deployment.apps/web unchanged\nconfigmap/settings unchanged\n"
    assert fewer.splitlines()[1] == "configmap/settings configured"
    assert got(kubectl, "configmap", "settings")["data"] == {"b": "x"}


def test_apply_validates_by_the_published_schema(kubectl: Kubectl) -> None:
    wrong = MANIFEST.replace("replicas: 0", "replicaz: 0")

    done = kubectl("apply", "-f", "-", stdin=wrong, check=False)

    assert done.returncode != 0
    assert "replicaz" in done.stderr


def test_server_side_apply_minds_who_owns_what(kubectl: Kubectl) -> None:
    kubectl("apply", "--server-side", "-f", "-", stdin=MANIFEST)

    other = MANIFEST.replace("1.25", "1.26")
    refused = kubectl("apply", "--server-side", "--field-manager=other", "-f", "-", stdin=other, check=False)
    forced = kubectl(
        "apply", "--server-side", "--field-manager=other", "--force-conflicts", "-f", "-", stdin=other
    )

    assert refused.returncode != 0
    assert "conflict" in refused.stderr
    assert "serverside-applied" in forced.stdout


def test_objects_are_printed(kubectl: Kubectl, namespace: str) -> None:
    kubectl("apply", "-f", "-", stdin=MANIFEST)

    table = kubectl("get", "deploy").stdout.splitlines()
    wide = kubectl("get", "deploy", "-o", "wide").stdout
    names = kubectl("get", "deploy,configmap", "-l", "app=web", "-o", "name").stdout
    described = kubectl("describe", "deploy", "web").stdout
    missing = kubectl("get", "deploy", "nope", check=False).stderr

    assert table[0].split() == ["NAME", "READY", "UP-TO-DATE", "AVAILABLE", "AGE"]
    assert table[1].split()[:4] == ["web", "0/0", "0", "0"]
    assert "nginx:1.25" in wide
    assert names == "deployment.apps/web\n"
    assert f"Namespace:              {namespace}" in described
    assert 'deployments.apps "nope" not found' in missing


def test_objects_are_changed_in_every_way(kubectl: Kubectl) -> None:
    kubectl("apply", "-f", "-", stdin=MANIFEST)

    kubectl("label", "deploy", "web", "tier=front")
    kubectl("annotate", "deploy", "web", "note=hello")
    kubectl("scale", "deploy", "web", "--replicas=2")
    kubectl("set", "image", "deploy/web", "c=nginx:2")
    kubectl(
        "patch",
        "deploy",
        "web",
        "-p",
        '{"spec":{"template":{"spec":{"containers":[{"name":"d","image":"e"}]}}}}',
    )
    kubectl(
        "patch",
        "deploy",
        "web",
        "--type=json",
        "-p",
        '[{"op":"add","path":"/metadata/labels/x","value":"y"}]',
    )
    kubectl("patch", "deploy", "web", "--type=merge", "-p", '{"spec":{"minReadySeconds":3}}')
    web = got(kubectl, "deploy", "web")

    assert web["metadata"]["labels"] == {"app": "web", "tier": "front", "x": "y"}
    assert web["metadata"]["annotations"]["note"] == "hello"
    assert (web["spec"]["replicas"], web["spec"]["minReadySeconds"]) == (2, 3)
    images = {each["name"]: each["image"] for each in web["spec"]["template"]["spec"]["containers"]}
    assert images == {"c": "nginx:2", "d": "e"}


def test_objects_are_created_and_deleted(kubectl: Kubectl) -> None:
    kubectl("create", "configmap", "made", "--from-literal=a=b")
    kubectl("create", "secret", "generic", "hidden", "--from-literal=a=b")
    kubectl("create", "serviceaccount", "robot")
    twice = kubectl("create", "configmap", "made", check=False)

    deleted = kubectl("delete", "configmap", "made", "--wait=true").stdout

    assert "already exists" in twice.stderr
    assert deleted == 'configmap "made" deleted\n'
    assert kubectl("get", "configmap", "made", check=False).returncode != 0


def test_nodes_are_cordoned_and_tainted(kubectl: Kubectl, api: Target, namespace: str) -> None:
    node = f"node-{namespace}"
    api.create("/api/v1/nodes", {"metadata": {"name": node}})

    kubectl("cordon", node)
    kubectl("taint", "node", node, "a=b:NoSchedule")
    taints = got(kubectl, "node", node)["spec"]["taints"]
    shown = kubectl("get", "node", node).stdout
    kubectl("uncordon", node)
    kubectl("delete", "node", node)

    assert {"key": "a", "value": "b", "effect": "NoSchedule"} in taints
    assert "SchedulingDisabled" in shown


def test_kinds_can_be_found_and_explained(kubectl: Kubectl) -> None:
    listed = kubectl("api-resources", "--namespaced=true", "-o", "name").stdout.split()
    explained = kubectl("explain", "deployment.spec.replicas").stdout

    assert {"pods", "deployments.apps", "cronjobs.batch", "roles.rbac.authorization.k8s.io"} <= set(listed)
    assert "integer" in explained


def test_a_permission_can_be_asked_for(kubectl: Kubectl) -> None:
    assert kubectl("auth", "can-i", "create", "pods").stdout == "yes\n"


CREATED = {
    "deployment": ("create deployment made --image=nginx:1 --replicas=0", "deployment.apps/made"),
    "job": ("create job made --image=busybox -- sleep 1", "job.batch/made"),
    "service": ("create service clusterip made --tcp=80:8080", "service/made"),
    "role": ("create role made --verb=get,list --resource=pods", "role.rbac.authorization.k8s.io/made"),
    "rolebinding": (
        "create rolebinding made --clusterrole=view --user=ed", "rolebinding.rbac.authorization.k8s.io/made"
    ),
    "quota": ("create quota made --hard=pods=3,requests.cpu=500m", "resourcequota/made"),
    "ingress": ("create ingress made --rule=a.example/=svc:80", "ingress.networking.k8s.io/made"),
}  # fmt: skip


@pytest.mark.parametrize("kind", CREATED)
def test_typed_objects_are_understood_in_whatever_form_they_come(kubectl: Kubectl, kind: str) -> None:
    command, name = CREATED[kind]

    made = kubectl(*command.split()).stdout
    plain = got(kubectl, kind, "made")

    assert made == f"{name} created\n"
    assert plain["metadata"]["name"] == "made"
    if kind == "quota":
        assert plain["spec"]["hard"] == {"pods": "3", "requests.cpu": "500m"}
    if kind == "deployment":
        assert plain["spec"]["selector"] == {"matchLabels": {"app": "made"}}
        assert plain["spec"]["replicas"] == 0
