"""OpenAPI v2 documents as gnostic's Protobuf messages, as far as Kubernetes' schemas need them.

Source: github.com/google/gnostic, openapiv2/OpenAPIv2.proto; the numbers below are its field numbers.
"""

from __future__ import annotations

import struct
from typing import Any

import msgspec

_VARINT, _DOUBLE, _BYTES = 0, 1, 2
_TEXTS = {"$ref": 1, "format": 2, "title": 3, "description": 4, "pattern": 13, "discriminator": 26}
_INTEGERS = {
    "maxLength": 11,
    "minLength": 12,
    "maxItems": 14,
    "minItems": 15,
    "maxProperties": 17,
    "minProperties": 18,
}
_BOOLEANS = {"exclusiveMaximum": 8, "exclusiveMinimum": 10, "uniqueItems": 16, "readOnly": 27}
_DOUBLES = {"multipleOf": 6, "maximum": 7, "minimum": 9}


def document(openapi: dict[str, Any]) -> bytes:
    """openapi.v2.Document of a document with swagger, info, paths and definitions."""
    info = openapi["info"]
    return b"".join(
        (
            _text(1, openapi["swagger"]),
            _message(2, _text(1, info["title"]) + _text(2, info["version"])),
            _message(8, b""),
            _message(
                9,
                b"".join(
                    _message(1, _named(name, _schema(schema)))
                    for name, schema in openapi["definitions"].items()
                ),
            ),
        )
    )


def _schema(schema: dict[str, Any]) -> bytes:  # noqa: PLR0912 - one case a keyword
    parts = []
    for key, value in schema.items():
        if key in _TEXTS:
            parts.append(_text(_TEXTS[key], value))
        elif key in _INTEGERS:
            parts.append(_integer(_INTEGERS[key], value))
        elif key in _BOOLEANS:
            parts.append(_integer(_BOOLEANS[key], int(value)))
        elif key in _DOUBLES:
            parts.append(_double(_DOUBLES[key], value))
        elif key == "default":
            parts.append(_message(5, _any(value)))
        elif key == "required":
            parts += [_text(19, name) for name in value]
        elif key == "enum":
            parts += [_message(20, _any(each)) for each in value]
        elif key == "additionalProperties":
            inner = _integer(2, int(value)) if isinstance(value, bool) else _message(1, _schema(value))
            parts.append(_message(21, inner))
        elif key == "type":
            parts.append(_message(22, _text(1, value)))
        elif key == "items":
            parts.append(_message(23, _message(1, _schema(value))))
        elif key == "allOf":
            parts += [_message(24, _schema(each)) for each in value]
        elif key == "properties":
            listed = (_message(1, _named(name, _schema(each))) for name, each in value.items())
            parts.append(_message(25, b"".join(listed)))
        elif key.startswith("x-"):
            parts.append(_message(31, _named(key, _any(value))))
    return b"".join(parts)


def _named(name: str, value: bytes) -> bytes:
    return _text(1, name) + _message(2, value)


def _any(value: Any) -> bytes:
    # JSON is YAML
    return _text(2, msgspec.json.encode(value).decode() + "\n")


def _text(number: int, value: str) -> bytes:
    return _message(number, value.encode())


def _message(number: int, value: bytes) -> bytes:
    return _varint(number << 3 | _BYTES) + _varint(len(value)) + value


def _integer(number: int, value: int) -> bytes:
    return _varint(number << 3 | _VARINT) + _varint(value & (1 << 64) - 1)


def _double(number: int, value: float) -> bytes:
    return _varint(number << 3 | _DOUBLE) + struct.pack("<d", value)


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)
