"""Protobuf bodies: decoded by the API's own messages, refused when they are malformed."""

from __future__ import annotations

import pytest

from kubesim.endpoints.serializers.protobuf import ProtobufError, decoded


def field(number: int, value: bytes | int) -> bytes:
    """One field: length-delimited for bytes, a varint for numbers (one byte each is enough here)."""
    if isinstance(value, int):
        return bytes((number << 3, value))
    return bytes((number << 3 | 2, len(value))) + value


def envelope(api_version: str, kind: str, message: bytes) -> bytes:
    types = field(1, api_version.encode()) + field(2, kind.encode())
    return b"k8s\x00" + field(1, types) + field(2, message)


def test_a_message_becomes_the_object_that_its_json_would_be() -> None:
    label = field(1, b"app") + field(2, b"web")
    metadata = (
        field(1, b"web") + field(8, field(1, 90)) + field(11, label) + field(14, b"a") + field(14, b"b")
    )
    body = envelope("apps/v1", "Deployment", field(1, metadata) + field(2, field(1, 3) + field(7, 1)))

    assert decoded(body) == {
        "kind": "Deployment",
        "apiVersion": "apps/v1",
        "metadata": {
            "name": "web",
            "creationTimestamp": "1970-01-01T00:01:30Z",
            "labels": {"app": "web"},
            "finalizers": ["a", "b"],
        },
        "spec": {"replicas": 3, "paused": True},
    }


def test_an_unknown_field_is_ignored() -> None:
    body = envelope("v1", "Namespace", field(1, field(1, b"shop")) + field(15, 1))
    assert decoded(body)["metadata"] == {"name": "shop"}


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"{}", "expected prefix 6b387300"),
        (envelope("v1", "Unicorn", b""), 'no kind "Unicorn" is registered for version "v1"'),
        (envelope("v1", "Namespace", field(1, b"shop"))[:-2], "unexpected EOF"),
    ],
)
def test_a_malformed_body_is_refused(body: bytes, words: str) -> None:
    with pytest.raises(ProtobufError, match=words):
        decoded(body)
