"""Certificate requests, valid and invalid: PEM, wire objects and rows."""

from __future__ import annotations

import base64
import functools
import warnings
from collections.abc import Sequence
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from tests.rows import uid
from yurt_console.rows import CertificateRequest, Condition
from yurt_console.tenancy import naming
from yurt_console.tenancy.nodes.node_approval import CLIENT_SIGNER, KUBELET_SIGNER

KUBELET_USAGES = ("digital signature", "key encipherment", "client auth")
HUB = ("openyurt:yurthub", "system:nodes")
Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


@functools.cache
def key() -> ec.EllipticCurvePrivateKey:
    """One shared key: generating keys is slow."""
    return ec.generate_private_key(ec.SECP256R1())


def pem(
    common_name: str,
    organizations: Sequence[str] = ("system:nodes",),
    *,
    extensions: Sequence[x509.ExtensionType] = (),
    more: Sequence[x509.NameAttribute[str]] = (),
    private: Key | None = None,
) -> str:
    """A signed request."""
    attributes = [x509.NameAttribute(NameOID.ORGANIZATION_NAME, each) for each in organizations]
    with warnings.catch_warnings():  # X.509 allows 64 characters; Go accepts more
        warnings.simplefilter("ignore", UserWarning)
        attributes += [x509.NameAttribute(NameOID.COMMON_NAME, common_name, _validate=False), *more]
    builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name(attributes))
    for extension in extensions:
        builder = builder.add_extension(extension, critical=False)
    return builder.sign(private or key(), hashes.SHA256()).public_bytes(Encoding.PEM).decode()


def body(text: str, *, signer: str = KUBELET_SIGNER, usages: Sequence[str] = KUBELET_USAGES) -> Any:
    """The object to send to an API server."""
    return {
        "apiVersion": "certificates.k8s.io/v1",
        "kind": "CertificateSigningRequest",
        "metadata": {"generateName": "node-csr-"},
        "spec": {
            "request": base64.b64encode(text.encode()).decode(),
            "signerName": signer,
            "usages": [*usages],
        },
    }


def row(
    tenant: str,
    node: str = "",
    *,
    account_uid: str = "",
    name: str = "node-csr-1",
    conditions: tuple[Condition, ...] = (),
    **fields: Any,
) -> CertificateRequest:
    """The row of a kubelet's request with a tenant's bootstrap token."""
    token_id = naming.bootstrap_ids(account_uid or uid("User", "", tenant))[0]
    group = naming.BOOTSTRAP_GROUP
    values: dict[str, Any] = {
        "namespace": "",
        "name": name,
        "uid": uid(name),
        "created": "2024-03-02T07:59:00Z",
        "labels": {},
        "signer": KUBELET_SIGNER,
        "username": f"system:bootstrap:{token_id}",
        "groups": ("system:bootstrappers", group, f"{group}:{tenant}", "system:authenticated"),
        "usages": KUBELET_USAGES,
        "request": pem(f"system:node:{node}") if node else "",
        "conditions": conditions,
        "issued": False,
    }
    return CertificateRequest(**{**values, **fields})


def hub_row(tenant: str, node: str, organizations: Sequence[str] = HUB, **fields: Any) -> CertificateRequest:
    """The row of yurthub's request, up to OpenYurt 1.6."""
    request = pem(f"system:node:{node}", organizations)
    return row(tenant, signer=CLIENT_SIGNER, request=request, **fields)
