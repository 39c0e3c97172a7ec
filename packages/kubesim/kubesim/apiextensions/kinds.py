"""Kinds of CustomResourceDefinitions. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from apimachinery.errors import StatusCause
from apimachinery.resources import Resource
from kubesim.apis.printing.cells import AGE, NAME
from kubesim.apis.printing.durations import age
from kubesim.machinery.kinds import SCALE, STATUS, Column, Kind, Subresource, version_rank
from kubesim.schema.jsonpath import compiled
from kubesim.schema.merge_strategies import of_structural
from kubesim.schema.structural import Structural
from kubesim.schema.types import OBJECT_META, decoded
from kubesim.storage.log import Object

_VERBS = ("delete", "deletecollection", "get", "list", "patch", "create", "update", "watch")
_TERMINATING_VERBS = ("delete", "deletecollection", "get", "list", "patch", "update", "watch")


def kind_of(crd: Object) -> Kind:
    """The kind of a CustomResourceDefinition."""
    spec = crd["spec"]
    names, versions = spec["names"], {version["name"]: version for version in spec["versions"]}
    served = [name for name, version in versions.items() if version.get("served")]
    served.sort(key=version_rank, reverse=True)
    storage = next(name for name, version in versions.items() if version.get("storage"))
    schemas = {name: _schema(version) for name, version in versions.items()}
    compiled_schemas = {name: Structural(schema) for name, schema in schemas.items()}
    subresources = _subresources(versions[storage].get("subresources") or {})
    group, kind = spec["group"], names["kind"]
    return Kind(
        resource=Resource(group, names["plural"], kind, spec["scope"] == "Namespaced", tuple(served)),
        storage_version=storage,
        singular=names.get("singular", kind.lower()),
        short_names=tuple(names.get("shortNames", ())),
        categories=tuple(names.get("categories", ())),
        verbs=_TERMINATING_VERBS if "deletionTimestamp" in crd["metadata"] else _VERBS,
        list_kind=names.get("listKind", f"{kind}List"),
        subresources=subresources,
        merging=of_structural(schemas[storage]),
        custom=True,
        decode=_decoder(compiled_schemas),
        default=compiled_schemas[storage].default,
        validate_as=_validator(compiled_schemas),
        prepare_create=_without_status if "status" in subresources else _as_it_is,
        columns=(NAME, AGE),
        version_columns={name: _columns(version) for name, version in versions.items()},
        counts_generation=True,
        unconditional_update=False,
        openapi={name: _published(group, name, kind, schemas[name]) for name in served},
        deprecations=_warnings(group, kind, versions, served),
    )


def _schema(version: Object) -> Object:
    schema: Object = (version.get("schema") or {}).get("openAPIV3Schema") or {"type": "object"}
    return schema


def _subresources(sent: Object) -> dict[str, Subresource]:
    found: dict[str, Subresource] = {}
    if "status" in sent:
        found["status"] = STATUS
    if "scale" in sent:
        found["scale"] = SCALE
    return found


def _decoder(schemas: Mapping[str, Structural]) -> Callable[[Object, str], Object]:
    def decode(obj: Object, version: str) -> Object:
        metadata = decoded(OBJECT_META, obj.get("metadata") or {})
        pruned = schemas[version].prune({**obj, "metadata": metadata})
        schemas[version].default(pruned)
        return pruned

    return decode


def _validator(schemas: Mapping[str, Structural]) -> Callable[[Object, str], Sequence[StatusCause]]:
    def validate(obj: Object, version: str) -> Sequence[StatusCause]:
        return [*schemas[version].problems(obj)]

    return validate


def _without_status(obj: Object) -> None:
    obj.pop("status", None)


def _as_it_is(_: Object) -> None:
    """Without a status subresource, status is an ordinary field."""


def _columns(version: Object) -> tuple[Column, ...]:
    sent = version.get("additionalPrinterColumns")
    return (NAME, *(_column(column) for column in sent)) if sent else (NAME, AGE)


def _column(sent: Object) -> Column:
    path, kind = sent["jsonPath"], sent["type"]
    find = compiled(path)

    def value(obj: Object, now: datetime) -> Any:
        found = find(obj)
        if not found:
            return None
        if kind == "date":
            return age(str(found[0]), now)
        return found[0] if isinstance(found[0], int | float) else str(found[0])

    return Column(
        name=sent["name"],
        value=value,
        type=kind,
        format=sent.get("format", ""),
        priority=sent.get("priority", 0),
        description=sent.get("description")
        or f"Custom resource definition column (in JSONPath format): {path}",
    )


def _warnings(group: str, kind: str, versions: Mapping[str, Object], served: Sequence[str]) -> dict[str, str]:
    alive = [name for name in served if not versions[name].get("deprecated")]
    found = {}
    for name in served:
        if versions[name].get("deprecated"):
            better = f"; use {group}/{alive[0]} {kind}" if alive and alive[0] != name else ""
            usual = f"{group}/{name} {kind} is deprecated{better}"
            found[name] = versions[name].get("deprecationWarning") or usual
    return found


def _published(group: str, version: str, kind: str, schema: Object) -> Object:
    """The schema in /openapi/v2: OpenAPI v2 lacks some of v3, which is dropped."""
    plain: Object = _v2(schema)
    if "properties" in plain:
        plain["properties"] = {
            "apiVersion": {"type": "string"},
            "kind": {"type": "string"},
            **plain["properties"],
            "metadata": {"$ref": f"#/definitions/{OBJECT_META}"},
        }
    return {**plain, "x-kubernetes-group-version-kind": [{"group": group, "kind": kind, "version": version}]}


def _v2(schema: Object) -> Object:
    if schema.get("x-kubernetes-preserve-unknown-fields") or schema.get("x-kubernetes-int-or-string"):
        return {key: value for key, value in schema.items() if key == "description" or key.startswith("x-")}
    if schema.get("nullable"):
        return {"description": schema["description"]} if "description" in schema else {}
    plain: Object = {}
    for key, value in schema.items():
        if key == "properties":
            plain[key] = {name: _v2(field) for name, field in value.items()}
        elif key in ("items", "additionalProperties") and isinstance(value, dict):
            plain[key] = _v2(value)
        elif key not in ("oneOf", "anyOf", "not", "nullable", "allOf", "default"):
            plain[key] = value
    return plain
