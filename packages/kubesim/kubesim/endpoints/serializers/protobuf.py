"""Decoder of Kubernetes' Protobuf encoding, which newer kubectls send. There is no encoder.

``kubernetes-1.20.messages.json`` has, for each message, the number, JSON name and type of its fields
(facts of k8s.io/api's generated.proto, v1.20.2, Apache-2.0); fields without a name are inlined as in JSON.
Source: https://kubernetes.io/docs/reference/using-api/api-concepts/#kubernetes-protobuf-encoding.
"""

from __future__ import annotations

import base64
import struct
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from apimachinery.times import rfc3339, rfc3339_micro
from kubesim.schema.types import definition_name

_MAGIC = b"k8s\x00"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DEEPEST = 64
_INT64, _MASK = 63, (1 << 64) - 1

Fields = dict[str, tuple[str, str, str]]


class ProtobufError(ValueError):
    """Malformed Protobuf."""


@cache
def _messages() -> dict[str, Fields]:
    text = (Path(__file__).parents[2] / "schema" / "releases" / "kubernetes-1.20.messages.json").read_bytes()
    return msgspec.json.decode(text, type=dict[str, Fields])


def decoded(body: bytes) -> dict[str, Any]:
    """The object in an envelope, in its JSON form. Raises `ProtobufError`."""
    if not body.startswith(_MAGIC):
        raise ProtobufError(
            "provided data does not appear to be a protobuf message, expected prefix 6b387300"
        )
    try:
        envelope = dict(_fields(body[len(_MAGIC) :]))
        kinds = {number: _text(value) for number, value in _fields(_bytes(envelope.get(1, b"")))}
        api_version, kind = kinds.get(1, ""), kinds.get(2, "")
        group, _, version = api_version.rpartition("/")
        name = definition_name(group, version, kind).replace("io.k8s.", "k8s.io.", 1)
        if name not in _messages():
            raise ProtobufError(f'no kind "{kind}" is registered for version "{api_version}"')
        obj = _message(name, _bytes(envelope.get(2, b"")), 0)
    except (IndexError, struct.error, UnicodeDecodeError, OverflowError) as error:
        raise ProtobufError(f"unexpected EOF: {error}") from None
    return {"kind": kind, "apiVersion": api_version, **obj}


def _message(name: str, data: bytes, depth: int) -> dict[str, Any]:
    if depth > _DEEPEST:
        raise ProtobufError("exceeded max depth")
    known, found = _messages()[name], dict[str, Any]()
    for number, raw in _fields(data):
        field = known.get(str(number))
        if field is None:
            continue
        key, form, kind = field
        if form == "map":
            entry = dict(_fields(_bytes(raw)))
            found.setdefault(key, {})[_text(entry.get(1, b""))] = _value(kind, entry.get(2, b""), depth)
            continue
        value = _value(kind, raw, depth)
        if form == "inline":
            found.update(value)
        elif form == "list":
            found.setdefault(key, []).append(value)
        elif value is not None:
            found[key] = value
    return found


def _value(kind: str, raw: int | bytes, depth: int) -> Any:
    match kind:
        case "text":
            return _text(raw)
        case "int":
            return _signed(raw)
        case "bool":
            return bool(raw)
        case "bytes":
            return base64.b64encode(_bytes(raw)).decode()
        case "double":
            return struct.unpack("<d", _bytes(raw))[0]
        case "quantity":
            return _text(dict(_fields(_bytes(raw))).get(1, b"")) or "0"
        case "int-or-string":
            fields = dict(_fields(_bytes(raw)))
            return _text(fields.get(3, b"")) if fields.get(1) else _signed(fields.get(2, 0))
        case "time" | "micro-time":
            return _time(dict(_fields(_bytes(raw))), micro=kind == "micro-time")
        case "json":
            text = _bytes(dict(_fields(_bytes(raw))).get(1, b""))
            return msgspec.json.decode(text) if text else None
        case "texts":
            return [_text(value) for _, value in _fields(_bytes(raw))]
        case _:
            return _message(kind, _bytes(raw), depth + 1)


def _time(fields: dict[int, int | bytes], *, micro: bool) -> str | None:
    if not fields:
        return None
    moment = _EPOCH + timedelta(
        seconds=_signed(fields.get(1, 0)), microseconds=_signed(fields.get(2, 0)) // 1000
    )
    return rfc3339_micro(moment) if micro else rfc3339(moment)


def _fields(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    position = 0
    while position < len(data):
        tag, position = _varint(data, position)
        match tag & 7:
            case 0:
                value, position = _varint(data, position)
                yield tag >> 3, value
            case 2:
                length, position = _varint(data, position)
                if position + length > len(data):
                    raise ProtobufError("unexpected EOF")
                yield tag >> 3, data[position : position + length]
                position += length
            case 1:
                yield tag >> 3, data[position : position + 8]
                position += 8
            case 5:
                yield tag >> 3, data[position : position + 4]
                position += 4
            case other:
                raise ProtobufError(f"proto: illegal wireType {other}")


def _varint(data: bytes, position: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value & _MASK, position
        shift += 7
        if shift > _INT64:
            raise ProtobufError("proto: integer overflow")


def _signed(value: int | bytes) -> int:
    if isinstance(value, bytes):
        raise ProtobufError("proto: wrong wireType")
    return value - (1 << 64) if value >> _INT64 else value


def _bytes(value: int | bytes) -> bytes:
    if isinstance(value, int):
        raise ProtobufError("proto: wrong wireType")
    return value


def _text(value: int | bytes) -> str:
    return _bytes(value).decode()
