"""Joining a cluster over HTTP as kubeadm and the kubelet do: TLS bootstrap of simulated machines.

From an address, a bootstrap token and the hash of the CA to a client certificate. cluster-info is read
without trust and verified by its signature and the CA's hash; everything after that uses TLS with this CA.
Works with any API server. Source: kubeadm's token discovery and the kubelet's TLS bootstrap, as
kubernetes.io documents them.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import hmac
import re
import ssl
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from kubesim.authentication.bootstrap_tokens import jws

Object = dict[str, Any]

_CLUSTER_INFO = "/api/v1/namespaces/kube-public/configmaps/cluster-info"
_REQUESTS = "/apis/certificates.k8s.io/v1/certificatesigningrequests"
_SIGNER = "kubernetes.io/kube-apiserver-client-kubelet"
_TOKEN = re.compile("[a-z0-9]{6}\\.[a-z0-9]{16}")
_HASH = re.compile("sha256:[0-9a-f]{64}")
_POLL = 1.0
MERGE_PATCH = "application/merge-patch+json"


class JoinError(Exception):
    """The machine cannot join; the text has the reason and no secret."""


class Refused(JoinError):
    """The API server refused a request."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Invitation:
    """The values of a join script. Raises `JoinError` for malformed ones."""

    server: str
    """host:port, with or without https://."""
    token: str
    ca_hash: str

    def __post_init__(self) -> None:
        if not _TOKEN.fullmatch(self.token):
            raise JoinError("the token is not of the form abcdef.0123456789abcdef")
        if not _HASH.fullmatch(self.ca_hash):
            raise JoinError("the CA's hash is not of the form sha256:<64 hex digits>")

    def __repr__(self) -> str:
        return f"Invitation(server={self.server!r})"

    @property
    def address(self) -> str:
        """The API server's address."""
        return self.server if self.server.startswith("https://") else f"https://{self.server}"


@dataclass(frozen=True, slots=True, repr=False)
class Identity:
    """The credentials of a joined machine."""

    address: str
    ca_pem: str
    certificate_pem: bytes
    key_pem: bytes

    def context(self) -> ssl.SSLContext:
        """The TLS context of this machine."""
        context = ssl.create_default_context(cadata=self.ca_pem)
        with tempfile.TemporaryDirectory(prefix="yurt-console-") as folder:
            chain = Path(folder) / "client.pem"
            chain.touch(mode=0o600)
            # OpenSSL loads certificates with keys from files only
            chain.write_bytes(self.certificate_pem + self.key_pem)
            context.load_cert_chain(chain)
        return context


class Api:
    """A client of one API server."""

    def __init__(self, address: str, context: ssl.SSLContext, token: str = "") -> None:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._address = address
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(ssl=context),
            headers={**headers, "Accept": "application/json", "User-Agent": "yurt-console-simulate-node"},
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=10),
        )

    async def close(self) -> None:
        """Close all connections."""
        await self._session.close()

    async def __aenter__(self) -> Api:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def ask(
        self, method: str, path: str, body: Object | None = None, media_type: str = "application/json"
    ) -> Object:
        """One request. Raises `Refused`, and `JoinError` when the server is unreachable."""
        try:
            async with self._session.request(
                method,
                self._address + path,
                json=body,
                headers={"Content-Type": media_type} if body is not None else {},
                timeout=aiohttp.ClientTimeout(total=30),
            ) as response:
                found = await response.json(content_type=None)
                if response.status >= 400:
                    raise Refused(response.status, (found or {}).get("message", f"HTTP {response.status}"))
                return found or {}
        except ValueError:
            raise JoinError(f"{self._address} does not answer as an API server does") from None
        except (aiohttp.ClientError, TimeoutError) as error:
            raise JoinError(f"{self._address} cannot be reached: {type(error).__name__}") from None

    def stream(self, path: str) -> contextlib.AbstractAsyncContextManager[aiohttp.ClientResponse]:
        """A watch; the lines of the response are its events."""
        return self._session.get(self._address + path)


