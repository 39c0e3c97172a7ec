"""Where the cluster is: files, pods, and what we hand out."""

from __future__ import annotations

import base64
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.kube.certificates import Authority
from yurt_console.kube import kubeconfig
from yurt_console.kube.credentials import Credentials
from yurt_console.kube.errors import KubeconfigError

AUTHORITY = Authority.new()
CA = base64.b64encode(AUTHORITY.pem).decode()
CERTIFICATE, KEY = AUTHORITY.issue("me")


def config(cluster: dict[str, Any] | None = None, user: dict[str, Any] | None = None, **more: Any) -> str:
    """A kubeconfig with one context, as YAML."""
    server = {"server": "https://k.example:6443/", "certificate-authority-data": CA}
    content = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "c", "cluster": server if cluster is None else cluster}],
        "users": [{"name": "u", "user": {"token": "t0ken"} if user is None else user}],
        "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u", "namespace": "ns"}}],
        "current-context": "x",
    }
    return yaml.safe_dump(content | more)


def load(tmp_path: Path, text: str, context: str = "") -> Credentials:
    path = tmp_path / "config"
    path.write_text(text)
    return kubeconfig.load(path, context)


async def test_the_current_context_gives_server_authority_token_and_namespace(tmp_path: Path) -> None:
    credentials = load(tmp_path, config())
    assert credentials.server == "https://k.example:6443"
    assert credentials.ca == AUTHORITY.pem
    assert credentials.namespace == "ns"
    assert (await credentials.source.credential()).token == "t0ken"


async def test_another_context_can_be_asked_for(tmp_path: Path) -> None:
    contexts = [
        {"name": "x", "context": {"cluster": "c", "user": "u"}},
        {"name": "y", "context": {"cluster": "c", "user": "v"}},
    ]
    users = [{"name": "u", "user": {"token": "a"}}, {"name": "v", "user": {"token": "b"}}]
    credentials = load(tmp_path, config(contexts=contexts, users=users), "y")
    assert (await credentials.source.credential()).token == "b"


async def test_files_are_found_from_the_kubeconfigs_own_folder(tmp_path: Path) -> None:
    for name, content in {"ca.pem": AUTHORITY.pem, "me.crt": CERTIFICATE, "me.key": KEY}.items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "token").write_text("from-file\n")
    user = {
        "client-certificate": "me.crt",
        "client-key": "me.key",
        "tokenFile": "token",
        "token": "less than the file",
    }
    credentials = load(tmp_path, config({"server": "https://k", "certificate-authority": "ca.pem"}, user))
    credential = await credentials.source.credential()
    assert credentials.ca == AUTHORITY.pem
    assert credential.token == "from-file"
    assert CERTIFICATE in credential.certificate
    assert KEY in credential.certificate


async def test_data_counts_more_than_files(tmp_path: Path) -> None:
    user = {
        "client-certificate": "missing",
        "client-certificate-data": base64.b64encode(CERTIFICATE).decode(),
        "client-key": "missing",
        "client-key-data": base64.encodebytes(KEY).decode(),
    }
    credentials = load(tmp_path, config(user=user))
    assert CERTIFICATE in (await credentials.source.credential()).certificate


def test_trust_can_be_switched_off_and_a_name_prescribed(tmp_path: Path) -> None:
    assert load(tmp_path, config({"server": "https://k", "insecure-skip-tls-verify": True})).insecure
    assert load(tmp_path, config({"server": "https://k", "tls-server-name": "other"})).server_name == "other"


async def test_empty_entries_count_as_absent(tmp_path: Path) -> None:
    credentials = load(tmp_path, config(user={"token": None, "exec": None}))
    assert (await credentials.source.credential()).token == ""


