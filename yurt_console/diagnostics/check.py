"""Diagnostics of a cluster, as ``yurt-console check`` prints them. Read-only.

`fail` means that console or operator cannot work. A check without permission is a `warn`, never a failure.
"""

from __future__ import annotations

import ipaddress
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from urllib.parse import urlsplit

from apimachinery.resources import CUSTOM_RESOURCE_DEFINITIONS, NODE_METRICS, SECRETS
from apimachinery.times import parse_time
from yurt_console import manifests
from yurt_console.cache.wire import users as wire_users
from yurt_console.custom_resources import USERS
from yurt_console.diagnostics import exposures, installation, joining, rbac, webhook
from yurt_console.diagnostics.findings import Finding, fail, ok, warn
from yurt_console.diagnostics.installation import INSTALL, some
from yurt_console.kube.client import Client
from yurt_console.kube.errors import ApiError, Forbidden, KubeError, MalformedReply, NotFound, Unauthorized
from yurt_console.operator import cluster_info
from yurt_console.rows import User
from yurt_console.settings import Settings
from yurt_console.tenancy.identity import principals, session_key
from yurt_console.tenancy.identity.principals import AccountState
from yurt_console.yurt import releases

_OLDEST = (1, 20)
_WAITING_SECONDS = 120


async def findings(client: Client, settings: Settings) -> AsyncIterator[Finding]:
    """All findings, the most basic first. Ends early when the API server is unreachable."""
    try:
        version = await client.version()
    except Unauthorized:
        yield fail(
            f"Unauthorized: the API server {client.server} rejected the credentials.",
            "renew the kubeconfig's credentials",
        )
        return
    except ApiError as error:
        yield fail(
            f"The API server {client.server} does not report its version: {error}", "ask its administrator"
        )
        return
    except KubeError as error:
        yield fail(
            f"The API server {client.server} cannot be reached: {error}", "see --kubeconfig, --context"
        )
        return
    yield _version(client, version)
    parts = (_user_kind, _openyurt, _addresses, _metrics, _session, _waiting)
    for part in (*parts, joining.findings, webhook.findings):
        try:
            async for finding in part(client, settings):
                yield finding
        except Forbidden as error:
            yield warn(f"Not checked, permission missing: {error.status.message}", "")
        except KubeError as error:
            yield fail(f"A check failed: {error}", "run it again; if it stays, see the API server's logs")
    for group in (rbac.shipped, rbac.ours, rbac.approvers, exposures.findings):
        async for finding in group(client, settings):
            yield finding


def _version(client: Client, version: dict[str, str]) -> Finding:
    git_version = version.get("gitVersion", "")
    if not git_version:
        return fail(f"{client.server} answers, but not as a Kubernetes API server.", "see --kubeconfig")
    digits = ["".join(filter(str.isdigit, version.get(part, ""))) for part in ("major", "minor")]
    if all(digits) and (int(digits[0]), int(digits[1])) < _OLDEST:
        return fail(
            f"The API server {client.server} runs Kubernetes {git_version}.", "upgrade to 1.20 or newer"
        )
    return ok(f"The API server {client.server} runs Kubernetes {git_version}.")


async def _user_kind(client: Client, settings: Settings) -> AsyncIterator[Finding]:
    for shipped in manifests.crds():
        name = shipped["metadata"]["name"]
        try:
            await client.served(USERS)
        except NotFound:
            yield fail(f"The cluster has no User kind ({name}).", INSTALL)
            return
        found = await client.get(CUSTOM_RESOURCE_DEFINITIONS, name)
        if lacks := installation.lacks(found, shipped):
            text = f"The User kind is older than this version, or was changed later. It lacks {some(lacks)}."
            yield warn(text, INSTALL)
        elif installation.differs(found, shipped):
            yield warn("The User kind is newer than this version, or was changed later.", INSTALL)
        else:
            yield ok("The User kind is served, in this version.")


