"""``yurt-console install``: applies the User kind and all RBAC to a cluster. Idempotent."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from apimachinery.resources import CUSTOM_RESOURCE_DEFINITIONS
from yurt_console import manifests
from yurt_console.cli import cluster_client
from yurt_console.custom_resources import USERS
from yurt_console.kube.client import Client, Object
from yurt_console.kube.errors import KubeError, NotFound, Unreachable
from yurt_console.settings import Settings

_ESTABLISHED_WITHIN = 30.0
_BOOKKEEPING = ("managedFields", "resourceVersion", "generation")


def run(settings: Settings) -> int:
    """Apply everything and print the result for each object; 0, or an exception of the `KubeError` tree."""
    return asyncio.run(_install(settings))


async def _install(settings: Settings) -> int:
    async with cluster_client.client(settings) as client:
        await into(client, settings.cluster.namespace, print)
    print("Everything is in place. Next: yurt-console check, then operator and serve.")
    return 0


async def into(client: Client, namespace: str, report: Callable[[str], object]) -> None:
    """Apply everything and wait until accounts are served; each object's line goes to ``report``."""
    for document in manifests.crds():
        report(f"{manifests.title(document)}: {await _applied(client, document)}")
    for document in manifests.crds():
        await established(client, document["metadata"]["name"])
    for document in (*manifests.rbac(namespace), *manifests.webhook(namespace)):
        report(f"{manifests.title(document)}: {await _applied(client, document)}")
    client.forget(USERS)
    await client.served(USERS)


async def _applied(client: Client, document: Object) -> str:
    """Apply one document: "created", "configured" or "unchanged"."""
    resource, metadata = manifests.resource(document), document["metadata"]
    try:
        before = await client.get(resource, metadata["name"], metadata.get("namespace", ""))
    except NotFound:
        before = None
    after = await client.apply(resource, document)
    if before is None:
        return "created"
    return "unchanged" if _content(before) == _content(after) else "configured"


def _content(document: Object) -> Object:
    # Kubernetes 1.20 counts an apply that changes nothing but the time of applying as a change
    metadata = {key: value for key, value in document["metadata"].items() if key not in _BOOKKEEPING}
    return {**document, "metadata": metadata}


async def established(client: Client, name: str) -> None:
    """Wait until the API server serves the kind. Raises `KubeError` with its message when it does not."""
    deadline = time.monotonic() + _ESTABLISHED_WITHIN
    while True:
        crd = await client.get(CUSTOM_RESOURCE_DEFINITIONS, name)
        conditions = {c["type"]: c for c in (crd.get("status") or {}).get("conditions") or ()}
        if conditions.get("Established", {}).get("status") == "True":
            return
        refused = conditions.get("NamesAccepted", {})
        if refused.get("status") == "False":
            raise KubeError(f"{name}: {refused.get('message', 'its names are taken')}")
        if time.monotonic() > deadline:
            raise Unreachable(f"{name} is not served after {_ESTABLISHED_WITHIN:.0f} s")
        await asyncio.sleep(0.2)
