"""Loads kubeconfig files and the in-cluster configuration, and renders a kubeconfig for one user.

A kubeconfig can name programs to run and files to read, so `load` takes a path that the operator of this
product chose, and nothing here reads one from text. Source:
https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/ and `kubectl`'s behaviour.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import msgspec
import yaml

from yurt_console.kube.credentials import Credential, Credentials, Fixed, Source, TokenFile, reason
from yurt_console.kube.errors import KubeconfigError
from yurt_console.kube.execplugin import API_VERSIONS, Command, ExecPlugin

SERVICE_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")
"""Where the kubelet puts a pod's token, CA and namespace."""

_T = TypeVar("_T")

_REFUSED = {
    "username": "basic authentication (username, password), which Kubernetes 1.19 removed",
    "password": "basic authentication (username, password), which Kubernetes 1.19 removed",
    "auth-provider": "auth-provider, which Kubernetes 1.26 removed; its successor is an exec plugin",
    "as": "impersonation (as)",
    "as-uid": "impersonation (as-uid)",
    "as-groups": "impersonation (as-groups)",
    "as-user-extra": "impersonation (as-user-extra)",
}


class _Cluster(msgspec.Struct, rename="kebab"):
    server: str
    certificate_authority: str = ""
    certificate_authority_data: str = ""
    insecure_skip_tls_verify: bool = False
    tls_server_name: str = ""
    proxy_url: str = ""
    extensions: list[dict[str, Any]] = []


class _Variable(msgspec.Struct):
    name: str
    value: str = ""


class _Exec(msgspec.Struct, rename="camel"):
    api_version: str
    command: str
    args: list[str] = []
    env: list[_Variable] = []
    install_hint: str = ""
    provide_cluster_info: bool = False
    interactive_mode: str = ""


class _User(msgspec.Struct, rename="kebab"):
    token: str = ""
    token_file: str = msgspec.field(default="", name="tokenFile")
    client_certificate: str = ""
    client_certificate_data: str = ""
    client_key: str = ""
    client_key_data: str = ""
    exec: _Exec | None = None


class _Context(msgspec.Struct):
    cluster: str
    user: str = ""
    namespace: str = ""


def load(path: Path, context: str = "") -> Credentials:
    """The credentials of one context of a kubeconfig file; "" is its current one.

    Raises `KubeconfigError` for whatever is missing, malformed, or not supported: ``proxy-url``, basic
    authentication, ``auth-provider``, ``as``. An exec plugin runs at the first request, not here.
    """
    try:
        return _File(path).credentials(context)
    except KubeconfigError as error:
        raise KubeconfigError(f"{path}: {error}") from None


def locate(
    kubeconfig: str,
    environment: Mapping[str, str],
    home: Path,
    context: str = "",
    *,
    service_account: Path = SERVICE_ACCOUNT,
) -> Credentials:
    """The credentials of the first that is there: ``kubeconfig``, our own pod, $KUBECONFIG, ~/.kube/config.

    Of several files in $KUBECONFIG the first that exists counts; they are not merged as kubectl does.
    ``context`` is for kubeconfig files. Raises `KubeconfigError`.
    """
    if kubeconfig:
        return load(Path(kubeconfig).expanduser(), context)
    if "KUBERNETES_SERVICE_HOST" in environment and _there(service_account / "token"):
        return in_cluster(environment, service_account)
    named = [Path(entry) for entry in environment.get("KUBECONFIG", "").split(":") if entry]
    for path in named or [home / ".kube" / "config"]:
        if _there(path):
            return load(path, context)
    if named:
        raise KubeconfigError(f"no file that $KUBECONFIG names exists: {', '.join(map(str, named))}")
    raise KubeconfigError(
        "there is no cluster to talk to: no kubeconfig was given, this is no pod with a service account,"
        f" $KUBECONFIG is not set, and {home / '.kube' / 'config'} does not exist"
    )


