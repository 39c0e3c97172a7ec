"""CertificateSigningRequests on both targets: asking, approving, signing, and using the certificate."""

from __future__ import annotations

import base64
import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from kubesim.patch.json_patch import MERGE_PATCH
from tests.conformance.golden import Golden
from tests.conformance.servers.asking import Asker, Cluster, wait_for

REQUESTS = "/apis/certificates.k8s.io/v1/certificatesigningrequests"
RBAC = "/apis/rbac.authorization.k8s.io/v1"
KUBELET = "kubernetes.io/kube-apiserver-client-kubelet"
CLIENT = "kubernetes.io/kube-apiserver-client"
USAGES = ["digital signature", "key encipherment", "client auth"]
KEY = ec.generate_private_key(ec.SECP256R1())
NUMBERS = itertools.count()


def pem(name: str, organization: str) -> str:
    parts = [(NameOID.ORGANIZATION_NAME, organization), (NameOID.COMMON_NAME, name)]
    subject = x509.Name([x509.NameAttribute(oid, value) for oid, value in parts])
    request = x509.CertificateSigningRequestBuilder().subject_name(subject).sign(KEY, hashes.SHA256())
    return base64.b64encode(request.public_bytes(serialization.Encoding.PEM)).decode()


def body(name: str = "system:node:edge-1", organization: str = "system:nodes", **spec: Any) -> dict[str, Any]:
    given = {"request": pem(name, organization), "signerName": KUBELET, "usages": USAGES, **spec}
    return {"metadata": {"name": f"conformance-{next(NUMBERS)}"}, "spec": given}


@pytest.fixture
def admin(cluster: Cluster) -> Iterator[Asker]:
    admin = cluster.admin()
    yield admin
    for item in admin.ask("GET", REQUESTS)[1]["items"]:
        if item["metadata"]["name"].startswith("conformance-"):
            admin.ask("DELETE", f"{REQUESTS}/{item['metadata']['name']}")


def decide(asker: Asker, name: str, kind: str = "Approved") -> tuple[int, Any]:
    """Approve as kubectl does."""
    csr = asker.ask("GET", f"{REQUESTS}/{name}")[1]
    condition = {"type": kind, "status": "True", "reason": "Test", "message": "by a test"}
    csr["status"] = {"conditions": [condition]}
    return asker.ask("PUT", f"{REQUESTS}/{name}/approval", csr)


def jane(**spec: Any) -> dict[str, Any]:
    """A request that nobody approves by itself."""
    return body("jane", "devs", **{"signerName": CLIENT, **spec})


def asked(asker: Asker, request: dict[str, Any]) -> str:
    code, answer = asker.ask("POST", REQUESTS, request)
    assert code == 201, answer
    name: str = answer["metadata"]["name"]
    return name


def status(admin: Asker, name: str) -> Any:
    return admin.ask("GET", f"{REQUESTS}/{name}")[1]["status"]


def test_a_signed_certificate_is_the_node(admin: Asker, cluster: Cluster, tmp_path: Path) -> None:
    name = asked(admin, body())  # the administrator may have kubelets' requests approved by themselves
    wait_for(lambda: "certificate" in status(admin, name))
    assert status(admin, name)["conditions"][0]["reason"] == "AutoApproved"

    chain = base64.b64decode(status(admin, name)["certificate"])
    key = KEY.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (tmp_path / "node.pem").write_bytes(chain + key)
    connection = cluster.connection(tmp_path / "node.pem")
    try:
        connection.request("GET", "/api/v1/pods?limit=1&fieldSelector=spec.nodeName%3Dedge-1")
        response = connection.getresponse()
        assert (response.status, response.read()[:1]) == (200, b"{")
        connection.request("GET", "/api/v1/namespaces/default/secrets")
        response = connection.getresponse()
        assert 'User "system:node:edge-1" cannot list' in json.loads(response.read())["message"]
    finally:
        connection.close()


def test_who_asks_is_written_by_the_server(admin: Asker, cluster: Cluster) -> None:
    forged = body(username="evil", groups=["system:masters"])

    name = asked(cluster.as_user("bob", "system:masters"), forged)

    spec = admin.ask("GET", f"{REQUESTS}/{name}")[1]["spec"]
    assert (spec["username"], spec["groups"]) == ("bob", ["system:masters", "system:authenticated"])


INVALID = 'CertificateSigningRequest.certificates.k8s.io "conformance-e" is invalid'
MALFORMED: list[tuple[dict[str, Any], int, str]] = [
    (
        {"metadata": {"name": "conformance-e"}, "spec": {}},
        422,
        f"{INVALID}: [spec.request: Invalid value: []byte(nil): PEM block type must be CERTIFICATE REQUEST,"
        " spec.usages: Required value: usages must be provided,"
        " spec.signerName: Required value: signerName must be provided]",
    ),
    (
        {"metadata": {"name": "conformance-e"}, "spec": body(signerName="x")["spec"]},
        422,
        f'{INVALID}: spec.signerName: Invalid value: "x":'
        " must be a fully qualified domain and path of the form 'example.com/signer-name'",
    ),
    (
        {
            "metadata": {"name": "conformance-e"},
            "spec": body("jane", "system:masters", signerName=CLIENT)["spec"],
        },
        403,
        'certificatesigningrequests.certificates.k8s.io "conformance-e" is forbidden: use of'
        " kubernetes.io/kube-apiserver-client signer with system:masters group is not allowed",
    ),
]


