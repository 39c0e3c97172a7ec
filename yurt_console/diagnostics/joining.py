"""Diagnostics of joining: the ConfigMaps that kubeadm and yurtadm read on a new machine."""

from __future__ import annotations

from collections.abc import AsyncIterator

from apimachinery.resources import CONFIG_MAPS
from yurt_console.diagnostics.findings import Finding, ok, warn
from yurt_console.kube.client import Client
from yurt_console.kube.errors import NotFound
from yurt_console.operator.cluster_info import INFO_NAME, INFO_NAMESPACE
from yurt_console.settings import Settings
from yurt_console.tenancy.naming import BOOTSTRAP_NAMESPACE

_FIRST_WITHOUT_VERSION = 24
"""Minor version of Kubernetes since which the kubelet's ConfigMap has no version in its name."""
_SIGNATURE = "jws-kubeconfig-"


async def findings(client: Client, settings: Settings) -> AsyncIterator[Finding]:
    """Objects that kubeadm and yurtadm need and do not find."""
    missing = [name for name in await _read_by_kubeadm(client) if not await _is_there(client, name)]
    if missing:
        yield warn(
            f"{BOOTSTRAP_NAMESPACE} lacks ConfigMap {', '.join(missing)}: kubeadm and yurtadm cannot join.",
            "create them with: kubeadm init phase upload-config all",
        )
    else:
        yield ok(f"{BOOTSTRAP_NAMESPACE} has the ConfigMaps that kubeadm and yurtadm read to join.")
    try:
        info = await client.get(CONFIG_MAPS, INFO_NAME, INFO_NAMESPACE)
    except NotFound:
        return  # reported by the check of addresses
    if not any(key.startswith(_SIGNATURE) for key in info.get("data") or {}):
        yield warn(
            f"ConfigMap {INFO_NAMESPACE}/{INFO_NAME} has no signature of a bootstrap token. This is"
            " normal without accounts; with accounts no machine can join.",
            "run kube-controller-manager with --controllers=*,bootstrapsigner,tokencleaner",
        )


async def _read_by_kubeadm(client: Client) -> tuple[str, str]:
    version = await client.version()
    minor = int("".join(filter(str.isdigit, version.get("minor", ""))) or 0)
    suffix = "" if minor >= _FIRST_WITHOUT_VERSION else f"-{version.get('major', '1')}.{minor}"
    return "kubeadm-config", f"kubelet-config{suffix}"


async def _is_there(client: Client, name: str) -> bool:
    try:
        await client.get(CONFIG_MAPS, name, BOOTSTRAP_NAMESPACE)
    except NotFound:
        return False
    return True
