"""Whether what ``yurt-console install`` made in a cluster is what this version needs.

``check`` says so when asked, ``serve`` and ``operator`` while they run: whoever upgrades them and forgets
``install`` is told, instead of wondering why a list stays as it was.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from yurt_console import manifests
from yurt_console.diagnostics import needed_rights
from yurt_console.kube.client import Client, Object
from yurt_console.kube.errors import Forbidden, KubeError, NotFound
from yurt_console.operator.webhook.registration import says
from yurt_console.settings import Settings

_log = logging.getLogger(__name__)

INSTALL = "yurt-console install (as somebody who may write cluster roles)"
CONSOLE, OPERATOR = "yurt-console", "yurt-console-operator"
"""The programs' ServiceAccounts."""
_SHOWN = 5
_MOMENT = 5.0
"""Seconds before the first look: what starts goes first, and an API server that was just told of rights by
``install`` knows them a moment later."""
_LOOK, _AGAIN = 600.0, 10.0
"""Seconds between looks, and until the next one when the API server was away."""
_PARTS = ("rules", "roleRef", "subjects")


async def watch(client: Client, settings: Settings, account: str) -> None:
    """Say in the log what the cluster lacks of what ``account``'s program needs, whenever that changes."""
    await asyncio.sleep(_MOMENT)
    shipped = await asyncio.to_thread(_shipped, settings.namespace)  # reading YAML takes a while
    told: list[str] = []
    while True:
        try:
            found = await _look(client, shipped, account)
        except KubeError:  # whoever needs the API server says that it is away
            await asyncio.sleep(_AGAIN)
            continue
        if found != told:
            for text in found:
                _log.warning("what is installed is older than this version: %s; run %s", text, INSTALL)
            if not found:
                _log.info("what is installed is what this version needs")
            told = found
        await asyncio.sleep(_LOOK)


def _shipped(namespace: str) -> list[Object]:
    return [*manifests.crds(), *manifests.rbac(namespace)]


async def _look(client: Client, shipped: list[Object], account: str) -> list[str]:
    """What is lacking, as far as ``client`` may read it, and if that is nothing, as far as it may not act."""
    found = []
    for document in shipped:
        resource, metadata = manifests.resource(document), document["metadata"]
        try:
            there = await client.get(resource, metadata["name"], metadata.get("namespace", ""))
        except Forbidden:
            continue
        except NotFound:
            found.append(f"there is no {manifests.title(document)}")
            continue
        if missing := lacks(there, document):
            found.append(f"{manifests.title(document)} lacks {some(missing)}")
    if not found:
        missing = list(map(str, await needed_rights.lacking(client, needed_rights.needed(account, shipped))))
        found += [f"{account} may not {some(missing)}"] if missing else []
    return found


def lacks(found: Object, shipped: Object) -> list[str]:
    """What ``shipped`` has and ``found`` has not: rights, subjects, or fields of a kind; sorted."""
    return sorted(_content(shipped) - _content(found))


def differs(found: Object, shipped: Object) -> bool:
    """Whether they are not the same in what counts; what the API server adds does not."""
    if "versions" in shipped.get("spec", {}):
        return _schemas(found) != _schemas(shipped)
    if "spec" in shipped:
        return not says(found.get("spec"), shipped["spec"])
    return any(found.get(part) != shipped.get(part) for part in _PARTS)


def some(texts: Collection[str]) -> str:
    """The first few, and how many more there are."""
    shown = ", ".join(list(texts)[:_SHOWN])
    more = len(texts) - _SHOWN
    return f"{shown} and {more} more" if more > 0 else shown


def _content(document: Object) -> set[str]:
    rights = {str(right) for rule in document.get("rules") or () for right in needed_rights.of_rule(rule)}
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
