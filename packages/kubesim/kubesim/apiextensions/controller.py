"""The controller of CustomResourceDefinitions: serves their kinds, and finalizes them with their objects.

Names are accepted and the kind is served within the write that creates the definition. Deleting a
definition deletes its objects first. Source: k8s.io/apiextensions-apiserver, pkg/controller, v1.20.
"""

from __future__ import annotations

from typing import Any

from apimachinery.resources import CUSTOM_RESOURCE_DEFINITIONS as CRDS
from apimachinery.times import rfc3339
from kubesim.apiextensions.kinds import kind_of
from kubesim.apis.crd import FINALIZER
from kubesim.errors.statuses import internal_error
from kubesim.machinery.calls import Call
from kubesim.machinery.options import DeleteOptions
from kubesim.registry.server import Server
from kubesim.schema.jsonpath import compiled
from kubesim.storage.log import Change, Object
from kubesim.subresources.standard import scale_of


class CustomResources:
    """An observer of the log; runs inside the writes of CustomResourceDefinitions."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._waiting: dict[tuple[str, str], str] = {}
        for crd in server.list(CRDS):
            self._serve(crd)
        server.log.observers.append(self._observe)

    def _observe(self, change: Change) -> None:
        ref = change.record.ref
        if (ref.group, ref.plural) == (CRDS.group, CRDS.plural):
            if change.type == "DELETED":
                self._withdraw(change.record.object)
            else:
                self._serve(change.record.object)
        elif change.type == "DELETED" and (ref.group, ref.plural) in self._waiting:
            self._finish(self._waiting[ref.group, ref.plural])

    def _serve(self, crd: Object) -> None:
        server, names = self._server, crd["spec"]["names"]
        kind = kind_of(crd)
        server.kinds.serve(kind)
        if "scale" in kind.subresources:
            address = (kind.group, kind.plural, "scale")
            server.handlers[address] = lambda call: custom_scale(server, crd, call)
        ready = server.find(CRDS, "", crd["metadata"]["name"])
        if ready is None:
            return
        if "deletionTimestamp" in crd["metadata"]:
            self._end(crd)
            return
        new = self._accepted(crd, names)
        if new != crd:
            server.store(CRDS, new)

    def _accepted(self, crd: Object, names: Object) -> Object:
        status = crd.get("status") or {}
        stored = [*(status.get("storedVersions") or ())]
        storage = next(version["name"] for version in crd["spec"]["versions"] if version["storage"])
        if storage not in stored:
            stored.append(storage)
        conditions = status.get("conditions") or [
            self._condition("NamesAccepted", "NoConflicts", "no conflicts found"),
            self._condition("Established", "InitialNamesAccepted", "the initial names have been accepted"),
        ]
        return {
            **crd,
            "status": {**status, "acceptedNames": names, "storedVersions": stored, "conditions": conditions},
        }

    def _condition(self, kind: str, reason: str, message: str) -> Object:
        now = rfc3339(self._server.clock.now())
        return {
            "type": kind,
            "status": "True",
            "lastTransitionTime": now,
            "reason": reason,
            "message": message,
        }

    def _end(self, crd: Object) -> None:
        kind = self._server.kind(kind_of(crd))
        self._waiting[kind.table] = crd["metadata"]["name"]
        for record in self._server.log.list(*kind.table):
            self._server.delete(kind, record.ref.namespace, record.ref.name, DeleteOptions())
        self._finish(crd["metadata"]["name"])

    def _finish(self, name: str) -> None:
        crd = self._server.find(CRDS, "", name)
        if crd is None or "deletionTimestamp" not in crd["metadata"]:
            return
        spec = crd["spec"]
        if self._server.log.count(spec["group"], spec["names"]["plural"]):
            return
        left = [each for each in crd["metadata"].get("finalizers", ()) if each != FINALIZER]
        metadata: dict[str, Any] = {
            key: value for key, value in crd["metadata"].items() if key != "finalizers"
        }
        if left:
            metadata["finalizers"] = left
        self._server.store(CRDS, {**crd, "metadata": metadata})

    def _withdraw(self, crd: Object) -> None:
        group, plural = crd["spec"]["group"], crd["spec"]["names"]["plural"]
        self._waiting.pop((group, plural), None)
        self._server.kinds.withdraw(group, plural)
        self._server.handlers.pop((group, plural, "scale"), None)
        for watch in self._server.log.watches(group, plural):
            watch.close()


def custom_scale(server: Server, crd: Object, call: Call) -> Object:
    """GET and PUT of a custom object's scale, by the paths of its definition."""
    obj = server.get(call.kind, call.namespace, call.name)
    versions = crd["spec"]["versions"]
    part = next(version for version in versions if version["storage"])["subresources"]["scale"]
    path = part["specReplicasPath"]
    if call.verb != "get":
        wanted = (call.obj or {}).get("spec", {}).get("replicas", 0)
        sent = (call.obj or {}).get("metadata", {}).get("resourceVersion")
        new = _with(obj, path.strip(".").split("."), wanted)
        metadata = {**new["metadata"], "resourceVersion": sent or new["metadata"]["resourceVersion"]}
        obj = server.update(call.kind, call.namespace, call.name, {**new, "metadata": metadata}, call.options)
    if not compiled(path)(obj):
        raise internal_error(f'the spec replicas field "{path}" does not exist')
    selector = compiled(part["labelSelectorPath"])(obj) if part.get("labelSelectorPath") else []
    replicas = compiled(part["statusReplicasPath"])(obj)
    scaled = scale_of(obj, selector=str(selector[0]) if selector else "", replicas_path=path)
    return {**scaled, "status": {**scaled["status"], "replicas": replicas[0] if replicas else 0}}


def _with(obj: Any, path: list[str], value: Any) -> Any:
    if not path:
        return value
    return {**(obj or {}), path[0]: _with((obj or {}).get(path[0]), path[1:], value)}