def in_cluster(environment: Mapping[str, str], service_account: Path = SERVICE_ACCOUNT) -> Credentials:
    """The credentials of the pod that we run in. Raises `KubeconfigError`."""
    host = environment.get("KUBERNETES_SERVICE_HOST", "")
    port = environment.get("KUBERNETES_SERVICE_PORT") or "443"
    if not host:
        raise KubeconfigError("$KUBERNETES_SERVICE_HOST is not set: this is no pod")
    namespace = service_account / "namespace"
    credentials = Credentials(
        server=f"https://{f'[{host}]' if ':' in host else host}:{port}",
        source=TokenFile(service_account / "token"),
        ca=_bytes(service_account / "ca.crt"),
        namespace=_bytes(namespace).decode().strip() if namespace.exists() else "",
        in_pod=True,
    )
    credentials.tls()
    return credentials


def render(  # noqa: PLR0917  # every caller names them
    server: str, ca_pem: bytes, user: str, token: str, namespace: str, context: str
) -> str:
    """A kubeconfig to hand out: one cluster, one user with a token, one context with its namespace.

    The cluster is called as the context is. Without ``ca_pem`` the system's authorities are trusted.
    """
    cluster = {"server": server}
    if ca_pem:
        cluster["certificate-authority-data"] = base64.b64encode(ca_pem).decode("ascii")
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": context, "cluster": cluster}],
        "users": [{"name": user, "user": {"token": token}}],
        "contexts": [
            {"name": context, "context": {"cluster": context, "user": user, "namespace": namespace}}
        ],
        "current-context": context,
    }
    return yaml.safe_dump(config, sort_keys=False)


