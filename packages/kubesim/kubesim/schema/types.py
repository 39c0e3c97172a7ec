"""OpenAPI types of built-in kinds, and decoding by them.

``kubernetes-1.20.schemas.json`` is the API server's own description of its kinds (the definitions of
GET /openapi/v2 of v1.20.2, Apache-2.0) without prose and without kinds that are not served here.
`decoded` does what Go's decoding and encoding do to an object: it drops unknown fields, nulls and empty
collections, makes quantities and times canonical, and rejects values of the wrong type.
"""

from __future__ import annotations

import base64
import binascii
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from apimachinery.quantities import QuantityError, canonical
from apimachinery.times import rfc3339, rfc3339_micro

Definition = dict[str, Any]

_PREFIX = "#/definitions/"
_META = "io.k8s.apimachinery.pkg.apis.meta.v1."
OBJECT_META = _META + "ObjectMeta"
LABEL_SELECTOR = _META + "LabelSelector"

# empty strings that are kept, because Go's fields are pointers
_MEANINGFUL_EMPTY = frozenset({"storageClassName", "hostPathType", "ingressClassName", "containerPort"})
_ZEROS: dict[str | None, str | int | bool] = {"string": "", "integer": 0, "boolean": False}
_INTEGERS = {"int32": range(-(2**31), 2**31), "int64": range(-(2**63), 2**63)}


class DecodingError(ValueError):
    """A value of the wrong type, in the words of the API server's decoder."""


@cache
def definitions() -> dict[str, Definition]:
    """All definitions by name, as in /openapi/v2."""
    text = (Path(__file__).parent / "releases" / "kubernetes-1.20.schemas.json").read_bytes()
    found: dict[str, Definition] = msgspec.json.decode(text)
    return found


@cache
def definition_name(group: str, version: str, kind: str) -> str:
    """The definition name of a built-in kind, "" for none."""
    for name, definition in definitions().items():
        for gvk in definition.get("x-kubernetes-group-version-kind", ()):
            if (gvk["group"], gvk["version"], gvk["kind"]) == (group, version, kind):
                return name
    return ""


def resolved(schema: Definition) -> Definition:
    """A schema with its $ref resolved."""
    reference = schema.get("$ref")
    return definitions()[reference.removeprefix(_PREFIX)] if reference else schema


def decoded(name: str, obj: dict[str, Any]) -> dict[str, Any]:
    """A copy of ``obj`` decoded by the definition ``name``. Raises `DecodingError`."""
    found: dict[str, Any] = _object(name, definitions()[name], obj)
    return found


def _value(schema: Definition, value: Any) -> Any:
    reference = schema.get("$ref")
    if reference:
        name = reference[len(_PREFIX) :]
        special = _SPECIAL.get(name)
        if special is not None:
            return special(value)
        return _value_of(name, definitions()[name], value)
    return _value_of("", schema, value)


def _value_of(name: str, schema: Definition, value: Any) -> Any:  # noqa: PLR0912 - one case a type
    match schema.get("type"):
        case "object" if "properties" in schema:
            return _object(name, schema, value)
        case "object" if "additionalProperties" in schema:
            return _map(schema["additionalProperties"], value)
        case "object":
            if not isinstance(value, dict):
                raise DecodingError(f"readObjectStart: expect {{ or n, but found {_first(value)}")
            return value
        case "array":
            if not isinstance(value, list):
                item = _go_item(schema["items"])
                raise DecodingError(f"[]{item}: decode slice: expect [ or n, but found {_first(value)}")
            items = schema["items"]
            return [_value(items, item) for item in value]
        case "string":
            if not isinstance(value, str):
                raise DecodingError(f'ReadString: expects " or n, but found {_first(value)}')
            return _bytes(value) if schema.get("format") == "byte" else value
        case "integer":
            bits = schema.get("format", "int64")
            if isinstance(value, bool) or not isinstance(value, int):
                raise DecodingError(f"read{bits.title()}: unexpected character: {_first(value)}")
            if value not in _INTEGERS[bits]:
                raise DecodingError(f"read{bits.title()}: overflow: {value}")
            return value
        case "number":
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise DecodingError(f"readFloat64: unexpected character: {_first(value)}")
            return value
        case "boolean":
            if not isinstance(value, bool):
                raise DecodingError(f"ReadBool: expect t or f, but found {_first(value)}")
            return value
        case _:
            return value