@pytest.mark.parametrize(("request_body", "code", "message"), MALFORMED)
def test_a_request_is_refused_in_the_same_words(
    admin: Asker, golden: Golden, request_body: dict[str, Any], code: int, message: str
) -> None:
    golden.says([*admin.message("POST", REQUESTS, request_body)], [code, message])


REFUSED: list[tuple[dict[str, Any], str]] = [
    (body("edge-1"), "subject common name does not begin with system:node:"),
    (body(organization="x"), "subject organization is not system:nodes"),
    (
        body(usages=["client auth"]),
        "usages did not match [client auth digital signature key encipherment]",
    ),
    (
        jane(usages=["server auth"]),
        "invalid usage for client certificate: server auth",
    ),
]


@pytest.mark.parametrize(("request_body", "message"), REFUSED)
def test_a_signer_says_why_it_does_not_sign(admin: Asker, request_body: dict[str, Any], message: str) -> None:
    name = asked(admin, request_body)
    assert decide(admin, name)[0] == 200

    wait_for(lambda: len(status(admin, name)["conditions"]) == 2)

    failed = status(admin, name)["conditions"][1]
    assert (failed["type"], failed["reason"]) == ("Failed", "SignerValidationFailure")
    assert failed["message"] == message
    assert "certificate" not in status(admin, name)


def test_a_denied_request_is_not_signed_and_stays_denied(admin: Asker) -> None:
    name = asked(admin, jane())
    assert decide(admin, name, "Denied")[0] == 200

    code, answer = decide(admin, name)

    assert (code, answer["message"]) == (
        422,
        f'CertificateSigningRequest.certificates.k8s.io "{name}" is invalid: status.conditions: Forbidden:'
        ' updates may not remove a condition of type "Denied"',
    )
    assert "certificate" not in status(admin, name)


def test_approving_needs_a_right_for_the_signer(admin: Asker, cluster: Cluster) -> None:
    name, role = asked(admin, jane()), "conformance-approver"
    rules = [
        {
            "apiGroups": ["certificates.k8s.io"],
            "resources": ["certificatesigningrequests", "certificatesigningrequests/approval"],
            "verbs": ["get", "update"],
        }
    ]
    signer = {
        "apiGroups": ["certificates.k8s.io"],
        "resources": ["signers"],
        "resourceNames": [CLIENT],
        "verbs": ["approve"],
    }
    place = f"{RBAC}/clusterroles/{role}"
    admin.ask("PUT", place, {"metadata": {"name": role}, "rules": rules})
    ref = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": role}
    bound = {"metadata": {"name": role}, "roleRef": ref, "subjects": [{"kind": "User", "name": "al"}]}
    admin.ask("PUT", f"{RBAC}/clusterrolebindings/{role}", bound)
    try:
        # a real API server learns of new roles by watch, a moment later
        wait_for(lambda: cluster.as_user("al").ask("GET", f"{REQUESTS}/{name}")[0] == 200)
        code, answer = decide(cluster.as_user("al"), name)
        assert (code, answer["message"]) == (
            403,
            f'certificatesigningrequests.certificates.k8s.io "{name}" is forbidden: user not permitted to'
            f' approve requests with signerName "{CLIENT}"',
        )
        admin.ask("PUT", place, {"metadata": {"name": role}, "rules": [*rules, signer]})
        wait_for(lambda: decide(cluster.as_user("al"), name)[0] == 200)
    finally:
        admin.ask("DELETE", f"{RBAC}/clusterrolebindings/{role}")
        admin.ask("DELETE", place)


def test_the_status_decides_nothing_and_a_certificate_stays(admin: Asker) -> None:
    name = asked(admin, jane())
    where = f"{REQUESTS}/{name}/status"
    head = f'CertificateSigningRequest.certificates.k8s.io "{name}" is invalid: status'
    condition = {"type": "Approved", "status": "True", "reason": "x"}
    wrong = (
        'status.certificate: Invalid value: "<certificate data>": must contain at least one CERTIFICATE PEM'
        " block"
    )

    code, answer = admin.ask("PATCH", where, {"status": {"conditions": [condition]}}, MERGE_PATCH)
    assert (code, answer["message"]) == (
        422,
        f'{head}.conditions: Forbidden: updates may not add a condition of type "Approved"',
    )
    code, answer = admin.ask("PATCH", where, {"status": {"certificate": "eA=="}}, MERGE_PATCH)
    assert (code, answer["message"]) == (
        422,
        f"{head.removesuffix('status')}{wrong}",
    )
    decide(admin, name)
    wait_for(lambda: "certificate" in status(admin, name))
    code, answer = admin.ask("PATCH", where, {"status": {"certificate": "eA=="}}, MERGE_PATCH)
    assert (code, answer["message"]) == (
        422,
        f"{head.removesuffix('status')}[{wrong}, status.certificate: Forbidden: updates may not modify"
        " existing certificate content]",
    )


def test_another_signers_request_is_left_alone(admin: Asker) -> None:
    theirs = asked(admin, jane(signerName="example.com/signer"))
    ours = asked(admin, jane())
    decide(admin, theirs)
    decide(admin, ours)

    wait_for(lambda: "certificate" in status(admin, ours))

    assert [one["type"] for one in status(admin, theirs)["conditions"]] == ["Approved"]
    assert "certificate" not in status(admin, theirs)
