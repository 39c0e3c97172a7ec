"""Structural schemas of custom resources: pruning, defaulting, validation.

jsonschema-rs validates; messages have the words of the API server's validator (go-openapi), v1.20.
Source: https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator
from datetime import datetime
from ipaddress import ip_address, ip_network
from typing import Any

import jsonschema_rs

from apimachinery.errors import StatusCause
from kubesim.errors.field_errors import invalid_value, not_supported, required
from kubesim.storage.log import Object

_PRESERVE = "x-kubernetes-preserve-unknown-fields"
_INT_OR_STRING = "x-kubernetes-int-or-string"
_EMBEDDED = "x-kubernetes-embedded-resource"
_OBJECT_FIELDS = ("apiVersion", "kind", "metadata")
_OF_TEXTS = ("maxLength", "minLength", "pattern")
_GO_TYPES = {dict: "object", list: "array", str: "string", bool: "boolean", int: "integer", float: "number"}


class Structural:
    """The ``openAPIV3Schema`` of one version."""

    def __init__(self, schema: Object) -> None:
        self._schema = schema
        # metadata is validated as ObjectMeta, whatever the schema restricts besides its name
        checked = {
            **schema,
            "properties": {k: v for k, v in schema.get("properties", {}).items() if k not in _OBJECT_FIELDS},
        }
        checked["required"] = [name for name in schema.get("required", ()) if name not in _OBJECT_FIELDS]
        self._validator = jsonschema_rs.Draft4Validator(
            _draft4(checked), validate_formats=True, formats=_FORMATS
        )

    def prune(self, obj: Object) -> Object:
        """Pruning: a copy without unknown fields."""
        pruned: Object = _pruned(self._schema, obj, at_root=True)
        return pruned

    def default(self, obj: Object) -> None:
        """Defaulting, in place."""
        _fill(self._schema, obj)

    def problems(self, obj: Object) -> Iterator[StatusCause]:
        """Validation: the field errors of an object."""
        value = {key: item for key, item in obj.items() if key not in _OBJECT_FIELDS}
        if self._validator.is_valid(value):
            return
        judged: set[str] = set()
        for error in sorted(self._validator.iter_errors(value), key=_precedence):
            place = _path(error.instance_path)
            if error.kind.name in _OF_TEXTS:
                # only the first error of a string is reported
                if place in judged:
                    continue
                judged.add(place)
            yield _cause(error)


def _pruned(schema: Object, value: Any, *, at_root: bool = False) -> Any:
    if isinstance(value, dict):
        if at_root or schema.get(_EMBEDDED):
            pruned = {key: value[key] for key in _OBJECT_FIELDS if key in value}
        else:
            pruned = {}
        properties, others = schema.get("properties", {}), schema.get("additionalProperties")
        for key, item in value.items():
            if key in pruned:
                continue
            if item is None and not properties.get(key, {"nullable": True}).get("nullable"):
                continue  # a null in a field that is not nullable is pruned
            if key in properties:
                pruned[key] = _pruned(properties[key], item)
            elif isinstance(others, dict):
                pruned[key] = _pruned(others, item)
            elif others or schema.get(_PRESERVE):
                pruned[key] = item
        return pruned
    if isinstance(value, list) and isinstance(schema.get("items"), dict):
        return [_pruned(schema["items"], item) for item in value]
    return value


def _fill(schema: Object, value: Any) -> None:
    if isinstance(value, dict):
        properties = schema.get("properties", {})
        for key, field in properties.items():
            if "default" in field and (
                key not in value or (value[key] is None and not field.get("nullable"))
            ):
                value[key] = copy.deepcopy(field["default"])
        for key, item in value.items():
            inner = properties.get(key, schema.get("additionalProperties"))
            if isinstance(inner, dict):
                _fill(inner, item)
    elif isinstance(value, list) and isinstance(schema.get("items"), dict):
        for item in value:
            _fill(schema["items"], item)


def _draft4(schema: Object) -> Object:
    """The schema as JSON Schema, with Kubernetes' extensions translated."""
    plain: Object = {}
    for key, value in schema.items():
        if key.startswith("x-") or key in (
            "default",
            "nullable",
            "description",
            "title",
            "example",
            "externalDocs",
        ):
            continue
        if key == "properties":
            plain[key] = {name: _draft4(field) for name, field in value.items()}
        elif key in ("items", "additionalProperties", "not") and isinstance(value, dict):
            plain[key] = _draft4(value)
        elif key in ("allOf", "anyOf", "oneOf"):
            plain[key] = [_draft4(each) for each in value]
        elif key == "required" and not value:
            continue
        else:
            plain[key] = value
    if schema.get(_INT_OR_STRING):
        plain["type"] = ["integer", "string"]
        plain.pop("anyOf", None)
    if schema.get("nullable") and "type" in plain:
        types = plain["type"] if isinstance(plain["type"], list) else [plain["type"]]
        plain["type"] = [*types, "null"]
    return plain


