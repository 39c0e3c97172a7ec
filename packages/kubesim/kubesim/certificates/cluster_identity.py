"""The persistent identity of a cluster: CA, keys and the administrator's token.

Stored in the data file beside the objects, so that issued kubeconfigs stay valid after a restart.
"""

from __future__ import annotations

import secrets
import ssl
from dataclasses import dataclass
from datetime import datetime

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec

from kubesim.authentication.tokens import TokenKey
from kubesim.certificates.authority import Authority, private_pem, server_context


class _Dump(msgspec.Struct):
    ca_certificate: bytes
    ca_key: bytes
    token_key: bytes
    certificate: bytes
    key: bytes
    admin_token: str


@dataclass(frozen=True, slots=True, repr=False)
class Identity:
    """The secrets of a cluster. ``certificate`` and ``key`` are the API server's, as PEM."""

    authority: Authority
    token_key: TokenKey
    certificate: bytes
    key: bytes
    admin_token: str

    @classmethod
    def generate(cls, now: datetime) -> Identity:
        """New random keys and a new token."""
        authority = Authority.generate(now)
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = authority.server(key, now)
        return cls(authority, TokenKey.generate(), certificate, private_pem(key), secrets.token_urlsafe(32))

    @classmethod
    def load(cls, dumped: bytes) -> Identity:
        """The identity of `dump`. Raises ValueError."""
        found = msgspec.msgpack.decode(dumped, type=_Dump)
        authority = Authority.load(found.ca_certificate, found.ca_key)
        token_key = TokenKey.load(found.token_key)
        return cls(authority, token_key, found.certificate, found.key, found.admin_token)

    def dump(self) -> bytes:
        """All secrets, as JSON."""
        return msgspec.msgpack.encode(
            _Dump(
                ca_certificate=self.authority.certificate_pem,
                ca_key=self.authority.key_pem,
                token_key=self.token_key.pem(),
                certificate=self.certificate,
                key=self.key,
                admin_token=self.admin_token,
            )
        )

    def tls(self) -> ssl.SSLContext:
        """The server's TLS context, with optional client certificates of this CA."""
        return server_context(self.authority, self.certificate, self.key)
