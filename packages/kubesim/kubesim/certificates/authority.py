"""The certificate authority of the cluster, and the server certificate.

RSA keys and one level, as kubeadm makes them. Only `server_context` touches files: OpenSSL loads
certificates with keys from files only.
"""

from __future__ import annotations

import ipaddress
import ssl
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_BACKDATED = timedelta(minutes=5)
_AUTHORITY_LIFE = timedelta(days=3650)
_SERVER_LIFE = timedelta(days=3650)
SIGNED_LIFE = timedelta(days=365)
LOOPBACK = (
    "localhost",
    "kubernetes",
    "kubernetes.default",
    "kubernetes.default.svc",
    "127.0.0.1",
    "::1",
    "10.0.0.1",
)
"""DNS names and addresses in the server certificate."""

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@dataclass(frozen=True, slots=True, repr=False)
class Authority:
    """A CA: its certificate and its key."""

    certificate: x509.Certificate
    key: rsa.RSAPrivateKey

    @classmethod
    def generate(cls, now: datetime, name: str = "kubernetes-ca") -> Authority:
        """A new CA, valid for ten years."""
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        certificate = (
            _builder(subject, subject, now, _AUTHORITY_LIFE)
            .public_key(key.public_key())
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .add_extension(_key_usage(authority=True), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .sign(key, hashes.SHA256())
        )
        return cls(certificate, key)

    @classmethod
    def load(cls, certificate_pem: bytes, key_pem: bytes) -> Authority:
        """The CA of `certificate_pem` and `key_pem`. Raises ValueError."""
        key = serialization.load_pem_private_key(key_pem, None)
        if not isinstance(key, rsa.RSAPrivateKey):
            raise ValueError("not an RSA key")
        return cls(x509.load_pem_x509_certificate(certificate_pem), key)

    @property
    def certificate_pem(self) -> bytes:
        """The CA certificate as PEM."""
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    @property
    def key_pem(self) -> bytes:
        """The private key as PEM, a secret."""
        return private_pem(self.key)

    def sign(
        self,
        subject: x509.Name,
        public_key: x509.CertificateSigningRequest | PrivateKey,
        extensions: Iterable[tuple[x509.ExtensionType, bool]],
        now: datetime,
        life: timedelta = SIGNED_LIFE,
    ) -> bytes:
        """A certificate as PEM; it never outlives the CA."""
        life = min(life, self.certificate.not_valid_after_utc - now)
        builder = _builder(subject, self.certificate.subject, now, life).public_key(public_key.public_key())
        identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key())
        constraints = x509.BasicConstraints(ca=False, path_length=None)
        for extension, critical in (*extensions, (constraints, True), (identifier, False)):
            builder = builder.add_extension(extension, critical)
        return builder.sign(self.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)

    def client(self, name: str, organizations: Iterable[str], key: PrivateKey, now: datetime) -> bytes:
        """A client certificate: CN is the user, O the groups."""
        subject = x509.Name(
            [
                *(x509.NameAttribute(NameOID.ORGANIZATION_NAME, one) for one in organizations),
                x509.NameAttribute(NameOID.COMMON_NAME, name),
            ]
        )
        usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH])
        return self.sign(subject, key, [(_key_usage(), True), (usage, False)], now)

    def server(self, key: PrivateKey, now: datetime, names: Iterable[str] = LOOPBACK) -> bytes:
        """A server certificate for DNS names and addresses."""
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "kube-apiserver")])
        usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
        alternatives = x509.SubjectAlternativeName([_general_name(name) for name in names])
        extensions = [(_key_usage(), True), (usage, False), (alternatives, False)]
        return self.sign(subject, key, extensions, now, _SERVER_LIFE)


def private_pem(key: PrivateKey) -> bytes:
    """A private key as PEM, a secret."""
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def server_context(authority: Authority, certificate_pem: bytes, key_pem: bytes) -> ssl.SSLContext:
    """The server's TLS context. Client certificates are optional; one of another CA fails the handshake."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.verify_mode = ssl.CERT_OPTIONAL
    context.load_verify_locations(cadata=authority.certificate_pem.decode())
    with tempfile.TemporaryDirectory(prefix="yurt-console-") as folder:
        chain = Path(folder) / "server.pem"
        chain.touch(mode=0o600)
        chain.write_bytes(certificate_pem + key_pem)
        context.load_cert_chain(chain)
    return context


def _builder(
    subject: x509.Name, issuer: x509.Name, now: datetime, life: timedelta
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _BACKDATED)
        .not_valid_after(now + life)
    )


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _key_usage(*, authority: bool = False) -> x509.KeyUsage:
    return key_usage(digital_signature=True, key_encipherment=True, key_cert_sign=authority)


def key_usage(**wanted: bool) -> x509.KeyUsage:
    """A KeyUsage extension with only the given usages."""
    off = dict.fromkeys(
        (
            "digital_signature",
            "content_commitment",
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
            "key_cert_sign",
            "crl_sign",
            "encipher_only",
            "decipher_only",
        ),
        False,
    )
    return x509.KeyUsage(**{**off, **wanted})
