"""How a kubelet comes into a cluster: it finds out whom to trust, asks for a certificate, and waits for it.

The cluster's CA comes from kube-public/cluster-info, read by nobody and over a connection that proves
nothing; it is believed because the bootstrap token signs it and the pin names it. Then a request for a
client certificate is made with the token, and somebody has to approve it.
Source: kubeadm join's discovery and kubelet's TLS bootstrapping, Kubernetes v1.20.
"""

from __future__ import annotations

import asyncio
import base64
import hmac
from collections.abc import Callable
from typing import Any

import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from yurt_console.cli.join_values import JoinValues
from yurt_console.kube.client import Client, Object
from yurt_console.kube.credentials import Credentials, Fixed, Grant
from yurt_console.kube.errors import KubeError
from yurt_console.kube.resources import CONFIG_MAPS, Resource
from yurt_console.simulator.bootstrap_tokens import CLUSTER_INFO, jws
from yurt_console.simulator.signing import KUBELET_CLIENT
from yurt_console.yurt import join

REQUESTS = Resource(
    "certificates.k8s.io", "certificatesigningrequests", "CertificateSigningRequest", False, ("v1",)
)
_LOOK = 1.0
"""Seconds between looks at a request that is not decided yet."""


class JoinRefused(KubeError):
    """The machine cannot join; the text says why."""


async def authority(values: JoinValues, within: float) -> bytes:
    """The cluster's CA as PEM; ``within``: seconds for a request. Raises `JoinRefused`, `KubeError`."""
    server = f"https://{values.server}"
    namespace, name = CLUSTER_INFO
    async with Client(Credentials(server, insecure=True), timeout=within) as stranger:
        info = (await stranger.get(CONFIG_MAPS, name, namespace)).get("data") or {}
    content, (token_id, _, secret) = info.get("kubeconfig", ""), values.token.partition(".")
    signature = info.get(f"jws-kubeconfig-{token_id}", "")
    if not signature:
        raise JoinRefused("the cluster does not know this token, or its time is over")
    if not hmac.compare_digest(signature, jws(content, token_id, secret)):
        raise JoinRefused("the cluster's description is not signed with this token: do not trust it")
    try:
        cluster: Any = yaml.safe_load(content)["clusters"][0]["cluster"]
        pem = base64.b64decode(cluster["certificate-authority-data"], validate=True)
        pin = join.ca_hash(pem)
    except (yaml.YAMLError, LookupError, TypeError, ValueError):
        raise JoinRefused(f"the cluster's {namespace}/{name} does not hold a certificate authority") from None
    if not hmac.compare_digest(pin, values.ca_hash):
        raise JoinRefused("the cluster's CA is not the one the join script names: this is another cluster")
    return pem


async def certified(
    values: JoinValues,
    ca: bytes,
    within: float,
    tell: Callable[[str], None],
) -> Credentials:
    """Ask for a kubelet's certificate and wait until it is signed. Raises `JoinRefused`, `KubeError`."""
    key = ec.generate_private_key(ec.SECP256R1())
    server = f"https://{values.server}"
    async with Client(Credentials(server, Fixed(Grant(values.token)), ca), timeout=within) as newcomer:
        asked = await newcomer.create(REQUESTS, _request(values.name, key))
        name = asked["metadata"]["name"]
        tell(f"It has asked for a certificate and waits until somebody approves: {name}")
        tell(f"  kubectl certificate approve {name}")
        while not (certificate := _certificate(asked)):
            await asyncio.sleep(_LOOK)
            asked = await newcomer.get(REQUESTS, name)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return Credentials(server, Fixed(Grant(certificate=certificate + pem)), ca)


def _request(name: str, key: ec.EllipticCurvePrivateKey) -> Object:
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "system:nodes"),
            x509.NameAttribute(NameOID.COMMON_NAME, f"system:node:{name}"),
        ]
    )
    csr = x509.CertificateSigningRequestBuilder().subject_name(subject).sign(key, hashes.SHA256())
    return {
        "metadata": {"generateName": "csr-"},
        "spec": {
            "request": base64.b64encode(csr.public_bytes(serialization.Encoding.PEM)).decode(),
            "signerName": KUBELET_CLIENT,
            "usages": ["digital signature", "key encipherment", "client auth"],
        },
    }


def _certificate(request: Object) -> bytes:
    """The certificate of a request that is approved and signed, empty before. Raises `JoinRefused`."""
    status = request.get("status") or {}
    for condition in status.get("conditions") or ():
        if condition["type"] in ("Denied", "Failed"):
            why = condition.get("message") or condition.get("reason") or "no reason is given"
            raise JoinRefused(f"the request for a certificate was {condition['type'].lower()}: {why}")
    return base64.b64decode(status.get("certificate") or "")
