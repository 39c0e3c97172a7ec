"""GET /openapi/v2, in JSON and in the Protobuf form that kubectl requests."""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec

from kubesim.endpoints.replies import Reply
from kubesim.endpoints.requests import JSON, Request
from kubesim.endpoints.serializers.gnostic import document
from kubesim.machinery.kinds import Kinds
from kubesim.schema.types import definitions

_PROTOBUF = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf"
_ANSWERED = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf"


class OpenApi:
    """Builds the document when the kinds change, and caches its encodings."""

    def __init__(self, kinds: Kinds) -> None:
        self._kinds = kinds
        self._made: dict[str, bytes] = {}
        self._version = -1

    def reply(self, request: Request) -> Reply:
        """The document in the requested encoding."""
        if self._version != self._kinds.version:
            self._made, self._version = {}, self._kinds.version
        is_protobuf = "proto-openapi.spec.v2" in request.header("accept")
        form = _ANSWERED if is_protobuf else JSON
        if form not in self._made:
            made = self._document()
            self._made[form] = document(made) if is_protobuf else msgspec.json.encode(made)
        body = self._made[form]
        tag = f'"{hashlib.sha256(body).hexdigest()[:40].upper()}"'
        if request.header("if-none-match") == tag:
            return Reply(b"", 304, form, {"etag": tag})
        return Reply(body, 200, form, {"etag": tag})

    def _document(self) -> dict[str, Any]:
        found = dict(definitions())
        for kind in self._kinds:
            for version, schema in kind.openapi.items():
                reverse = ".".join(reversed(kind.group.split(".")))
                found[f"{reverse}.{version}.{kind.kind}"] = schema
        return {
            "swagger": "2.0",
            "info": {"title": "Kubernetes (simulated)", "version": "v1.20.2"},
            "paths": {},
            "definitions": found,
        }