class _File:
    """A kubeconfig that was read; relative paths in it start from its own folder."""

    def __init__(self, path: Path) -> None:
        self._folder = path.parent
        try:
            found = yaml.safe_load(_bytes(path))
        except (yaml.YAMLError, UnicodeDecodeError) as error:  # their own texts quote the file
            mark = getattr(error, "problem_mark", None)
            raise KubeconfigError(f"not YAML{f', line {mark.line + 1}' if mark else ''}") from None
        if not isinstance(found, dict):
            raise KubeconfigError("not a kubeconfig")
        self._content: dict[str, Any] = found

    def credentials(self, context: str) -> Credentials:
        name = context or self._content.get("current-context") or ""
        if not name:
            raise KubeconfigError("there is no current-context, and no context was asked for")
        chosen = self._entry("context", name, _Context)
        cluster = self._entry("cluster", chosen.cluster, _Cluster)
        user = self._entry("user", chosen.user, _User) if chosen.user else _User()
        if cluster.proxy_url:
            raise KubeconfigError(f"cluster {chosen.cluster!r}: proxy-url is not supported")
        ca = self._material(cluster.certificate_authority_data, cluster.certificate_authority)
        if ca and cluster.insecure_skip_tls_verify:
            raise KubeconfigError(
                f"cluster {chosen.cluster!r}: a certificate-authority together with insecure-skip-tls-verify"
            )
        credentials = Credentials(
            server=_address(cluster.server),
            source=self._source(user, cluster, ca),
            ca=ca,
            insecure=cluster.insecure_skip_tls_verify,
            server_name=cluster.tls_server_name,
            namespace=chosen.namespace,
        )
        credentials.tls(self._certificate(user))
        return credentials

    def _entry(self, what: str, name: str, kind: type[_T]) -> _T:
        entries = self._content.get(f"{what}s") or []
        if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
            raise KubeconfigError(f"{what}s is not a list of {what}s")
        for entry in entries:
            if entry.get("name") == name:
                return self._typed(what, name, entry.get(what) or {}, kind)
        known = ", ".join(repr(entry.get("name")) for entry in entries) or "none"
        raise KubeconfigError(f"there is no {what} {name!r}; there is: {known}")

    def _typed(self, what: str, name: str, value: object, kind: type[_T]) -> _T:
        value = _without_nulls(value)
        if what == "user" and isinstance(value, dict):
            for key, description in _REFUSED.items():
                if key in value:
                    raise KubeconfigError(f"user {name!r} uses {description}: not supported")
        try:
            return msgspec.convert(value, kind)
        except msgspec.ValidationError as error:  # names the field and the type, never the value
            raise KubeconfigError(f"{what} {name!r}: {error}") from None

    def _source(self, user: _User, cluster: _Cluster, ca: bytes) -> Source:
        certificate = self._certificate(user)
        if user.exec is not None:
            if certificate or user.token or user.token_file:
                raise KubeconfigError("a user has an exec plugin and other credentials besides")
            return ExecPlugin(self._command(user.exec, cluster, ca))
        if user.token_file:  # counts more than token, as with kubectl
            return TokenFile(self._folder / user.token_file, certificate)
        return Fixed(Credential(user.token, certificate))

    def _certificate(self, user: _User) -> bytes:
        certificate = self._material(user.client_certificate_data, user.client_certificate)
        key = self._material(user.client_key_data, user.client_key)
        if bool(certificate) != bool(key):
            raise KubeconfigError("a user has a client certificate without its key, or a key without it")
        return certificate + b"\n" + key if certificate else b""

    def _material(self, data: str, file: str) -> bytes:
        """Base64 data, which counts more, or a file's content."""
        if not data:
            return _bytes(self._folder / file) if file else b""
        try:
            return base64.b64decode("".join(data.split()), validate=True)
        except (binascii.Error, ValueError):
            raise KubeconfigError("certificate or key data is not base64") from None

    def _command(self, given: _Exec, cluster: _Cluster, ca: bytes) -> Command:
        if given.api_version not in API_VERSIONS:
            raise KubeconfigError(
                f"the exec plugin speaks {given.api_version!r}; supported: {', '.join(API_VERSIONS)}"
            )
        if given.interactive_mode == "Always":
            raise KubeconfigError(
                f"the exec plugin {given.command!r} needs a terminal (interactiveMode: Always)"
            )
        path = Path(given.command)
        return Command(
            api_version=given.api_version,
            program=str(self._folder / path) if len(path.parts) > 1 else given.command,
            args=given.args,
            env={variable.name: variable.value for variable in given.env},
            install_hint=given.install_hint,
            cluster=_cluster_info(cluster, ca) if given.provide_cluster_info else None,
        )


def _cluster_info(cluster: _Cluster, ca: bytes) -> dict[str, Any]:
    extension = "client.authentication.k8s.io/exec"
    config = [entry.get("extension") for entry in cluster.extensions if entry.get("name") == extension]
    info: dict[str, Any] = {
        "server": cluster.server,
        "tls-server-name": cluster.tls_server_name,
        "insecure-skip-tls-verify": cluster.insecure_skip_tls_verify,
        "certificate-authority-data": base64.b64encode(ca).decode("ascii"),
        "config": config[0] if config else None,
    }
    return {key: value for key, value in info.items() if value}


def _address(server: str) -> str:
    try:
        parts = urlsplit(server)
        usable = parts.scheme in ("https", "http") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise KubeconfigError("the server is not an https:// or http:// address")
    if parts.username is not None or parts.password is not None:
        raise KubeconfigError("the server's address holds a user name: basic authentication is not supported")
    if parts.query or parts.fragment:
        raise KubeconfigError("the server's address has a query or fragment")
    return server.rstrip("/")


def _without_nulls(value: object) -> object:
    """``key: null`` is as good as no key, as in Go."""
    if isinstance(value, dict):
        return {key: _without_nulls(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [_without_nulls(item) for item in value]
    return value


def _there(path: Path) -> bool:
    try:
        return path.exists()
    except PermissionError:  # then reading it says so, which is clearer than passing it over
        return True


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise KubeconfigError(f"{path} cannot be read: {reason(error)}") from None
