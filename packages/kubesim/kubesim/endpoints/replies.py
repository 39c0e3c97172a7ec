"""Responses: content negotiation, objects in JSON or YAML, Statuses."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
import yaml

from apimachinery.errors import Status
from kubesim.endpoints.requests import JSON, PROTOBUF, YAML
from kubesim.errors.statuses import not_acceptable

TEXT = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Reply:
    """A response, complete or streamed."""

    body: bytes = b""
    status: int = 200
    content_type: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)
    chunks: AsyncIterator[bytes] | None = None


@dataclass(frozen=True, slots=True)
class Form:
    """A negotiated representation: JSON or YAML of the object ("" ), a Table or PartialObjectMetadata."""

    media_type: str = JSON
    shape: str = ""
    shape_version: str = "v1"


def accepted(header: str) -> Form:
    """The first supported media type of an Accept header. Raises 406.

    Protobuf is not supported; clients that accept anything else, too, get JSON.
    """
    if not header.strip():
        return Form()
    for clause in header.split(","):
        media_type, *parameters = (part.strip() for part in clause.split(";"))
        values = dict(part.split("=", 1) for part in parameters if "=" in part)
        media_type = media_type.lower()
        shape = values.get("as", "")
        if media_type in (JSON, "application/*", "*/*"):
            known = shape in ("", "Table", "PartialObjectMetadata", "PartialObjectMetadataList")
            if known and values.get("g", "meta.k8s.io") == "meta.k8s.io":
                return Form(JSON, shape.removesuffix("List"), values.get("v", "v1"))
        elif media_type in (YAML, "application/x-yaml", "text/yaml") and not shape:
            return Form(YAML)
    if PROTOBUF in header:
        raise not_acceptable((JSON, YAML))
    raise not_acceptable()


def encoded(
    value: Any, form: Form = Form(), status: int = 200, headers: Mapping[str, str] | None = None
) -> Reply:
    """An object in the negotiated representation."""
    headers = headers or {}
    if form.media_type == YAML:
        text = yaml.safe_dump(msgspec.to_builtins(value), default_flow_style=False, allow_unicode=True)
        return Reply(text.encode(), status, YAML, headers)
    return Reply(msgspec.json.encode(value) + b"\n", status, JSON, headers)


def joined(head: bytes, form: Form, status: int = 200) -> Reply:
    """A response of encoded JSON."""
    if form.media_type == YAML:
        return encoded(msgspec.json.decode(head), form, status)
    return Reply(head, status)


def status_object(status: Status) -> dict[str, Any]:
    """A Status without empty fields, as the API server encodes it."""
    fields: dict[str, Any] = msgspec.to_builtins(status)
    if not fields.get("reason"):
        fields.pop("reason", None)
    if not fields.get("details"):
        fields.pop("details", None)
    return fields
