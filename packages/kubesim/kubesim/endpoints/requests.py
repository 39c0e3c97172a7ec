"""HTTP requests, and decoding of their bodies."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar
from urllib.parse import parse_qsl, unquote_to_bytes

import msgspec
import yaml

from apimachinery.errors import StatusError
from kubesim.authentication.authenticator import Peer
from kubesim.endpoints.serializers import protobuf
from kubesim.errors.field_errors import invalid_value
from kubesim.errors.statuses import bad_request, invalid, unsupported_media_type
from kubesim.machinery.kinds import Kind
from kubesim.schema.types import definition_name
from kubesim.storage.log import Object

BODY_LIMIT = 3 * 1024 * 1024
JSON, YAML, PROTOBUF = "application/json", "application/yaml", "application/vnd.kubernetes.protobuf"
_READ = (JSON, YAML, PROTOBUF)
_SUMMARY = 30
_YAML_LIMIT = 1_000_000
_GO_STRUCT = (
    'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }'
)


@dataclass(frozen=True)
class Request:
    """Method, path, query, headers (names in lower case) and body."""

    method: str
    raw_path: bytes
    raw_query: bytes
    headers: Sequence[tuple[str, str]]
    body: bytes = b""
    peer: Peer | None = None
    scheme: str = "http"
    server: str = ""
    """host:port of the listener."""
    abort: Callable[[], None] = lambda: None
    """Breaks the connection, as a network failure does."""

    @cached_property
    def path(self) -> str:
        """The decoded path; bytes that are not UTF-8 stay escaped."""
        return unquote_to_bytes(self.raw_path).decode(errors="backslashreplace")

    @cached_property
    def query(self) -> dict[str, str]:
        """The first value of each parameter."""
        found: dict[str, str] = {}
        for key, value in parse_qsl(self.raw_query.decode(errors="replace"), keep_blank_values=True):
            found.setdefault(key, value)
        return found

    def header(self, name: str) -> str:
        """The first value of a header, "" by default."""
        return next((value for key, value in self.headers if key == name), "")

    @property
    def content_type(self) -> str:
        """The media type of the body without parameters."""
        return self.header("content-type").partition(";")[0].strip().lower()


def body_object(request: Request, kind: Kind, expected: str, *, version: str, group: str) -> Object:
    """The object in the body, of the ``expected`` kind. Raises `StatusError`."""
    media_type = request.content_type or JSON
    if media_type not in ((JSON, YAML) if kind.custom else _READ):
        raise unsupported_media_type((JSON, YAML) if kind.custom else _READ)
    value = read_value(request.body, media_type, expected)
    api_version = f"{group}/{version}" if group else version
    if kind.custom:
        _check_named(value, expected, version, request.body)
    sent_version, sent_kind = value.get("apiVersion") or api_version, value.get("kind") or expected
    if not isinstance(sent_version, str) or not isinstance(sent_kind, str):
        raise _unrecognized(
            expected, f"json: cannot unmarshal into Go value of type {_GO_STRUCT}", request.body
        )
    if (sent_version, sent_kind) != (api_version, expected):
        name = str((value.get("metadata") or {}).get("name", ""))
        raise _other_kind(kind, expected, api_version, sent_kind, sent_version, name)
    return {"kind": expected, "apiVersion": api_version, **value}


def read_value(body: bytes, media_type: str, expected: str) -> dict[str, Any]:
    """The body as a mapping. Raises `StatusError`."""
    try:
        if media_type == PROTOBUF:
            return protobuf.decoded(body)
        value = yaml_value(body) if media_type == YAML else msgspec.json.decode(body)
    except protobuf.ProtobufError as error:
        raise bad_request(
            f"the object provided is unrecognized (must be of type {expected}): {error}"
        ) from None
    except yaml.YAMLError as error:
        raise _unrecognized(expected, f"yaml: {_one_line(str(error))}", body) from None
    except (msgspec.DecodeError, RecursionError) as error:
        raise _unrecognized(expected, json_problem(body, str(error)), body) from None
    if not isinstance(value, dict):
        json_type = {list: "array", str: "string", bool: "bool", int: "number", float: "number"}.get(
            type(value)
        )
        if value is None:
            return {}
        raise _unrecognized(
            expected, f"json: cannot unmarshal {json_type} into Go value of type {_GO_STRUCT}", body
        )
    return value


def yaml_value(body: bytes) -> Any:
    """YAML with JSON's types: dates and keys are strings. Raises `yaml.YAMLError`."""
    try:
        value = yaml.load(body, Loader=_Loader)  # noqa: S506 - a safe loader with fewer types
        _expanded(value, {})
        return msgspec.json.decode(msgspec.json.encode(value))
    except (TypeError, ValueError, RecursionError) as error:
        raise yaml.YAMLError(f"not what JSON could hold: {error}") from None


