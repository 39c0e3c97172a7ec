"""Version skew: compares the objects of ``yurt-console install`` in a cluster with those of this version.

``check`` reports differences once; ``serve`` and ``operator`` log them while they run, so that an upgrade
without ``install`` is noticed.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from yurt_console import manifests
from yurt_console.diagnostics import permissions
from yurt_console.kube.client import Client, Object
from yurt_console.kube.errors import Forbidden, KubeError, NotFound
from yurt_console.operator.webhook.registration import contains
from yurt_console.settings import Settings

_log = logging.getLogger(__name__)

INSTALL = "yurt-console install (with an identity that may write cluster roles)"
CONSOLE, OPERATOR = "yurt-console", "yurt-console-operator"
"""The programs' ServiceAccounts."""
_FIRST = 5
_DELAY = 5.0
"""Seconds before the first comparison: the API server applies new RBAC with a delay."""
_INTERVAL, _RETRY = 600.0, 10.0
"""Seconds between comparisons, and before a retry when the API server is unreachable."""
_PARTS = ("rules", "roleRef", "subjects")


async def watch(client: Client, settings: Settings, account: str) -> None:
    """Log what the cluster lacks for the program with ServiceAccount ``account``, whenever that changes."""
    await asyncio.sleep(_DELAY)
    shipped = await asyncio.to_thread(_shipped, settings.cluster.namespace)  # parsing YAML takes long
    reported: list[str] = []
    while True:
        try:
            found = await _compare(client, shipped, account)
        except KubeError:  # the probe reports an unreachable API server
            await asyncio.sleep(_RETRY)
            continue
        if found != reported:
            for text in found:
                _log.warning("the installation is older than this version: %s; run %s", text, INSTALL)
            if not found:
                _log.info("the installation is up to date")
            reported = found
        await asyncio.sleep(_INTERVAL)


def _shipped(namespace: str) -> list[Object]:
    return [*manifests.crds(), *manifests.rbac(namespace)]


async def _compare(client: Client, shipped: list[Object], account: str) -> list[str]:
    """Parts missing in the objects that ``client`` may read; without any, the missing permissions."""
    found = []
    for document in shipped:
        resource, metadata = manifests.resource(document), document["metadata"]
        try:
            there = await client.get(resource, metadata["name"], metadata.get("namespace", ""))
        except Forbidden:
            continue
        except NotFound:
            found.append(f"{manifests.title(document)} is missing")
            continue
        if missing := lacks(there, document):
            found.append(f"{manifests.title(document)} lacks {some(missing)}")
    if not found:
        missing = list(map(str, await permissions.lacking(client, permissions.needed(account, shipped))))
        found += [f"{account} may not {some(missing)}"] if missing else []
    return found


def lacks(found: Object, shipped: Object) -> list[str]:
    """Permissions, subjects and schema fields of ``shipped`` that ``found`` lacks; sorted."""
    return sorted(_content(shipped) - _content(found))


def differs(found: Object, shipped: Object) -> bool:
    """Whether they differ, ignoring defaults of the API server."""
    if "versions" in shipped.get("spec", {}):
        return _schemas(found) != _schemas(shipped)
    if "spec" in shipped:
        return not contains(found.get("spec"), shipped["spec"])
    return any(found.get(part) != shipped.get(part) for part in _PARTS)


def some(texts: Collection[str]) -> str:
    """The first five texts, and the number of further ones."""
    first = ", ".join(list(texts)[:_FIRST])
    more = len(texts) - _FIRST
    return f"{first} and {more} more" if more > 0 else first


def _content(document: Object) -> set[str]:
    rights = {str(right) for rule in document.get("rules") or () for right in permissions.of_rule(rule)}
    subjects = {f"{one['kind']} {one['name']}" for one in document.get("subjects") or ()}
    fields = {field for schema in _schemas(document).values() for field in _fields(schema)}
    return rights | subjects | fields


def _schemas(document: Object) -> dict[str, Object]:
    versions = (document.get("spec") or {}).get("versions") or ()
    return {version["name"]: version["schema"]["openAPIV3Schema"] for version in versions}


def _fields(schema: Mapping[str, Any], path: str = "") -> Iterator[str]:
    for name, part in (schema.get("properties") or {}).items():
        yield f"{path}{name}"
        yield from _fields(part.get("items") or part, f"{path}{name}.")
