"""Authentication: tokens, certificates, bootstrap tokens, impersonation."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import UTC, datetime
from typing import Any

import pytest

from apimachinery.errors import (
    BadRequestError,
    ForbiddenError,
    InvalidError,
    NotFoundError,
    StatusError,
    UnauthorizedError,
)
from kubesim.authentication import bootstrap_tokens, tokens
from kubesim.authentication.authenticator import Authenticator, Peer
from kubesim.authorization import bootstrap_policy
from kubesim.authorization.authorizer import Authorizer
from kubesim.certificates.authority import Authority
from kubesim.endpoints.impersonation import impersonate
from kubesim.machinery.lookup import Object
from kubesim.machinery.users import MASTERS, UserInfo, anonymous
from kubesim.runtime.clock import ManualClock
from tests.kubesim.lookups import Objects, binding, obj, role, rule

NOW = datetime(2026, 1, 1, tzinfo=UTC)
ADMIN = UserInfo("admin", (MASTERS, "system:authenticated"))
KEY = tokens.TokenKey.generate()
AUTHORITY = Authority.generate(NOW)


@pytest.fixture
def account() -> Object:
    return obj("ServiceAccount", "tenant", "t")


@pytest.fixture
def objects(account: Object) -> Objects:
    return Objects(account, *(dict(one) for one in bootstrap_policy.defaults()))


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
        with pytest.raises(UnauthorizedError, match="Unauthorized"):
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
    with pytest.raises(UnauthorizedError):
        authenticator.authenticate(f"Bearer {token}")


def test_a_token_ends_with_its_account_and_a_new_account_does_not_revive_it(
    authenticator: Authenticator, objects: Objects, account: Object
) -> None:
    token = ask(objects)
    objects.remove(account)
    with pytest.raises(UnauthorizedError):
        authenticator.authenticate(f"Bearer {token}")

    objects.add({**account, "metadata": {**account["metadata"], "uid": "another"}})
    with pytest.raises(UnauthorizedError):
        authenticator.authenticate(f"Bearer {token}")


def test_a_token_bound_to_a_pod_ends_with_it(authenticator: Authenticator, objects: Objects) -> None:
    pod = objects.add(obj("Pod", "p", "t", spec={"serviceAccountName": "tenant"}))
    token = ask(objects, boundObjectRef={"kind": "Pod", "apiVersion": "v1", "name": "p"})
    extra = authenticator.authenticate(f"Bearer {token}").extra
    assert extra["authentication.kubernetes.io/pod-name"] == ("p",)

    objects.remove(pod)
    with pytest.raises(UnauthorizedError):
        authenticator.authenticate(f"Bearer {token}")


@pytest.mark.parametrize("place", [0, 1, 2])
def test_no_part_of_a_token_can_be_changed(
    authenticator: Authenticator, objects: Objects, place: int
) -> None:
    parts = ask(objects).split(".")
    other = tokens.TokenKey.generate().sign({"iss": tokens.ISSUER}).split(".")
    parts[place] = other[place] if place else base64.urlsafe_b64encode(b'{"alg":"none"}').decode().rstrip("=")

    with pytest.raises(UnauthorizedError):
        authenticator.authenticate("Bearer " + ".".join(parts))


@pytest.mark.parametrize(
    ("spec", "refusal", "words"),
    [
        (
            {"expirationSeconds": 599},
            InvalidError,
            "Invalid value: 599: may not specify a duration less than 10",
        ),
        (
            {"expirationSeconds": 2**32 + 1},
            InvalidError,
            "may not specify a duration larger than 2\\^32 seconds",
        ),
        (
            {"boundObjectRef": {"kind": "Pod", "apiVersion": "v1", "name": "x"}},
            NotFoundError,
            'pods "x" not found',
        ),
        (
            {"boundObjectRef": {"kind": "ConfigMap", "apiVersion": "v1", "name": "x"}},
            BadRequestError,
            "cannot bind token to object of type /v1, Kind=ConfigMap",
        ),
    ],
)
def test_a_token_request_that_cannot_be_met_says_why(
    objects: Objects, spec: dict[str, Any], refusal: type[StatusError], words: str
) -> None:
    with pytest.raises(refusal, match=words):
        ask(objects, **spec)


def test_a_token_for_another_audience_is_not_for_the_api_server(
    authenticator: Authenticator, objects: Objects
) -> None:
    token = ask(objects, audiences=["vault"])

    with pytest.raises(UnauthorizedError):
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
    with pytest.raises(UnauthorizedError):
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
    with pytest.raises(ForbiddenError, match="cannot impersonate resource"):
        impersonate(authorizer, joe, headers.items(), "/")

    objects.add(role("imp", "", needed))
    objects.add(binding("imp", "", "ClusterRole/imp", "User/joe"))
    assert impersonate(authorizer, joe, headers.items(), "/").name == headers["impersonate-user"]
    for more in ({"impersonate-group": "devs"}, {"impersonate-extra-scopes": "a"}):
        with pytest.raises(ForbiddenError):
            impersonate(authorizer, joe, {**headers, **more}.items(), "/")


def test_the_impersonated_have_the_groups_they_always_have(objects: Objects) -> None:
    authorizer = Authorizer(objects)

    def groups(*headers: tuple[str, str]) -> tuple[str, ...]:
        return impersonate(authorizer, ADMIN, headers, "/").groups

    assert groups(("impersonate-user", "jane")) == ("system:authenticated",)
    assert groups(("impersonate-user", "system:serviceaccount:t:x"))[0] == "system:serviceaccounts"
    assert groups(("impersonate-user", "system:anonymous")) == ("system:unauthenticated",)
    assert groups(("impersonate-user", "x"), ("impersonate-group", "g")) == ("g", "system:authenticated")
    with pytest.raises(StatusError, match="without impersonating a user"):
        groups(("impersonate-group", "g"))
