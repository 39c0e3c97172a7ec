"""CustomResourceDefinition: defaulting, strategy and validation. Pure.

Source: k8s.io/apiextensions-apiserver, pkg/apis/apiextensions, as API server v1.20 behaves.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from apimachinery.errors import StatusCause
from kubesim.errors.field_errors import invalid_go_value, invalid_value, not_supported, required
from kubesim.storage.log import Object

FINALIZER = "customresourcecleanup.apiextensions.k8s.io"


def default(obj: Object) -> None:
    """Defaulting of names and conversion strategy."""
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
    """`prepare_create`: only the storage version is stored."""
    storage = [version["name"] for version in obj["spec"].get("versions") or () if version["storage"]]
    obj["status"] = {
        "conditions": [],
        "acceptedNames": {"plural": "", "kind": ""},
        "storedVersions": storage,
    }


def problems(obj: Object) -> Sequence[StatusCause]:
    """Field errors of a definition."""
    spec, names = obj["spec"], obj["spec"]["names"]
    found: list[StatusCause] = []
    if obj["metadata"].get("name") != f"{names.get('plural', '')}.{spec.get('group', '')}":
        name = obj["metadata"].get("name", "")
        found.append(invalid_value("metadata.name", name, 'must be spec.names.plural+"."+spec.group'))
    if not spec.get("group"):
        found.append(required("spec.group"))
    elif "." not in spec["group"]:
        found.append(invalid_value("spec.group", spec["group"], "should be a domain with at least one dot"))
    if not spec.get("scope"):
        found.append(required("spec.scope"))
    elif spec["scope"] not in ("Cluster", "Namespaced"):
        found.append(not_supported("spec.scope", spec["scope"], ("Cluster", "Namespaced")))
    versions = spec.get("versions") or []
    if sum(bool(version["storage"]) for version in versions) != 1:
        go_text = "[]apiextensions.CustomResourceDefinitionVersion(nil)" if not versions else "[...]"
        found.append(
            invalid_go_value(
                "spec.versions", go_text, "must have exactly one version marked as storage version"
            )
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
        found.append(invalid_go_value("status.storedVersions", "[]string(nil)", text))
    return found


def update_problems(new: Object, old: Object) -> Sequence[StatusCause]:
    """Field errors of changed immutable fields."""
    found = []
    for path in ("group", "scope"):
        if new["spec"].get(path) != old["spec"].get(path):
            found.append(invalid_value(f"spec.{path}", new["spec"].get(path), "field is immutable"))
    for path in ("kind", "plural"):
        if new["spec"]["names"].get(path) != old["spec"]["names"].get(path):
            found.append(
                invalid_value(f"spec.names.{path}", new["spec"]["names"].get(path), "field is immutable")
            )
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
            yield invalid_value(f"{path}.type", schema["type"], "must be object at the root")
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