def _precedence(error: jsonschema_rs.ValidationError) -> int:
    name = error.kind.name
    return _OF_TEXTS.index(name) if name in _OF_TEXTS else 0


def _cause(error: jsonschema_rs.ValidationError) -> StatusCause:  # noqa: PLR0912 - one case a keyword
    kind: Any = error.kind
    field = _path(error.instance_path)
    at = f"{field} in body " if field else " in body "
    value: Any = error.instance
    match kind.name:
        case "required":
            return required(f"{field}.{kind.property}" if field else kind.property)
        case "type":
            found, wanted = _go_type(value), ",".join(map(str, kind.types))
            return invalid_value(field, found, f'{at}must be of type {wanted}: "{found}"')
        case "enum":
            return not_supported(field, value, kind.options)
        case "format":
            return invalid_value(field, value, f'{at}must be of type {kind.format}: "{value}"')
        case "pattern":
            return invalid_value(field, value, f"{at}should match '{kind.pattern}'")
        case "maxLength" | "minLength":
            bound = "most" if kind.name == "maxLength" else "least"
            return invalid_value(field, value, f"{at}should be at {bound} {kind.limit} chars long")
        case "maxItems" | "minItems":
            bound = "most" if kind.name == "maxItems" else "least"
            return invalid_value(field, len(value), f"{at}should have at {bound} {kind.limit} items")
        case "maxProperties" | "minProperties":
            bound = "most" if kind.name == "maxProperties" else "least"
            return invalid_value(field, len(value), f"{at}should have at {bound} {kind.limit} properties")
        case "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum":
            return invalid_value(field, value, f"{at}should be {_bound(kind.name)} {_number(kind.limit)}")
        case "multipleOf":
            return invalid_value(field, value, f"{at}should be a multiple of {_number(kind.multiple_of)}")
        case "uniqueItems":
            return invalid_value(field, value, f"{at}shouldn't contain duplicates")
        case "anyOf" | "oneOfNotValid" | "oneOf":
            which = "at least" if kind.name == "anyOf" else "only"
            return invalid_value(
                field, value, f'"{field}" must validate {which} one schema ({kind.name[:5]})'
            )
        case _:
            return invalid_value(field, value, f"{at}is not valid: {error.message}")


def _bound(name: str) -> str:
    side = "greater than" if name.lower().endswith("minimum") else "less than"
    return side if name.startswith("exclusive") else f"{side} or equal to"


def _number(value: float) -> str:
    return str(int(value)) if float(value).is_integer() else str(value)


def _path(parts: list[str | int]) -> str:
    # as go-openapi, without list indexes
    return ".".join(part for part in parts if isinstance(part, str))


def _go_type(value: Any) -> str:
    return "null" if value is None else _GO_TYPES[type(value)]


def _is(parse: Callable[[str], object]) -> Callable[[str], bool]:
    def check(text: str) -> bool:
        try:
            parse(text)
        except ValueError:
            return False
        return True

    return check


def _matches(pattern: str) -> Callable[[str], bool]:
    return lambda text: re.fullmatch(pattern, text) is not None


_FORMATS: dict[str, Callable[[str], bool]] = {
    # as lenient as net/mail, which the API server uses
    "email": _matches(r"(.*<)?[^@\s<>]+@[^@\s<>]+>?"),
    "date-time": _is(datetime.fromisoformat),
    "date": _matches(r"\d{4}-\d{2}-\d{2}"),
    "ipv4": _is(ip_address),
    "ipv6": _is(ip_address),
    "cidr": _is(lambda text: ip_network(text, strict=False)),
    "uuid": _matches("(?i)[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}"),
    "uri": _matches(r"[a-zA-Z][a-zA-Z0-9+.-]*:.*|/.*"),
    "hostname": _matches(r"[a-zA-Z0-9]([-a-zA-Z0-9.]{0,253}[a-zA-Z0-9])?"),
}