def _object(name: str, schema: Definition, obj: Any) -> dict[str, Any]:
    if not isinstance(obj, dict):
        raise DecodingError(f"readObjectStart: expect {{ or n, but found {_first(obj)}")
    properties = schema["properties"]
    needed = schema.get("required", ())
    found: dict[str, Any] = {}
    for key, value in obj.items():
        field = properties.get(key)
        if field is None or value is None:
            continue
        try:
            decoded_value = _value(field, value)
        except DecodingError as error:
            raise DecodingError(f"{_go_type(name)}.{_go_field(key)}: {error}") from None
        if key in needed or key in _MEANINGFUL_EMPTY or not _is_empty(field, decoded_value):
            found[key] = decoded_value
    for key in needed:
        if key not in found and (zero := _ZEROS.get(properties[key].get("type"))) is not None:
            # required fields are encoded even if they are empty
            found[key] = zero
    return found


def _map(schema: Definition, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise DecodingError(f"ReadMapCB: expect {{ or n, but found {_first(value)}")
    # a null becomes the zero value, which is "" for Kubernetes' string maps
    is_text = schema.get("type") == "string"
    return {
        str(key): _value(schema, "" if item is None and is_text else item)
        for key, item in value.items()
        if item is not None or is_text
    }


def _is_empty(schema: Definition, value: Any) -> bool:
    if value == "":
        return schema.get("type") == "string"
    return value in ({}, []) and ("additionalProperties" in schema or schema.get("type") == "array")


def _quantity(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise DecodingError(
            "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
        )
    try:
        return canonical(str(value))
    except QuantityError as error:
        raise DecodingError(str(error)) from None


def _int_or_string(value: Any) -> int | str:
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise DecodingError(f"json: cannot unmarshal {_json_kind(value)} into Go value of type int32")
    return value


def _time(value: Any) -> str:
    return rfc3339(_moment(value))


def _micro_time(value: Any) -> str:
    return rfc3339_micro(_moment(value))


def _moment(value: Any) -> datetime:
    if not isinstance(value, str):
        raise DecodingError(f"json: cannot unmarshal {_json_kind(value)} into Go value of type string")
    try:
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None or len(value) < len("2006-01-02T15:04:05Z"):
            raise ValueError
    except ValueError:
        layout = '"2006-01-02T15:04:05Z07:00"'
        raise DecodingError(f'parsing time "{value}" as {layout}: cannot parse "{value}" as "2006"') from None
    return moment.astimezone(UTC)


def _bytes(value: str) -> str:
    try:
        # Go ignores line breaks
        base64.b64decode(value.replace("\n", "").replace("\r", ""), validate=True)
    except (binascii.Error, ValueError):
        position = next(
            (i for i, char in enumerate(value) if not (char.isascii() and (char.isalnum() or char in "+/"))),
            len(value),
        )
        raise DecodingError(f"base64 codec: illegal base64 data at input byte {position}") from None
    return value


_SPECIAL = {
    "io.k8s.apimachinery.pkg.api.resource.Quantity": _quantity,
    "io.k8s.apimachinery.pkg.util.intstr.IntOrString": _int_or_string,
    _META + "Time": _time,
    _META + "MicroTime": _micro_time,
}


def _first(value: Any) -> str:
    text = msgspec.json.encode(value).decode()
    return text[0]


def _json_kind(value: Any) -> str:
    if isinstance(value, bool):
        return "bool"
    kinds: dict[type, str] = {dict: "object", list: "array", str: "string"}
    return kinds.get(type(value), "number")


def _go_type(name: str) -> str:
    version, _, kind = name.rpartition(".")
    return f"{version.rpartition('.')[2]}.{kind}"


def _go_item(schema: Definition) -> str:
    reference = schema.get("$ref")
    return _go_type(reference.removeprefix(_PREFIX)) if reference else str(schema.get("type", "interface {}"))


def _go_field(key: str) -> str:
    return "ObjectMeta" if key == "metadata" else key[:1].upper() + key[1:]