def _expanded(value: Any, known: dict[int, int]) -> int:
    """The number of values with all aliases expanded, against alias bombs."""
    if not isinstance(value, dict | list):
        return 1
    if id(value) not in known:
        known[id(value)] = _YAML_LIMIT  # a recursive alias never ends
        children = value.values() if isinstance(value, dict) else value
        known[id(value)] = 1 + sum(_expanded(child, known) for child in children)
    if known[id(value)] >= _YAML_LIMIT:
        raise ValueError("document contains excessive aliasing")
    return known[id(value)]


class _Loader(yaml.SafeLoader):
    """YAML as Go's library reads it: without timestamps, and with y and n as booleans."""

    bool_values: ClassVar[dict[str, bool]] = {**yaml.SafeLoader.bool_values, "y": True, "n": False}


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("[yYnN]$"), list("yYnN"))


def json_problem(body: bytes, error: str) -> str:
    """Go's error for malformed JSON."""
    text = body.decode(errors="replace")
    if "truncated" in error or not text.strip():
        return "unexpected end of JSON input"
    _, _, position = error.partition("(byte ")
    at = int(position.rstrip(")")) if position.rstrip(")").isdecimal() else 0
    # Go renders an invalid UTF-8 byte as the character of its number
    character = body[at : at + 1].decode("latin-1")
    return f"invalid character '{character}' looking for beginning of value"


def _unrecognized(expected: str, problem: str, body: bytes) -> StatusError:
    return bad_request(
        f"the object provided is unrecognized (must be of type {expected}): couldn't get version/kind;"
        f" json parse error: {problem} ({_summary(body)})"
    )


def _summary(body: bytes) -> str:
    if not body:
        return "<empty>"
    short, more = body[:_SUMMARY], " ..." if len(body) > _SUMMARY else ""
    return (short.decode(errors="replace") if body[:1] == b"{" else short.hex()) + more


def _check_named(value: dict[str, Any], expected: str, version: str, body: bytes) -> None:
    """Check that a custom object has kind and apiVersion."""
    for key, title in (("kind", "Kind"), ("apiVersion", "apiVersion")):
        if not value.get(key):
            text = body.decode(errors="replace")
            raise bad_request(
                f'{expected} in version "{version}" cannot be handled as a {expected}: unmarshalerDecoder:'
                f" Object '{title}' is missing in '{text[: _SUMMARY * 10]}'"
            )


def _other_kind(  # noqa: PLR0917
    kind: Kind, expected: str, api_version: str, sent_kind: str, sent_version: str, name: str
) -> StatusError:
    if kind.custom and sent_version == api_version:
        return invalid(kind.group, sent_kind, name, [invalid_value("kind", sent_kind, f"must be {expected}")])
    if kind.custom:
        return bad_request(
            f"the API version in the data ({sent_version}) does not match the expected API version"
            f" ({api_version})"
        )
    group, _, version = sent_version.rpartition("/")
    head = f'{sent_kind} in version "{version}" cannot be handled as a {expected}: '
    if group == kind.group and definition_name(group, version, sent_kind):
        package = kind.group.partition(".")[0] or "core"
        return bad_request(f"{head}converting (v1.{sent_kind}) to ({package}.{expected}): unknown conversion")
    return bad_request(
        f'{head}no kind "{sent_kind}" is registered for version "{sent_version}" in scheme'
        ' "pkg/api/legacyscheme/scheme.go:30"'
    )


def _one_line(text: str) -> str:
    return " ".join(text.split())
