"""Diagnostics of joining: what kubeadm and yurtadm read before a machine is a node."""

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
"""From this minor version of Kubernetes on the kubelet's ConfigMap has no version in its name."""
_SIGNATURE = "jws-kubeconfig-"


async def findings(client: Client, settings: Settings) -> AsyncIterator[Finding]:
    """What kubeadm and yurtadm would not find."""
    missing = [name for name in await _read_by_kubeadm(client) if not await _is_there(client, name)]
    if missing:
        yield warn(
            f"{BOOTSTRAP_NAMESPACE} lacks ConfigMap {', '.join(missing)}: kubeadm and yurtadm cannot join.",
            "make them as kubeadm does: kubeadm init phase upload-config all",
        )
    else:
        yield ok(f"What kubeadm and yurtadm read while they join is in {BOOTSTRAP_NAMESPACE}.")
    try:
        info = await client.get(CONFIG_MAPS, INFO_NAME, INFO_NAMESPACE)
    except NotFound:
        return  # reported by the check of addresses
    if not any(key.startswith(_SIGNATURE) for key in info.get("data") or {}):
        yield warn(
            f"ConfigMap {INFO_NAMESPACE}/{INFO_NAME} is signed for no bootstrap token; without accounts that"
            " is as it should be, with them no machine can join.",
            "run kube-controller-manager with --controllers=*,bootstrapsigner,tokencleaner, as kubeadm does",
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
