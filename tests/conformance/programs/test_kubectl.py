"""kubectl at work: the verbs people use, with every kubectl there is here, on both API servers."""

from __future__ import annotations

import base64
import re
import subprocess

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.conformance.programs.kubectls import MISSING, PROGRAMS, Kubectl
from tests.conformance.servers.targets import Target, unique

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


@pytest.fixture(params=PROGRAMS or [None], ids=str)
def kubectl(
    request: pytest.FixtureRequest, api: Target, namespace: str, tmp_path_factory: pytest.TempPathFactory
) -> Kubectl:
    """One kubectl, in the test's namespace."""
    if request.param is None:
        pytest.skip(MISSING)
    return Kubectl.prepared(request.param, api.kubeconfig(namespace), tmp_path_factory.mktemp("kubectl"))


def test_apply_creates_then_changes_then_leaves_alone(kubectl: Kubectl) -> None:
    first = kubectl("apply", "-f", "-", stdin=MANIFEST).stdout
    changed = kubectl("apply", "-f", "-", stdin=MANIFEST.replace("1.25", "1.26")).stdout
    again = kubectl("apply", "-f", "-", stdin=MANIFEST.replace("1.25", "1.26")).stdout
    fewer = kubectl("apply", "-f", "-", stdin=MANIFEST.replace('{a: "1"}', "{b: x}")).stdout

    assert first == "deployment.apps/web created\nconfigmap/settings created\n"
    assert changed == "deployment.apps/web configured\nconfigmap/settings unchanged\n"
    assert again == "deployment.apps/web unchanged\nconfigmap/settings unchanged\n"
    assert fewer.splitlines()[1] == "configmap/settings configured"
    assert kubectl.get("configmap", "settings")["data"] == {"b": "x"}


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
    web = kubectl.get("deploy", "web")

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
    assert re.fullmatch(r'configmap "made" deleted( from \S+ namespace)?\n', deleted)
    assert kubectl("get", "configmap", "made", check=False).returncode != 0


def test_objects_are_selected_and_shown_in_every_form(kubectl: Kubectl) -> None:
    kubectl("apply", "-f", "-", stdin=MANIFEST)
    kubectl("create", "configmap", "other", "--from-literal=a=b")

    selected = kubectl("get", "configmap", "--field-selector", "metadata.name=other", "-o", "name").stdout
    text = kubectl("get", "configmap", "settings", "-o", "yaml").stdout
    path = kubectl("get", "deploy", "web", "-o", "jsonpath={.spec.paused}").stdout
    columns = kubectl("get", "cm", "other", "-o", "custom-columns=NAME:.metadata.name,A:.data.a").stdout
    unknown = kubectl("get", "configmap", "--field-selector", "data.a=b", check=False)
    everything = kubectl("get", "all", "-o", "name").stdout

    assert selected == "configmap/other\n"
    assert "kind: ConfigMap\n" in text
    assert path == "true"
    assert columns.split() == ["NAME", "A", "other", "b"]
    assert '"data.a" is not a known field selector' in unknown.stderr
    assert "deployment.apps/web" in everything.split()


def test_changes_are_printed_as_they_happen(kubectl: Kubectl) -> None:
    kubectl("apply", "-f", "-", stdin=MANIFEST)

    with kubectl.following("get", "configmap", "settings", "-w", "-o", "jsonpath={.data.a}{'\\n'}") as lines:
        heard = [lines.readline()]
        kubectl("patch", "configmap", "settings", "--type=merge", "-p", '{"data":{"a":"2"}}')
        heard.append(lines.readline())
        kubectl("patch", "configmap", "settings", "--type=merge", "-p", '{"data":{"a":"3"}}')
        heard.append(lines.readline())

    assert heard == ["1\n", "2\n", "3\n"]


def test_an_object_is_edited(kubectl: Kubectl) -> None:
    kubectl("apply", "-f", "-", stdin=MANIFEST)

    def edited(kind: str, name: str, script: str) -> subprocess.CompletedProcess[str]:
        return kubectl("edit", kind, name, environment={"KUBE_EDITOR": f"sed -i '{script}'"}, check=False)

    changed = edited("configmap", "settings", "s/^  a:.*/  a: edited/")
    same = edited("configmap", "settings", "")
    broken = edited("deploy", "web", "s/replicas: 0/replicas: -1/")

    assert changed.stdout == "configmap/settings edited\n"
    assert "no changes made" in same.stdout + same.stderr
    assert kubectl.get("configmap", "settings")["data"] == {"a": "edited"}
    assert broken.returncode != 0
    assert 'deployments.apps "web" is invalid' in broken.stderr