async def join(
    invitation: Invitation, name: str, *, waiting: Callable[[str], None] = lambda request: None
) -> Identity:
    """Request a client certificate for the node ``name`` and wait for approval. Raises `JoinError`.

    ``waiting`` is called with the name of the CertificateSigningRequest.
    """
    ca_pem = await discover(invitation)
    context = ssl.create_default_context(cadata=ca_pem)
    async with Api(invitation.address, context, invitation.token) as api:
        certificate_pem, key_pem = await _certificate(api, name, waiting)
    return Identity(invitation.address, ca_pem, certificate_pem, key_pem)


async def discover(invitation: Invitation) -> str:
    """The cluster's CA, verified by the token's signature and the CA's hash. Raises `JoinError`."""
    token_id, _, secret = invitation.token.partition(".")
    unverified = ssl.create_default_context()
    # the response is not trusted until the signature is verified
    unverified.check_hostname = False
    unverified.verify_mode = ssl.CERT_NONE
    async with Api(invitation.address, unverified) as api:
        data = await _signed_info(api, token_id)
    kubeconfig = data["kubeconfig"]
    if not hmac.compare_digest(jws(kubeconfig, token_id, secret), data[f"jws-kubeconfig-{token_id}"]):
        raise JoinError("cluster-info is not signed with this token: the address or the token is wrong")
    try:
        cluster = yaml.safe_load(kubeconfig)["clusters"][0]["cluster"]
        ca_pem = base64.b64decode(cluster["certificate-authority-data"]).decode()
        found = _public_key_hash(ca_pem)
    except (yaml.YAMLError, KeyError, IndexError, TypeError, ValueError):
        raise JoinError("cluster-info holds no CA") from None
    if not hmac.compare_digest(found, invitation.ca_hash):
        raise JoinError("the cluster's CA is not the one that the join script pins")
    return ca_pem


async def _signed_info(api: Api, token_id: str, attempts: int = 10) -> Object:
    """The data of cluster-info once it is signed for the token, which takes a moment."""
    for attempt in range(attempts):
        data: Object = (await api.ask("GET", _CLUSTER_INFO)).get("data") or {}
        if f"jws-kubeconfig-{token_id}" in data and "kubeconfig" in data:
            return data
        if attempt + 1 < attempts:
            await asyncio.sleep(_POLL)
    raise JoinError("cluster-info has no signature for this token: the token is unknown or has expired")


def _public_key_hash(ca_pem: str) -> str:
    """kubeadm's pin: SHA-256 of the CA's public key, as DER."""
    key = x509.load_pem_x509_certificate(ca_pem.encode()).public_key()
    der = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return f"sha256:{hashlib.sha256(der).hexdigest()}"


async def _certificate(api: Api, name: str, waiting: Callable[[str], None]) -> tuple[bytes, bytes]:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "system:nodes"),
            x509.NameAttribute(NameOID.COMMON_NAME, f"system:node:{name}"),
        ]
    )
    request = x509.CertificateSigningRequestBuilder().subject_name(subject).sign(key, hashes.SHA256())
    encoded = base64.b64encode(request.public_bytes(serialization.Encoding.PEM)).decode()
    body = {
        "apiVersion": "certificates.k8s.io/v1",
        "kind": "CertificateSigningRequest",
        "metadata": {"generateName": "node-csr-"},
        "spec": {
            "request": encoded,
            "signerName": _SIGNER,
            "usages": ["digital signature", "key encipherment", "client auth"],
        },
    }
    csr = await api.ask("POST", _REQUESTS, body)
    waiting(csr["metadata"]["name"])
    while not (csr.get("status") or {}).get("certificate"):
        for condition in (csr.get("status") or {}).get("conditions") or ():
            if condition["type"] in ("Denied", "Failed"):
                why = condition.get("message") or condition.get("reason", "")
                raise JoinError(f"the certificate request was {condition['type'].lower()}: {why}")
        await asyncio.sleep(_POLL)
        csr = await api.ask("GET", f"{_REQUESTS}/{csr['metadata']['name']}")
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return base64.b64decode(csr["status"]["certificate"]), pem