async def test_an_exec_plugin_is_run_only_when_a_grant_is_wanted(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    script = tmp_path / "bin" / "login"
    script.write_text(
        f"#!{sys.executable}\nimport json, os, sys\n"
        "info = json.loads(os.environ['KUBERNETES_EXEC_INFO'])\n"
        "told = info['spec']['cluster']\n"
        "assert told['certificate-authority-data'] and told['config'] == {'audience': 'a'}\n"
        "print(json.dumps({'apiVersion': info['apiVersion'], 'kind': 'ExecCredential',"
        " 'status': {'token': ' '.join([*sys.argv[1:], os.environ['WHO'], told['server']])}}))\n"
    )
    script.chmod(0o755)
    extension = {"name": "client.authentication.k8s.io/exec", "extension": {"audience": "a"}}
    cluster = {"server": "https://k", "certificate-authority-data": CA, "extensions": [extension]}
    plugin = {
        "apiVersion": "client.authentication.k8s.io/v1beta1",
        "command": "bin/login",
        "args": ["--now"],
        "env": [{"name": "WHO", "value": "me"}],
        "provideClusterInfo": True,
        "interactiveMode": "IfAvailable",
    }
    credentials = load(tmp_path, config(cluster, {"exec": plugin}))
    assert (await credentials.source.credential()).token == "--now me https://k"


REFUSED = {
    "basic": ({"username": "me", "password": "s3cret"}, "basic authentication"),
    "auth provider": ({"auth-provider": {"name": "oidc"}}, "auth-provider"),
    "impersonation": ({"token": "s3cret", "as": "root"}, "impersonation"),
    "alpha exec": (
        {"exec": {"apiVersion": "client.authentication.k8s.io/v1alpha1", "command": "x"}},
        "v1alpha1",
    ),
    "terminal": (
        {
            "exec": {
                "apiVersion": "client.authentication.k8s.io/v1",
                "command": "x",
                "interactiveMode": "Always",
            }
        },
        "terminal",
    ),
    "two ways": (
        {"token": "s3cret", "exec": {"apiVersion": "client.authentication.k8s.io/v1", "command": "x"}},
        "besides",
    ),
    "half a pair": ({"client-key-data": base64.b64encode(KEY).decode()}, "without"),
    "bad base64": ({"client-key-data": "s3cret!", "client-certificate-data": "s3cret!"}, "base64"),
    "missing file": ({"client-key": "nowhere", "client-certificate": "nowhere"}, "nowhere cannot be read"),
    "not a certificate": (
        {
            "client-key-data": base64.b64encode(b"s3cret").decode(),
            "client-certificate-data": base64.b64encode(b"s3cret").decode(),
        },
        "client certificate",
    ),
    "wrong type": ({"token": {"s3cret": "s3cret"}}, r"\$.token"),
}


@pytest.mark.parametrize(("user", "text"), REFUSED.values(), ids=REFUSED.keys())
def test_a_user_we_cannot_be_is_refused_in_words_without_secrets(
    tmp_path: Path, user: dict[str, Any], text: str
) -> None:
    with pytest.raises(KubeconfigError, match=text) as raised:
        load(tmp_path, config(user=user))
    assert "s3cret" not in str(raised.value)
    assert str(tmp_path / "config") in str(raised.value)


@pytest.mark.parametrize(
    ("cluster", "text"),
    [
        ({}, "server"),
        ({"server": "ftp://k"}, "https://"),
        ({"server": "k:6443"}, "https://"),
        ({"server": "https://me:s3cret@k"}, "user name"),
        ({"server": "https://k:99999"}, "https://"),
        ({"server": "https://k?token=s3cret"}, "query"),
        ({"server": "https://k", "proxy-url": "socks5://me:s3cret@p"}, "proxy-url"),
        ({"server": "https://k", "certificate-authority-data": "s3cret"}, "base64|authority"),
        ({"server": "https://k", "certificate-authority": "nowhere"}, "nowhere"),
        (
            {"server": "https://k", "certificate-authority-data": CA, "insecure-skip-tls-verify": True},
            "insecure",
        ),
        ({"server": "https://k", "insecure-skip-tls-verify": "s3cret"}, "insecure-skip-tls-verify"),
    ],
)
def test_a_cluster_we_cannot_reach_safely_is_refused_in_words(
    tmp_path: Path, cluster: dict[str, Any], text: str
) -> None:
    with pytest.raises(KubeconfigError, match=text) as raised:
        load(tmp_path, config(cluster))
    assert "s3cret" not in str(raised.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "not a kubeconfig"),
        ("- a", "not a kubeconfig"),
        ("a: [s3cret", "not YAML, line"),
        ("token: s3cret\n\tbad: s3cret", "not YAML, line 2"),
        ("!!python/object/apply:os.system ['true']", "not YAML"),
        ("apiVersion: v1", "no current-context"),
        ("current-context: x\ncontexts: null", "no context 'x'; there is: none"),
        ("current-context: x\ncontexts: {}", "no context 'x'"),
        ("current-context: x\ncontexts: [s3cret]", "not a list"),
        (config(clusters=[{"name": "d", "cluster": {}}]), "no cluster 'c'; there is: 'd'"),
        (config(users=None), "no user 'u'"),
    ],
)
def test_a_file_that_is_no_kubeconfig_says_what_is_missing(tmp_path: Path, text: str, expected: str) -> None:
    with pytest.raises(KubeconfigError, match=expected) as raised:
        load(tmp_path, text)
    assert "s3cret" not in str(raised.value)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(st.binary(max_size=200))
