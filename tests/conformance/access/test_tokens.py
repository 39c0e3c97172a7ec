"""ServiceAccounts' tokens and bootstrap tokens on both targets."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterator
from typing import Any

import pytest

from tests.conformance.servers.asking import Asker, Cluster, wait_for

SPACE = "conformance-tokens"
TOKEN = "kubernetes.io/service-account-token"
ACCOUNTS = f"/api/v1/namespaces/{SPACE}/serviceaccounts"
SYSTEM_SECRETS = "/api/v1/namespaces/kube-system/secrets"
REVIEWS = "/apis/authentication.k8s.io/v1/tokenreviews"
ME = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
QUESTION = {"spec": {"nonResourceAttributes": {"path": "/x", "verb": "get"}}}


@pytest.fixture
def admin(cluster: Cluster) -> Iterator[Asker]:
    admin = cluster.admin()
    admin.ask("POST", "/api/v1/namespaces", {"metadata": {"name": SPACE}})
    assert admin.ask("POST", ACCOUNTS, {"metadata": {"name": "tenant"}})[0] == 201
    yield admin
    admin.ask("DELETE", f"{ACCOUNTS}/tenant")


def token(admin: Asker, **spec: Any) -> str:
    code, answer = admin.ask("POST", f"{ACCOUNTS}/tenant/token", {"spec": spec})
    assert code == 201, answer
    issued: str = answer["status"]["token"]
    return issued


def reviewed(admin: Asker, token: str, *audiences: str) -> Any:
    code, answer = admin.ask("POST", REVIEWS, {"spec": {"token": token, "audiences": [*audiences]}})
    assert code == 201
    return answer["status"]


def test_a_token_is_its_account(admin: Asker, cluster: Cluster) -> None:
    issued = token(admin, expirationSeconds=604800)

    status = reviewed(admin, issued)
    assert status["authenticated"] is True
    assert status["audiences"] == ["https://kubernetes.default.svc"]
    assert status["user"]["username"] == f"system:serviceaccount:{SPACE}:tenant"
    assert status["user"]["groups"] == [
        "system:serviceaccounts",
        f"system:serviceaccounts:{SPACE}",
        "system:authenticated",
    ]
    assert cluster.holder(issued).ask("POST", ME, QUESTION)[0] == 201


REFUSED = [
    (
        {"expirationSeconds": 599},
        422,
        'TokenRequest.authentication.k8s.io "" is invalid: spec.expirationSeconds: Invalid value: 599: may'
        " not specify a duration less than 10 minutes",
    ),
    (
        {"expirationSeconds": 2**32 + 1},
        422,
        'TokenRequest.authentication.k8s.io "" is invalid: spec.expirationSeconds: Invalid value: 4294967297:'
        " may not specify a duration larger than 2^32 seconds",
    ),
    ({"boundObjectRef": {"kind": "Pod", "apiVersion": "v1", "name": "x"}}, 404, 'pods "x" not found'),
    (
        {"boundObjectRef": {"kind": "ConfigMap", "apiVersion": "v1", "name": "x"}},
        400,
        "cannot bind token to object of type /v1, Kind=ConfigMap",
    ),
]


@pytest.mark.parametrize(("spec", "code", "message"), REFUSED)
def test_a_token_request_is_refused_in_the_same_words(
    admin: Asker, spec: dict[str, Any], code: int, message: str
) -> None:
    assert admin.message("POST", f"{ACCOUNTS}/tenant/token", {"spec": spec}) == (code, message)
    assert admin.message("POST", f"{ACCOUNTS}/nope/token", {"spec": {}}) == (
        404,
        'serviceaccounts "nope" not found',
    )


def test_a_token_is_for_its_audiences(admin: Asker, cluster: Cluster) -> None:
    issued = token(admin, audiences=["vault"])

    assert cluster.holder(issued).message("POST", ME, QUESTION) == (401, "Unauthorized")
    assert reviewed(admin, issued, "vault", "other")["audiences"] == ["vault"]
    assert "authenticated" not in reviewed(admin, issued)


def test_a_token_bound_to_a_secret_ends_with_it(admin: Asker, cluster: Cluster) -> None:
    secrets = f"/api/v1/namespaces/{SPACE}/secrets"
    admin.ask("POST", secrets, {"metadata": {"name": "anchor"}})
    bound = token(admin, boundObjectRef={"kind": "Secret", "apiVersion": "v1", "name": "anchor"})
    assert cluster.holder(bound).ask("POST", ME, QUESTION)[0] == 201

    admin.ask("DELETE", f"{secrets}/anchor")

    wait_for(lambda: cluster.holder(bound).ask("POST", ME, QUESTION)[0] == 401)


def test_every_account_has_an_endless_token_that_ends_with_it(admin: Asker, cluster: Cluster) -> None:
    def listed() -> list[dict[str, str]]:
        found: list[dict[str, str]] = admin.ask("GET", f"{ACCOUNTS}/tenant")[1].get("secrets", [])
        return found

    secrets = f"/api/v1/namespaces/{SPACE}/secrets"
    if cluster.expected.token_secrets:
        wait_for(lambda: bool(listed()))
    else:  # it is made by hand
        of = {"kubernetes.io/service-account.name": "tenant"}
        admin.ask("POST", secrets, {"metadata": {"name": "tenant-token", "annotations": of}, "type": TOKEN})
    name = listed()[0]["name"] if cluster.expected.token_secrets else "tenant-token"
    place = f"{secrets}/{name}"
    wait_for(lambda: "token" in admin.ask("GET", place)[1].get("data", {}))
    secret = admin.ask("GET", place)[1]
    assert secret["type"] == TOKEN
    assert secret["data"].keys() == {"ca.crt", "namespace", "token"}
    assert base64.b64decode(secret["data"]["ca.crt"]).decode().strip() == cluster.ca_pem.strip()
    endless = base64.b64decode(secret["data"]["token"]).decode()
    assert cluster.holder(endless).ask("POST", ME, QUESTION)[0] == 201

    admin.ask("DELETE", f"{ACCOUNTS}/tenant")

    wait_for(lambda: admin.ask("GET", place)[0] == 404)
    wait_for(lambda: cluster.holder(endless).ask("POST", ME, QUESTION)[0] == 401)


def join_token(admin: Asker, token_id: str, **more: str) -> str:
    secret = "0123456789abcdef"
    usages = {"usage-bootstrap-authentication": "true", "usage-bootstrap-signing": "true"}
    data = {"token-id": token_id, "token-secret": secret, **usages, **more}
    name = f"bootstrap-token-{token_id}"
    admin.ask("DELETE", f"{SYSTEM_SECRETS}/{name}")
    body = {"metadata": {"name": name}, "type": "bootstrap.kubernetes.io/token", "stringData": data}
    assert admin.ask("POST", SYSTEM_SECRETS, body)[0] == 201
    return f"{token_id}.{secret}"


def test_a_bootstrap_token_is_a_joining_machine(admin: Asker) -> None:
    groups = "system:bootstrappers:yurt-console"

    issued = join_token(admin, "aaaaaa", **{"auth-extra-groups": groups})
    wait_for(lambda: "authenticated" in reviewed(admin, issued))
    status = reviewed(admin, issued)

    assert status["user"]["username"] == "system:bootstrap:aaaaaa"
    assert status["user"]["groups"] == ["system:bootstrappers", groups, "system:authenticated"]
    for number, wrong in enumerate(
        (
            {"auth-extra-groups": "system:masters"},
            {"usage-bootstrap-authentication": "false"},
            {"expiration": "2020-01-01T00:00:00Z"},
        )
    ):
        assert "authenticated" not in reviewed(admin, join_token(admin, f"wrong{number}", **wrong))


def test_cluster_info_is_signed_and_ended_tokens_are_removed(admin: Asker) -> None:
    info = "/api/v1/namespaces/kube-public/configmaps/cluster-info"
    join_token(admin, "bbbbbb")
    join_token(admin, "cccccc", expiration="2020-01-01T00:00:00Z")

    def data() -> dict[str, str]:
        found: dict[str, str] = admin.ask("GET", info)[1]["data"]
        return found

    wait_for(lambda: "jws-kubeconfig-bbbbbb" in data())
    wait_for(lambda: admin.ask("GET", f"{SYSTEM_SECRETS}/bootstrap-token-cccccc")[0] == 404)
    signed = data()
    header, _, signature = signed["jws-kubeconfig-bbbbbb"].split(".")
    payload = base64.urlsafe_b64encode(signed["kubeconfig"].encode()).rstrip(b"=").decode()
    digest = hmac.new(b"0123456789abcdef", f"{header}.{payload}".encode(), hashlib.sha256).digest()
    assert base64.urlsafe_b64decode(signature + "=") == digest
    assert base64.urlsafe_b64decode(header + "==") == b'{"alg":"HS256","kid":"bbbbbb"}'
    admin.ask("DELETE", f"{SYSTEM_SECRETS}/bootstrap-token-bbbbbb")
    wait_for(lambda: "jws-kubeconfig-bbbbbb" not in data())
