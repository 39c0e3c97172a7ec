"""Certificate authority and serving certificate of the admission webhook: creation and renewal.

The API server trusts the ``caBundle`` of the webhook configuration only, so no other signer is involved. A
new authority is added to the previous one, which stays trusted until it expires: trust has no gap.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from datetime import datetime, timedelta

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_AUTHORITY_LIFE, _AUTHORITY_DUE = timedelta(days=3650), timedelta(days=365)
_LIFE, _DUE = timedelta(days=90), timedelta(days=30)
"""The life of a certificate, and how long before its end it is replaced."""
_SKEW = timedelta(hours=1)
_NAME, _AUTHORITY_NAME = "yurt-console-webhook", "yurt-console-webhook-ca"
"""Two different names: OpenSSL takes a certificate with its issuer's name for self-signed."""


class Keys(msgspec.Struct, frozen=True):
    """Authorities, certificate and their keys, all PEM."""

    authorities: bytes
    """The trusted authorities, the newest first."""
    authority_key: bytes
    certificate: bytes
    key: bytes

    def __repr__(self) -> str:
        return "Keys(…)"


class KeysError(ValueError):
    """A damaged set of keys. The text contains none of them."""


def fresh(hosts: Iterable[str], now: datetime) -> Keys:
    """A new authority, and a certificate for these DNS names and IP addresses."""
    authority, authority_key = _authority(now)
    certificate, key = _signed(authority, authority_key, frozenset(hosts), now)
    return Keys(_pem(authority), _private(authority_key), certificate, key)


def renewed(keys: Keys, hosts: Iterable[str], now: datetime) -> Keys:
    """``keys`` when they are valid for ``hosts`` and not due for renewal, else new ones.

    Raises `KeysError`.
    """
    wanted = frozenset(hosts)
    try:
        authorities = x509.load_pem_x509_certificates(keys.authorities)
        authority_key = _ec_key(keys.authority_key)
        certificate = x509.load_pem_x509_certificate(keys.certificate)
        if _ec_key(keys.key).public_key() != certificate.public_key():
            raise KeysError("the certificate and its key do not belong together")
        if authority_key.public_key() != authorities[0].public_key():
            raise KeysError("the certificate authority and its key do not belong together")
        have = _hosts(certificate)
    except (ValueError, TypeError, IndexError, x509.ExtensionNotFound) as error:
        raise (
            error if isinstance(error, KeysError) else KeysError("no certificates and keys in PEM")
        ) from None
    if authorities[0].not_valid_after_utc - now < _AUTHORITY_DUE:
        authority, authority_key = _authority(now)
        trusted = [authority, *(old for old in authorities if old.not_valid_after_utc > now)]
        signed, key = _signed(authority, authority_key, wanted, now)
        return Keys(b"".join(map(_pem, trusted)), _private(authority_key), signed, key)
    # Keeps the hosts of other replicas: otherwise two replicas would replace it in turns.
    ours = certificate.issuer == authorities[0].subject and _is_signed_by(certificate, authorities[0])
    if ours and wanted <= have and certificate.not_valid_after_utc - now >= _DUE:
        return keys
    signed, key = _signed(authorities[0], authority_key, wanted | have if ours else wanted, now)
    return msgspec.structs.replace(keys, certificate=signed, key=key)


def _authority(now: datetime) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = _common_name(_AUTHORITY_NAME)
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    usage = x509.KeyUsage(
        digital_signature=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )
    builder = (
        _builder(name, name, key.public_key(), now, _AUTHORITY_LIFE)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(identifier, critical=False)
    )
    return builder.sign(key, hashes.SHA256()), key


def _signed(
    authority: x509.Certificate,
    authority_key: ec.EllipticCurvePrivateKey,
    hosts: frozenset[str],
    now: datetime,
) -> tuple[bytes, bytes]:
    key = ec.generate_private_key(ec.SECP256R1())
    signer = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key())
    builder = (
        _builder(_common_name(_NAME), authority.subject, key.public_key(), now, _LIFE)
        .add_extension(x509.SubjectAlternativeName(list(map(_general_name, sorted(hosts)))), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(signer, critical=False)
    )
    return _pem(builder.sign(authority_key, hashes.SHA256())), _private(key)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, now: datetime, life: timedelta
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _SKEW)
        .not_valid_after(now + life)
    )


def _is_signed_by(certificate: x509.Certificate, authority: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(authority)
    except Exception:  # the library documents no complete list of exceptions
        return False
    return True


def _hosts(certificate: x509.Certificate) -> frozenset[str]:
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return frozenset(str(name.value) for name in names)


def _general_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _common_name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _ec_key(pem: bytes) -> ec.EllipticCurvePrivateKey:
    key = serialization.load_pem_private_key(pem, None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise KeysError("a key that is not one of ours")
    return key


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _private(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
