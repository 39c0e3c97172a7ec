"""CustomResourceDefinitions as objects: defaults, rules, and the controller that makes kinds of them.

Names are accepted and the kind is served within the write that brings a definition; deleting one deletes
its objects first. Source: k8s.io/apiextensions-apiserver, as API server v1.20 behaves.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from apimachinery.errors import StatusCause
from apimachinery.resources import CUSTOM_RESOURCE_DEFINITIONS as CRDS
from kubesim.apiextensions.kinds import kind_of
from kubesim.errors.failures import internal, required, unsupported, wrong, wrong_raw
from kubesim.machinery.calls import Call
from kubesim.machinery.options import DeleteOptions
from kubesim.runtime.clock import timestamp
from kubesim.schema.jsonpath import compiled
from kubesim.storage.log import Change, Object
from kubesim.subresources.standard import scale_of

if TYPE_CHECKING:
    from kubesim.registry.server import Server

FINALIZER = "customresourcecleanup.apiextensions.k8s.io"


def default(obj: Object) -> None:
    """Names that follow from the kind, and the strategy of conversion."""
    spec = obj.setdefault("spec", {})
    names = spec.setdefault("names", {})
    kind = names.get("kind", "")
    if kind:
        names.setdefault("singular", kind.lower())
        names.setdefault("listKind", f"{kind}List")
    spec.setdefault("conversion", {"strategy": "None"})
    for version in spec.get("versions") or ():
        version.setdefault("served", False)
        version.setdefault("storage", False)
    obj.setdefault(
        "status", {"conditions": None, "acceptedNames": {"plural": "", "kind": ""}, "storedVersions": None}
    )


def prepare_create(obj: Object) -> None:
    """A new definition has nothing stored but its storage version."""
    storage = [version["name"] for version in obj["spec"].get("versions") or () if version["storage"]]
    obj["status"] = {
        "conditions": [],
        "acceptedNames": {"plural": "", "kind": ""},
        "storedVersions": storage,
    }


def problems(obj: Object) -> Sequence[StatusCause]:
    """What is wrong with a definition."""
    spec, names = obj["spec"], obj["spec"]["names"]
    found: list[StatusCause] = []
    if obj["metadata"].get("name") != f"{names.get('plural', '')}.{spec.get('group', '')}":
        name = obj["metadata"].get("name", "")
        found.append(wrong("metadata.name", name, 'must be spec.names.plural+"."+spec.group'))
    if not spec.get("group"):
        found.append(required("spec.group"))
    elif "." not in spec["group"]:
        found.append(wrong("spec.group", spec["group"], "should be a domain with at least one dot"))
    if not spec.get("scope"):
        found.append(required("spec.scope"))
    elif spec["scope"] not in ("Cluster", "Namespaced"):
        found.append(unsupported("spec.scope", spec["scope"], ("Cluster", "Namespaced")))
    versions = spec.get("versions") or []
    if sum(bool(version["storage"]) for version in versions) != 1:
        shown = "[]apiextensions.CustomResourceDefinitionVersion(nil)" if not versions else "[...]"
        found.append(
            wrong_raw("spec.versions", shown, "must have exactly one version marked as storage version")
        )
    for position, version in enumerate(versions):
        found += _version_problems(position, version, alone=len(versions) == 1)
    found += [
        required(f"spec.names.{key}")
        for key in ("plural", "singular", "kind", "listKind")
        if not names.get(key)
    ]
    if not versions:
        text = "must have at least one stored version"
        found.append(wrong_raw("status.storedVersions", "[]string(nil)", text))
    return found


def update_problems(new: Object, old: Object) -> Sequence[StatusCause]:
    """What may not change once the kind is served."""
    found = []
    for path in ("group", "scope"):
        if new["spec"].get(path) != old["spec"].get(path):
            found.append(wrong(f"spec.{path}", new["spec"].get(path), "field is immutable"))
    for path in ("kind", "plural"):
        if new["spec"]["names"].get(path) != old["spec"]["names"].get(path):
            found.append(wrong(f"spec.names.{path}", new["spec"]["names"].get(path), "field is immutable"))
    return found


def _version_problems(position: int, version: Object, *, alone: bool) -> Iterator[StatusCause]:
    schema = (version.get("schema") or {}).get("openAPIV3Schema")
    path = f"spec.versions[{position}].schema.openAPIV3Schema"
    if not version.get("name"):
        yield required(f"spec.versions[{position}].name")
    if schema is None:
        yield required(path, "schemas are required")
        return
    if alone:
        path = "spec.validation.openAPIV3Schema"
    if schema.get("type") != "object" and not schema.get("x-kubernetes-preserve-unknown-fields"):
        if not schema.get("type"):
            yield required(f"{path}.type", "must not be empty at the root")
        else:
            yield wrong(f"{path}.type", schema["type"], "must be object at the root")
    yield from _structural_problems(path, schema)


def _structural_problems(path: str, schema: Object) -> Iterator[StatusCause]:
    for name, field in (schema.get("properties") or {}).items():
        yield from _typed(f"{path}.properties[{name}]", field, "specified object fields")
        yield from _structural_problems(f"{path}.properties[{name}]", field)
    others = schema.get("additionalProperties")
    if isinstance(others, dict):
        yield from _typed(f"{path}.additionalProperties", others, "specified object fields")
        yield from _structural_problems(f"{path}.additionalProperties", others)
    items = schema.get("items")
    if isinstance(items, dict):
        yield from _typed(f"{path}.items", items, "specified array items")
        yield from _structural_problems(f"{path}.items", items)


def _typed(path: str, schema: Object, what: str) -> Iterator[StatusCause]:
    free = ("x-kubernetes-int-or-string", "x-kubernetes-preserve-unknown-fields")
    if not schema.get("type") and not any(schema.get(key) for key in free):
        yield required(f"{path}.type", f"must not be empty for {what}")


class Definitions:
    """Serves what definitions define. Runs inside writes, as an observer of the log."""

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
        now = timestamp(self._server.clock.now())
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
    """GET and PUT of a custom object's scale, at the paths its definition names."""
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
        raise internal(f'the spec replicas field "{path}" does not exist')
    selector = compiled(part["labelSelectorPath"])(obj) if part.get("labelSelectorPath") else []
    replicas = compiled(part["statusReplicasPath"])(obj)
    shown = scale_of(obj, selector=str(selector[0]) if selector else "", replicas_path=path)
    return {**shown, "status": {**shown["status"], "replicas": replicas[0] if replicas else 0}}


def _with(obj: Any, path: list[str], value: Any) -> Any:
    if not path:
        return value
    return {**(obj or {}), path[0]: _with((obj or {}).get(path[0]), path[1:], value)}
