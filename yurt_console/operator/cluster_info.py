"""Discovers what join scripts and kubeconfigs hold: the cluster's address, its CA, its OpenYurt release.

Settings come first, then ``kube-public/cluster-info``, where kubeadm publishes address and CA for machines
that join, then our own connection.
"""

from __future__ import annotations

import base64
import binascii
from datetime import timedelta
from typing import Any

import msgspec
import yaml

from apimachinery.resources import CONFIG_MAPS, CUSTOM_RESOURCE_DEFINITIONS
from yurt_console.custom_resources import NODE_POOLS
from yurt_console.kube.client import Client
from yurt_console.kube.errors import KubeError, MalformedReply, NotFound
from yurt_console.settings import Settings
from yurt_console.tenancy.provisioning.observed import Platform
from yurt_console.yurt import join, releases
from yurt_console.yurt.releases import Release

INFO_NAMESPACE, INFO_NAME = "kube-public", "cluster-info"
_NODE_POOLS_CRD = f"{NODE_POOLS.plural}.{NODE_POOLS.group}"


class PlatformError(KubeError):
    """Needed information is missing or wrong; the text says what is missing and how to provide it."""


class ClusterInfo(msgspec.Struct, frozen=True):
    """The API server's public address and CA (PEM), each "" when cluster-info lacks it."""

    server: str = ""
    ca: str = ""


class OpenYurt(msgspec.Struct, frozen=True):
    """The served versions of NodePool, and the stored one; none without OpenYurt."""

    served: tuple[str, ...] = ()
    stored: str = ""


class Joining(msgspec.Struct, frozen=True):
    """The OpenYurt release that machines join with, and whether the cluster has node pools."""

    release: Release
    pools: bool


async def for_joining(client: Client, settings: Settings) -> Joining:
    """Discover `Joining`. Raises `PlatformError` for a wrong setting, and other `KubeError`s."""
    openyurt = await openyurt_versions(client)
    try:
        release = (
            releases.release(settings.openyurt.version, settings.openyurt.pool_label)
            if settings.openyurt.version
            else releases.release_serving(openyurt.served, openyurt.stored, settings.openyurt.pool_label)
        )
    except releases.ReleaseError as error:
        raise PlatformError(str(error)) from None
    return Joining(release, bool(openyurt.served))


async def discover(client: Client, settings: Settings, joining: Joining | None = None) -> Platform:
    """Discover the platform; ``joining``, when given, is not discovered again.

    Raises `PlatformError` when something is missing, and other `KubeError`s.
    """
    info = await cluster_info(client)
    ca = info.ca or client.credentials.ca.decode("ascii", "replace")
    if not ca:
        raise PlatformError(
            f"the cluster's CA is not known: neither ConfigMap {INFO_NAMESPACE}/{INFO_NAME}"
            " nor our own kubeconfig gives it"
        )
    here = joining or await for_joining(client, settings)
    server = settings.cluster.address or info.server or client.server
    try:
        join.endpoint(server)
        return Platform(
            server,
            ca,
            join.ca_hash(ca.encode()),
            here.release,
            settings.openyurt.download,
            here.pools,
            settings.cluster.namespace,
            timedelta(days=settings.account.grace_period),
        )
    except join.JoinError as error:
        raise PlatformError(str(error)) from None


async def cluster_info(client: Client) -> ClusterInfo:
    """Read ``cluster-info``; empty when there is none. Raises `KubeError`."""
    try:
        found = await client.get(CONFIG_MAPS, INFO_NAME, INFO_NAMESPACE)
    except NotFound:
        return ClusterInfo()
    try:
        config: Any = yaml.safe_load((found.get("data") or {}).get("kubeconfig", "")) or {}
        cluster = config["clusters"][0]["cluster"]
        ca = base64.b64decode(cluster.get("certificate-authority-data", ""), validate=True).decode("ascii")
        return ClusterInfo(str(cluster.get("server", "")), ca)
    except (yaml.YAMLError, LookupError, TypeError, AttributeError, binascii.Error, UnicodeDecodeError):
        raise MalformedReply(f"ConfigMap {INFO_NAMESPACE}/{INFO_NAME} does not hold a kubeconfig") from None


async def openyurt_versions(client: Client) -> OpenYurt:
    """Read the versions of OpenYurt's NodePool. Raises `KubeError`."""
    try:
        crd = await client.get(CUSTOM_RESOURCE_DEFINITIONS, _NODE_POOLS_CRD)
    except NotFound:
        return OpenYurt()
    versions = crd["spec"]["versions"]
    stored = next((version["name"] for version in versions if version.get("storage")), "")
    return OpenYurt(tuple(version["name"] for version in versions if version.get("served")), stored)