def test_no_file_makes_loading_fail_in_another_way(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "garbage"
    path.write_bytes(content)
    with pytest.raises(KubeconfigError):
        kubeconfig.load(path)


@pytest.fixture
def places(tmp_path: Path) -> dict[str, Path]:
    """A pod's folder, a home and two files, each naming another server."""
    pod = tmp_path / "pod"
    pod.mkdir()
    (pod / "token").write_text("pod-token")
    (pod / "ca.crt").write_bytes(AUTHORITY.pem)
    (pod / "namespace").write_text("console\n")
    home = tmp_path / "home"
    (home / ".kube").mkdir(parents=True)
    paths = {"home": home / ".kube" / "config", "given": tmp_path / "given", "named": tmp_path / "named"}
    for name, path in paths.items():
        path.write_text(config({"server": f"https://{name}"}))
    return paths | {"pod": pod, "home": home}


POD = {"KUBERNETES_SERVICE_HOST": "10.0.0.1", "KUBERNETES_SERVICE_PORT": "443"}


async def test_the_file_we_are_given_comes_first_then_the_pod_then_the_variable_then_home(
    places: dict[str, Path], tmp_path: Path
) -> None:
    def server(given: str, environment: dict[str, str]) -> str:
        found = kubeconfig.locate(given, environment, places["home"], service_account=places["pod"])
        return found.server

    variable = {"KUBECONFIG": f"{tmp_path / 'missing'}:{places['named']}:{places['given']}"}
    assert server(str(places["given"]), POD | variable) == "https://given"
    assert server("", POD | variable) == "https://10.0.0.1:443"
    assert server("", variable) == "https://named"
    assert server("", {}) == "https://home"


def test_nothing_to_be_found_is_explained(tmp_path: Path) -> None:
    with pytest.raises(KubeconfigError, match=r"no kubeconfig was given.*\.kube/config does not exist"):
        kubeconfig.locate("", {}, tmp_path, service_account=tmp_path)
    with pytest.raises(KubeconfigError, match="KUBECONFIG names"):
        kubeconfig.locate("", {"KUBECONFIG": "/nowhere/config"}, tmp_path, service_account=tmp_path)
    with pytest.raises(KubeconfigError, match="/nowhere/config cannot be read"):
        kubeconfig.locate("/nowhere/config", {}, tmp_path, service_account=tmp_path)


async def test_a_pod_is_its_service_account(places: dict[str, Path]) -> None:
    credentials = kubeconfig.in_cluster(POD, places["pod"])
    assert (await credentials.source.credential()).token == "pod-token"
    assert (credentials.ca, credentials.namespace) == (AUTHORITY.pem, "console")
    assert credentials.in_pod
    assert not kubeconfig.load(places["given"]).in_pod


def test_a_pod_may_have_an_ipv6_api_server(places: dict[str, Path]) -> None:
    environment = {"KUBERNETES_SERVICE_HOST": "fd00::1", "KUBERNETES_SERVICE_PORT": "6443"}
    assert kubeconfig.in_cluster(environment, places["pod"]).server == "https://[fd00::1]:6443"


async def test_what_we_hand_out_can_be_read_again(tmp_path: Path) -> None:
    text = kubeconfig.render("https://k:6443", AUTHORITY.pem, "tenant", "t0ken: 'x'", "user-1", "user-1")
    credentials = load(tmp_path, text)
    assert (credentials.server, credentials.ca, credentials.namespace) == (
        "https://k:6443",
        AUTHORITY.pem,
        "user-1",
    )
    assert (await credentials.source.credential()).token == "t0ken: 'x'"


def test_without_an_authority_of_its_own_the_systems_are_trusted(tmp_path: Path) -> None:
    assert load(tmp_path, kubeconfig.render("https://k", b"", "u", "t", "n", "x")).ca == b""
