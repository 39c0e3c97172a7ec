"""Tokens, certificates and bootstrap tokens: who is let in, and what is signed."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.simulator.lookups import Objects, binding, obj, role, rule
from yurt_console.kube.errors import ApiError, BadRequest, Forbidden, Invalid, NotFound, Unauthorized
from yurt_console.simulator import bootstrap_tokens, roles, signing, tokens
from yurt_console.simulator.auth import Authenticator, Peer, impersonate
from yurt_console.simulator.authority import Authority
from yurt_console.simulator.authorizer import Authorizer
from yurt_console.simulator.clock import ManualClock
from yurt_console.simulator.lookup import Object
from yurt_console.simulator.users import MASTERS, UserInfo, anonymous

NOW = datetime(2026, 1, 1, tzinfo=UTC)
ADMIN = UserInfo("admin", (MASTERS, "system:authenticated"))
KEY = tokens.TokenKey.generate()
AUTHORITY = Authority.generate(NOW)
KUBELET = ["digital signature", "key encipherment", "client auth"]


@pytest.fixture
def account() -> Object:
    return obj("ServiceAccount", "tenant", "t")


@pytest.fixture
def objects(account: Object) -> Objects:
    return Objects(account, *(dict(one) for one in roles.defaults()))


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


@pytest.fixture
def authenticator(objects: Objects, clock: ManualClock) -> Authenticator:
    return Authenticator(objects, KEY, clock, {"admintoken": ADMIN})


def ask(objects: Objects, **spec: Any) -> str:
    """A token for the account."""
    answer = tokens.request(KEY, objects, ("t", "tenant"), {"spec": spec}, NOW)
    token: str = answer["status"]["token"]
    return token


def test_nobody_without_credentials_and_refused_with_wrong_ones(authenticator: Authenticator) -> None:
    assert authenticator.authenticate() == anonymous()
    assert authenticator.authenticate("Basic eA==") == anonymous()
    assert authenticator.authenticate("Bearer admintoken") == ADMIN
    for wrong in ("Bearer nope", "bearer a.b.c", "Bearer aaaaaa.0123456789abcdef"):
        with pytest.raises(Unauthorized, match="Unauthorized"):
            authenticator.authenticate(wrong)


def test_a_client_certificate_names_user_and_groups(authenticator: Authenticator) -> None:
    user = authenticator.authenticate("Bearer nope", Peer("system:node:n1", ("system:nodes",)))

    assert (user.name, user.groups) == ("system:node:n1", ("system:nodes", "system:authenticated"))


def test_a_token_is_the_service_account_until_it_ends(
    authenticator: Authenticator, objects: Objects, clock: ManualClock
) -> None:
    token = ask(objects, expirationSeconds=600)

    user = authenticator.authenticate(f"Bearer {token}")
    assert (user.name, user.uid) == ("system:serviceaccount:t:tenant", "uid-tenant")
    assert user.groups == ("system:serviceaccounts", "system:serviceaccounts:t", "system:authenticated")

    clock._elapsed = 600
    with pytest.raises(Unauthorized):
        authenticator.authenticate(f"Bearer {token}")


def test_a_token_ends_with_its_account_and_a_new_account_does_not_revive_it(
    authenticator: Authenticator, objects: Objects, account: Object
) -> None:
    token = ask(objects)
    objects.remove(account)
    with pytest.raises(Unauthorized):
        authenticator.authenticate(f"Bearer {token}")

    objects.add({**account, "metadata": {**account["metadata"], "uid": "another"}})
    with pytest.raises(Unauthorized):
        authenticator.authenticate(f"Bearer {token}")


def test_a_token_bound_to_a_pod_ends_with_it(authenticator: Authenticator, objects: Objects) -> None:
    pod = objects.add(obj("Pod", "p", "t", spec={"serviceAccountName": "tenant"}))
    token = ask(objects, boundObjectRef={"kind": "Pod", "apiVersion": "v1", "name": "p"})
    extra = authenticator.authenticate(f"Bearer {token}").extra
    assert extra["authentication.kubernetes.io/pod-name"] == ("p",)

    objects.remove(pod)
    with pytest.raises(Unauthorized):
        authenticator.authenticate(f"Bearer {token}")


@pytest.mark.parametrize("place", [0, 1, 2])
def test_no_part_of_a_token_can_be_changed(
    authenticator: Authenticator, objects: Objects, place: int
) -> None:
    parts = ask(objects).split(".")
    other = tokens.TokenKey.generate().sign({"iss": tokens.ISSUER}).split(".")
    parts[place] = other[place] if place else base64.urlsafe_b64encode(b'{"alg":"none"}').decode().rstrip("=")

    with pytest.raises(Unauthorized):
        authenticator.authenticate("Bearer " + ".".join(parts))


@pytest.mark.parametrize(
    ("spec", "refusal", "words"),
    [
        ({"expirationSeconds": 599}, Invalid, "Invalid value: 599: may not specify a duration less than 10"),
        ({"expirationSeconds": 2**32 + 1}, Invalid, "may not specify a duration larger than 2\\^32 seconds"),
        (
            {"boundObjectRef": {"kind": "Pod", "apiVersion": "v1", "name": "x"}},
            NotFound,
            'pods "x" not found',
        ),
        (
            {"boundObjectRef": {"kind": "ConfigMap", "apiVersion": "v1", "name": "x"}},
            BadRequest,
            "cannot bind token to object of type /v1, Kind=ConfigMap",
        ),
    ],
)
def test_a_token_request_that_cannot_be_met_says_why(
    objects: Objects, spec: dict[str, Any], refusal: type[ApiError], words: str
) -> None:
    with pytest.raises(refusal, match=words):
        ask(objects, **spec)


def test_a_token_for_another_audience_is_not_for_the_api_server(
    authenticator: Authenticator, objects: Objects
) -> None:
    token = ask(objects, audiences=["vault"])

    with pytest.raises(Unauthorized):
        authenticator.authenticate(f"Bearer {token}")
    review = {"spec": {"token": token, "audiences": ["vault", "other"]}}
    assert authenticator.review(review)["status"]["audiences"] == ["vault"]


def test_an_endless_token_holds_as_long_as_its_secret(
    authenticator: Authenticator, objects: Objects, account: Object, clock: ManualClock
) -> None:
    secret = objects.add(tokens.legacy_secret(KEY, account, b"CA", "abcde"))
    token = base64.b64decode(secret["data"]["token"]).decode()
    clock._elapsed = 10 * 365 * 86400

    assert authenticator.authenticate(f"Bearer {token}").name == "system:serviceaccount:t:tenant"
    objects.remove(secret)
    with pytest.raises(Unauthorized):
        authenticator.authenticate(f"Bearer {token}")


def test_a_key_is_the_same_after_it_was_kept(objects: Objects) -> None:
    assert tokens.TokenKey.load(KEY.pem()).claims(ask(objects))["iss"] == tokens.ISSUER


def bootstrap(name: str = "aaaaaa", kind: str = bootstrap_tokens.SECRET_TYPE, **data: str) -> Object:
    usages = {"usage-bootstrap-authentication": "true", "usage-bootstrap-signing": "true"}
    full = {"token-id": "aaaaaa", "token-secret": "0123456789abcdef", **usages}
    full |= {key.replace("_", "-"): value for key, value in data.items()}
    encoded = {key: base64.b64encode(value.encode()).decode() for key, value in full.items()}
    return obj("Secret", f"bootstrap-token-{name}", "kube-system", type=kind, data=encoded)


@pytest.mark.parametrize(
    ("secret", "valid"),
    [
        (bootstrap(), True),
        (bootstrap(expiration="2026-01-01T08:00:01+08:00"), True),
        (bootstrap(expiration="2026-01-01T00:00:00Z"), False),
        (bootstrap(expiration="soon"), False),
        (bootstrap(usage_bootstrap_authentication="false"), False),
        (bootstrap(auth_extra_groups="system:masters"), False),
        (bootstrap(token_secret="another678abcdef"), False),
        (bootstrap(token_id="bbbbbb"), False),
        (bootstrap(kind="Opaque"), False),
    ],
)
def test_a_bootstrap_token_holds_only_when_everything_fits(secret: Object, valid: bool) -> None:
    user = bootstrap_tokens.authenticate(Objects(secret), "aaaaaa.0123456789abcdef", NOW)

    assert (user is not None) is valid


def test_a_bootstrap_token_has_its_own_groups_and_the_common_one() -> None:
    secret = bootstrap(auth_extra_groups="system:bootstrappers:yurt-console")

    user = bootstrap_tokens.authenticate(Objects(secret), "aaaaaa.0123456789abcdef", NOW)

    assert user == UserInfo(
        "system:bootstrap:aaaaaa",
        ("system:bootstrappers", "system:bootstrappers:yurt-console", "system:authenticated"),
    )


def test_cluster_info_is_signed_as_kubeadm_checks_it() -> None:
    info = obj(
        "ConfigMap", "cluster-info", "kube-public", data={"kubeconfig": "x", "jws-kubeconfig-old": "y"}
    )

    data = bootstrap_tokens.signed_cluster_info(info, [bootstrap()], NOW)["data"]

    assert data.keys() == {"kubeconfig", "jws-kubeconfig-aaaaaa"}
    header, middle, signature = data["jws-kubeconfig-aaaaaa"].split(".")
    payload = base64.urlsafe_b64encode(b"x").rstrip(b"=").decode()
    digest = hmac.new(b"0123456789abcdef", f"{header}.{payload}".encode(), hashlib.sha256).digest()
    assert middle == ""
    assert base64.urlsafe_b64decode(signature + "=") == digest
    again = {**info, "data": data}
    assert bootstrap_tokens.signed_cluster_info(again, [bootstrap()], NOW) is again


IMPERSONATE = [
    ({"impersonate-user": "jane"}, rule("impersonate", "users", names="jane")),
    (
        {"impersonate-user": "system:serviceaccount:t:tenant"},
        rule("impersonate", "serviceaccounts", names="tenant"),
    ),
]


@pytest.mark.parametrize(("headers", "needed"), IMPERSONATE)
def test_impersonation_needs_its_own_right(
    objects: Objects, headers: dict[str, str], needed: dict[str, list[str]]
) -> None:
    authorizer, joe = Authorizer(objects), UserInfo("joe", ("system:authenticated",))
    with pytest.raises(Forbidden, match="cannot impersonate resource"):
        impersonate(authorizer, joe, headers.items(), "/")

    objects.add(role("imp", "", needed))
    objects.add(binding("imp", "", "ClusterRole/imp", "User/joe"))
    assert impersonate(authorizer, joe, headers.items(), "/").name == headers["impersonate-user"]
    for more in ({"impersonate-group": "devs"}, {"impersonate-extra-scopes": "a"}):
        with pytest.raises(Forbidden):
            impersonate(authorizer, joe, {**headers, **more}.items(), "/")


def test_the_impersonated_have_the_groups_they_always_have(objects: Objects) -> None:
    authorizer = Authorizer(objects)

    def groups(*headers: tuple[str, str]) -> tuple[str, ...]:
        return impersonate(authorizer, ADMIN, headers, "/").groups

    assert groups(("impersonate-user", "jane")) == ("system:authenticated",)
    assert groups(("impersonate-user", "system:serviceaccount:t:x"))[0] == "system:serviceaccounts"
    assert groups(("impersonate-user", "system:anonymous")) == ("system:unauthenticated",)
    assert groups(("impersonate-user", "x"), ("impersonate-group", "g")) == ("g", "system:authenticated")
    with pytest.raises(ApiError, match="without impersonating a user"):
        groups(("impersonate-group", "g"))


Csr = Callable[..., Object]


@pytest.fixture(scope="module")
def csr() -> Csr:
    """A CertificateSigningRequest as the server keeps it."""
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
    with pytest.raises(Forbidden, match="with system:masters group is not allowed"):
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
    with pytest.raises(Forbidden, match="user not permitted to approve requests with signerName"):
        signing.check_signer(authorizer, al, csr(), "approve")

    name = "system:certificates.k8s.io:kube-apiserver-client-kubelet-approver"
    objects.add(binding("al", "", f"ClusterRole/{name}", "User/al"))
    signing.check_signer(authorizer, al, csr(), "approve")
    with pytest.raises(Forbidden):
        signing.check_signer(authorizer, al, csr(signer=signing.CLIENT), "approve")


def test_only_kubeadms_own_tokens_are_approved_by_themselves(objects: Objects, csr: Csr) -> None:
    for one in roles.kubeadm():
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
