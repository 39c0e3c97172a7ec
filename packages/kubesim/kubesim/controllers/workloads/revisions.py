"""ControllerRevisions: the template history of StatefulSets and DaemonSets."""

from __future__ import annotations

from typing import Any

import msgspec

from apimachinery.resources import Resource
from kubesim.controllers.manager import ControllerManager, controller_of, controller_refs
from kubesim.runtime import seeded
from kubesim.storage.log import Object

CONTROLLER_REVISIONS = Resource("apps", "controllerrevisions", "ControllerRevision", True, ("v1",))


def current(manager: ControllerManager, owner: Object, hash_label: str) -> tuple[Object, list[Object]]:
    """The revision of the current template, created if missing, and all of the owner's, oldest first."""
    metadata = owner["metadata"]
    patch = {"spec": {"template": {**owner["spec"]["template"], "$patch": "replace"}}}
    every = sorted(of(manager, owner), key=lambda one: int(one.get("revision", 0)))
    newest = max((one.get("revision", 0) for one in every), default=0)
    found = next((one for one in every if one.get("data") == patch), None)
    if found is None:
        name_hash = seeded.template_hash(msgspec.json.encode(patch, order="deterministic"))
        labels = {**(owner["spec"]["template"]["metadata"].get("labels") or {}), hash_label: name_hash}
        body: dict[str, Any] = {
            "metadata": {
                "name": f"{metadata['name']}-{name_hash}",
                "labels": labels,
                "annotations": dict(metadata.get("annotations") or {}),
                "ownerReferences": controller_refs(owner),
            },
            "data": patch,
            "revision": newest + 1,
        }
        found = manager.server.create(CONTROLLER_REVISIONS, metadata["namespace"], body)
        return found, [*every, found]
    if found.get("revision") != newest:
        # a rollback makes the old template's revision the newest
        found = manager.server.store(CONTROLLER_REVISIONS, {**found, "revision": newest + 1})
        uid = found["metadata"]["uid"]
        every = [*(one for one in every if one["metadata"]["uid"] != uid), found]
    return found, every


def of(manager: ControllerManager, owner: Object) -> list[Object]:
    """The revisions that a workload controls."""
    uid = owner["metadata"]["uid"]
    found = manager.index.dependents(uid, "controllerrevisions")
    return [one for one in found if (controller_of(one) or {}).get("uid") == uid]


def tidy(manager: ControllerManager, owner: Object, every: list[Object], live: set[str]) -> None:
    """Delete unused revisions beyond revisionHistoryLimit, oldest first."""
    idle = [one for one in every if one["metadata"]["name"] not in live]
    excess = len(idle) - owner["spec"].get("revisionHistoryLimit", 10)
    for one in idle[: max(excess, 0)]:
        manager.server.delete(CONTROLLER_REVISIONS, one["metadata"]["namespace"], one["metadata"]["name"])


def template_of(revision: Object) -> Object:
    """The pod template of a revision."""
    template = revision["data"]["spec"]["template"]
    return {key: value for key, value in template.items() if key != "$patch"}
