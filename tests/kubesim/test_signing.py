"""CertificateSigningRequests: validation, approval, signing, refusal."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from apimachinery.errors import ForbiddenError
from kubesim.authorization import bootstrap_policy
from kubesim.authorization.authorizer import Authorizer
from kubesim.certificates import signing
from kubesim.certificates.authority import Authority
from kubesim.machinery.lookup import Object
from kubesim.machinery.users import MASTERS, UserInfo
from tests.kubesim.lookups import Objects, binding

NOW = datetime(2026, 1, 1, tzinfo=UTC)
ADMIN = UserInfo("admin", (MASTERS, "system:authenticated"))
AUTHORITY = Authority.generate(NOW)
KUBELET = ["digital signature", "key encipherment", "client auth"]


@pytest.fixture
def objects() -> Objects:
    return Objects(*(dict(one) for one in bootstrap_policy.defaults()))


Csr = Callable[..., Object]


@pytest.fixture(scope="module")
def csr() -> Csr:
    """A CertificateSigningRequest as stored."""
    key = ec.generate_private_key(ec.SECP256R1())

    def make(
        name: str = "system:node:n1",
        organization: str = "system:nodes",
        signer: str = signing.KUBELET_CLIENT,
        usages: list[str] = KUBELET,
        dns: str = "",
    ) -> Object:
        subject = x509.Name(
            [
                x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization),
                x509.NameAttribute(NameOID.COMMON_NAME, name),
            ]
        )
        builder = x509.CertificateSigningRequestBuilder().subject_name(subject)
        if dns:
            builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(dns)]), critical=False)
        pem = builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
        spec = {"request": base64.b64encode(pem).decode(), "signerName": signer, "usages": usages}
        return {"metadata": {"name": "csr"}, "spec": spec}

    return make


def test_an_approved_kubelet_request_becomes_a_years_certificate(csr: Csr) -> None:
    pem = signing.signed(AUTHORITY, csr(), NOW)

    assert pem is not None
    certificate = x509.load_pem_x509_certificate(pem)
    certificate.verify_directly_issued_by(AUTHORITY.certificate)
    assert certificate.not_valid_after_utc == NOW + timedelta(days=365)
    assert certificate.subject.rfc4514_string() == "CN=system:node:n1,O=system:nodes"
    usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert [one.dotted_string for one in usage] == ["1.3.6.1.5.5.7.3.2"]


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"name": "n1"}, "subject common name does not begin with system:node:"),
        ({"organization": "x"}, "subject organization is not system:nodes"),
        (
            {"usages": ["client auth"]},
            "usages did not match [client auth digital signature key encipherment]",
        ),
        ({"dns": "x"}, "DNS subjectAltNames are not allowed"),
        (
            {"signer": signing.KUBELET_SERVING},
            "usages did not match [digital signature key encipherment server auth]",
        ),
        (
            {
                "signer": signing.KUBELET_SERVING,
                "usages": ["digital signature", "key encipherment", "server auth"],
            },
            "DNS or IP subjectAltName is required",
        ),
        (
            {"signer": signing.CLIENT, "usages": ["server auth"]},
            "invalid usage for client certificate: server auth",
        ),
    ],
)
def test_a_signer_refuses_what_is_not_exactly_its_own(csr: Csr, parts: dict[str, Any], message: str) -> None:
    with pytest.raises(signing.Unsignable) as caught:
        signing.signed(AUTHORITY, csr(**parts), NOW)

    assert str(caught.value) == message


def test_other_signers_are_left_alone_and_masters_cannot_be_asked_for(csr: Csr) -> None:
    assert signing.signed(AUTHORITY, csr(signer="example.com/x"), NOW) is None
    with pytest.raises(ForbiddenError, match="with system:masters group is not allowed"):
        signing.check_subject(csr(signer=signing.CLIENT, organization=MASTERS))


def test_who_asks_is_written_by_the_server(csr: Csr) -> None:
    forged = csr()
    forged["spec"] |= {"username": "evil", "groups": [MASTERS], "extra": {"a": ["b"]}}

    spec = signing.requested_by(forged, UserInfo("bob", ("g",)))["spec"]

    assert (spec["username"], spec["groups"]) == ("bob", ["g"])
    assert "extra" not in spec


def test_a_malformed_request_says_everything_that_is_wrong() -> None:
    spec = {"request": "aGk=", "signerName": "kubernetes.io/legacy-unknown", "usages": ["foo", "any", "any"]}

    found = {(cause.field, cause.message.split(": ")[0]) for cause in signing.problems({"spec": spec})}

    assert found == {
        ("spec.request", "Invalid value"),
        ("spec.usages[0]", "Unsupported value"),
        ("spec.usages[2]", "Duplicate value"),
        ("spec.signerName", "Invalid value"),
    }


def test_approving_needs_the_signers_permission(objects: Objects, csr: Csr) -> None:
    authorizer, al = Authorizer(objects), UserInfo("al")
    with pytest.raises(ForbiddenError, match="user not permitted to approve requests with signerName"):
        signing.check_signer(authorizer, al, csr(), "approve")

    name = "system:certificates.k8s.io:kube-apiserver-client-kubelet-approver"
    objects.add(binding("al", "", f"ClusterRole/{name}", "User/al"))
    signing.check_signer(authorizer, al, csr(), "approve")
    with pytest.raises(ForbiddenError):
        signing.check_signer(authorizer, al, csr(signer=signing.CLIENT), "approve")


def test_only_kubeadms_own_tokens_are_approved_by_themselves(objects: Objects, csr: Csr) -> None:
    for one in bootstrap_policy.kubeadm():
        objects.add(one)
    authorizer = Authorizer(objects)
    kubeadm = UserInfo("system:bootstrap:a", ("system:bootstrappers:kubeadm:default-node-token",))
    ours = UserInfo("system:bootstrap:b", ("system:bootstrappers", "system:bootstrappers:yurt-console"))
    node = UserInfo("system:node:n1", ("system:nodes",))

    def approved(user: UserInfo, **parts: Any) -> bool:
        return signing.auto_approval(authorizer, signing.requested_by(csr(**parts), user)) is not None

    assert approved(kubeadm)
    assert not approved(kubeadm, dns="x")
    assert not approved(ours)
    assert approved(node)
    assert not approved(node, name="system:node:n2")


CONDITION = {"type": "Approved", "status": "True"}


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (
            [],
            [{"type": "Approved", "status": "False"}],
            'Unsupported value: "False": supported values: "True"',
        ),
        ([], [CONDITION, {"type": "Denied", "status": "True"}], "are mutually exclusive"),
        ([], [CONDITION, CONDITION], 'Duplicate value: "Approved"'),
        ([CONDITION], [], 'updates may not remove a condition of type "Approved"'),
        ([], [{"type": "", "status": "True"}], "Required value"),
    ],
)
def test_decisions_are_plain_and_final(old: list[Object], new: list[Object], words: str) -> None:
    found = signing.condition_problems({"status": {"conditions": old}}, {"status": {"conditions": new}})

    assert [words in cause.message for cause in found] == [True]