async def _openyurt(client: Client, settings: Settings) -> AsyncIterator[Finding]:
    found = await cluster_info.openyurt_versions(client)
    if not found.served:
        yield warn(
            "OpenYurt is not installed: there are no node pools, and machines cannot join as edge nodes.",
            "install OpenYurt (https://openyurt.io), or continue without it",
        )
    else:
        release = releases.release_serving(found.served, found.stored, settings.openyurt.pool_label)
        version = settings.openyurt.version or f"{release.version}, the newest with these versions"
        yield ok(f"OpenYurt serves NodePool {', '.join(found.served)}; join scripts use yurtadm {version}.")


async def _addresses(client: Client, settings: Settings) -> AsyncIterator[Finding]:
    try:
        info = await cluster_info.cluster_info(client)
    except Forbidden:
        yield warn("Permission missing to read ConfigMap kube-public/cluster-info.", INSTALL)
        return
    except MalformedReply as error:
        yield fail(f"{error}.", "write it in kubeadm's form, with server and certificate-authority-data")
        return
    if not info.server:
        yield warn(
            "ConfigMap kube-public/cluster-info is missing: joining machines cannot read the cluster's CA.",
            "create it with: kubeadm init phase bootstrap-token",
        )
    if not info.ca and not client.credentials.ca:
        yield fail(
            "The cluster's CA is unknown, so no join script and no kubeconfig can be issued.",
            "add it to kube-public/cluster-info, or to the kubeconfig of this command",
        )
    server = settings.cluster.address or info.server or client.server
    if why := _unreachable(server):
        yield warn(
            f"Tenants' kubeconfigs and join scripts name the API server {server}, {why}.",
            "set YURT_CONSOLE_CLUSTER_ADDRESS to the address that tenants and their machines reach",
        )
    else:
        yield ok(f"Tenants' kubeconfigs and join scripts name the API server {server}.")


def _unreachable(server: str) -> str:
    host = urlsplit(server if "://" in server else f"https://{server}").hostname or ""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return "which resolves on this machine only" if host == "localhost" else ""
    if address.is_loopback:
        return "which is reachable from this machine only"
    return "which is reachable from its own network only" if address.is_private else ""


async def _metrics(client: Client, settings: Settings) -> AsyncIterator[Finding]:
    try:
        await client.served(NODE_METRICS)
        yield ok("Usage of CPU and memory is measured (metrics.k8s.io).")
    except NotFound:
        yield warn(
            "Usage of CPU and memory is not measured: nodes show requests and limits only.",
            "install metrics-server, or continue without it",
        )


async def _session(client: Client, settings: Settings) -> AsyncIterator[Finding]:
    name = f"{settings.cluster.namespace}/{session_key.SECRET_NAME}"
    try:
        secret = await client.get(SECRETS, session_key.SECRET_NAME, settings.cluster.namespace)
    except NotFound:
        yield ok(f"The key of browser sessions ({name}) will be created at the console's first start.")
        return
    if session_key.key_in(secret) is None:
        remedy = f"kubectl -n {settings.cluster.namespace} delete secret {session_key.SECRET_NAME}"
        yield fail(f"Secret {name} does not contain a key of browser sessions.", remedy)
    else:
        yield ok(f"The key of browser sessions exists ({name}).")


async def _waiting(client: Client, settings: Settings) -> AsyncIterator[Finding]:
    now = datetime.now(UTC)
    try:
        found = await client.list(USERS, decode=wire_users.USERS.row)
    except NotFound:
        return
    waiting = [user for user in found if user.approved and _is_waiting(user, now)]
    if waiting:
        yield warn(
            f"{len(waiting)} of {len(found)} accounts are not provisioned yet, such as {waiting[0].name}.",
            "start yurt-console operator, or read its log",
        )
    else:
        yield ok(f"{len(found)} accounts, none of them waiting for the operator.")


def _is_waiting(user: User, now: datetime) -> bool:
    created = parse_time(user.created)
    old = created is not None and (now - created).total_seconds() > _WAITING_SECONDS
    return old and principals.of(user, now).state is AccountState.PREPARING