def test_what_is_deleted_takes_along_what_it_owns_unless_told_otherwise(kubectl: Kubectl) -> None:
    kubectl("apply", "-f", "-", stdin=MANIFEST)
    uid = kubectl.get("deploy", "web")["metadata"]["uid"]
    for name in ("left", "taken"):
        kubectl("create", "configmap", name)
        owner = {"left": "web", "taken": "second"}[name]
        if name == "taken":
            kubectl("apply", "-f", "-", stdin=MANIFEST.replace("name: web", "name: second"))
            uid = kubectl.get("deploy", "second")["metadata"]["uid"]
        reference = f'{{"apiVersion":"apps/v1","kind":"Deployment","name":"{owner}","uid":"{uid}"}}'
        kubectl("patch", "cm", name, "-p", f'{{"metadata":{{"ownerReferences":[{reference}]}}}}')

    kubectl("delete", "deploy", "web", "--cascade=orphan")
    deleted = kubectl("delete", "deploy", "second", "--cascade=foreground", "--wait=true").stdout
    left = kubectl("get", "configmap", "left", "-o", "jsonpath={.metadata.ownerReferences}").stdout
    taken = kubectl("get", "configmap", "taken", check=False)
    forgiven = kubectl("delete", "deploy", "second", "--ignore-not-found")
    several = kubectl("delete", "configmap", "-l", "nobody=has", "--wait=false")

    assert re.fullmatch(r'deployment.apps "second" deleted( from \S+ namespace)?\n', deleted)
    assert left == ""
    assert 'configmaps "taken" not found' in taken.stderr
    assert (forgiven.stdout, several.stdout) == ("", "No resources found\n")


def test_a_certificate_is_approved(kubectl: Kubectl) -> None:
    name = unique("csr")
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "ed")])
    asked = x509.CertificateSigningRequestBuilder().subject_name(subject).sign(key, hashes.SHA256())
    request = base64.b64encode(asked.public_bytes(serialization.Encoding.PEM)).decode()
    manifest = f"""
apiVersion: certificates.k8s.io/v1
kind: CertificateSigningRequest
metadata: {{name: {name}}}
spec:
  request: {request}
  signerName: kubernetes.io/kube-apiserver-client
  usages: [digital signature, key encipherment, client auth]
"""
    kubectl("create", "-f", "-", stdin=manifest)

    waiting = kubectl("get", "csr", name).stdout
    approved = kubectl("certificate", "approve", name).stdout
    with kubectl.following("get", "csr", name, "-w", "-o", "jsonpath={.status.certificate}{'\\n'}") as lines:
        issued = next(line for line in lines if line.strip())
    shown = kubectl("get", "csr", name).stdout
    kubectl("delete", "csr", name)

    assert "Pending" in waiting
    assert approved == f"certificatesigningrequest.certificates.k8s.io/{name} approved\n"
    certificate = x509.load_pem_x509_certificate(base64.b64decode(issued))
    assert certificate.subject.rfc4514_string() == "CN=ed"
    assert "Approved,Issued" in shown


def test_nodes_are_cordoned_and_tainted(kubectl: Kubectl, api: Target, namespace: str) -> None:
    node = f"node-{namespace}"
    api.create("/api/v1/nodes", {"metadata": {"name": node}})

    kubectl("cordon", node)
    kubectl("taint", "node", node, "a=b:NoSchedule")
    taints = kubectl.get("node", node)["spec"]["taints"]
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
    refused = kubectl("auth", "can-i", "create", "pods", "--as", "nobody", check=False)
    listed = kubectl("auth", "can-i", "--list").stdout

    assert kubectl("auth", "can-i", "create", "pods").stdout == "yes\n"
    assert (refused.returncode, refused.stdout.split("\n")[0].split(" ")[0]) == (1, "no")
    assert "selfsubjectaccessreviews.authorization.k8s.io" in listed


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
    plain = kubectl.get(kind, "made")

    assert made == f"{name} created\n"
    assert plain["metadata"]["name"] == "made"
    if kind == "quota":
        assert plain["spec"]["hard"] == {"pods": "3", "requests.cpu": "500m"}
    if kind == "deployment":
        assert plain["spec"]["selector"] == {"matchLabels": {"app": "made"}}
        assert plain["spec"]["replicas"] == 0
