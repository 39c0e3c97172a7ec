"""CertificateSigningRequest: wire struct and row. Keeps requestor, signer and conditions."""

from __future__ import annotations

import base64
import binascii
from typing import Final

import msgspec

from yurt_console.cache.decoding import Decoder
from yurt_console.cache.wire.meta import ObjectMeta, WireCondition, conditions
from yurt_console.cache.wire.sharing import shared, text
from yurt_console.rows import CertificateRequest


class _Spec(msgspec.Struct, gc=False, rename="camel"):
    request: str = ""
    signer_name: str = ""
    username: str = ""
    groups: list[str] | None = None
    usages: list[str] | None = None


class _Status(msgspec.Struct, gc=False):
    conditions: list[WireCondition] | None = None
    certificate: str | None = None


class WireCertificateRequest(msgspec.Struct, gc=False):
    """certificates.k8s.io CertificateSigningRequest on the wire."""

    metadata: ObjectMeta
    spec: _Spec = msgspec.field(default_factory=_Spec)
    status: _Status = msgspec.field(default_factory=_Status)


def certificate_request(wire: WireCertificateRequest) -> CertificateRequest:
    """The row of a CertificateSigningRequest."""
    spec, status = wire.spec, wire.status
    return CertificateRequest(
        *wire.metadata.identity(),
        text(spec.signer_name),
        text(spec.username),
        shared(tuple(text(group) for group in spec.groups or ())),
        shared(tuple(text(usage) for usage in spec.usages or ())),
        _pem(spec.request),
        conditions(status.conditions),
        bool(status.certificate),
    )


def _pem(encoded: str) -> str:
    try:
        return base64.b64decode(encoded, validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        return ""


CERTIFICATE_REQUESTS: Final = Decoder(WireCertificateRequest, certificate_request)
