"""What makes a simulated cluster the same one after a restart: its CA, its keys, its administrator's token.

Kept beside the objects in the data file, because kubeconfigs that were handed out rest on it.
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


class _Kept(msgspec.Struct):
    ca_certificate: bytes
    ca_key: bytes
    token_key: bytes
    certificate: bytes
    key: bytes
    admin_token: str


@dataclass(frozen=True, slots=True, repr=False)
class Identity:
    """A cluster's secrets. ``certificate`` and ``key`` are the server's own, as PEM."""

    authority: Authority
    token_key: TokenKey
    certificate: bytes
    key: bytes
    admin_token: str

    @classmethod
    def generate(cls, now: datetime) -> Identity:
        """New keys and a new token, all of them random."""
        authority = Authority.generate(now)
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = authority.server(key, now)
        return cls(authority, TokenKey.generate(), certificate, private_pem(key), secrets.token_urlsafe(32))

    @classmethod
    def load(cls, kept: bytes) -> Identity:
        """What `dump` gave. Raises ValueError."""
        found = msgspec.msgpack.decode(kept, type=_Kept)
        authority = Authority.load(found.ca_certificate, found.ca_key)
        token_key = TokenKey.load(found.token_key)
        return cls(authority, token_key, found.certificate, found.key, found.admin_token)

    def dump(self) -> bytes:
        """Everything, to be kept secret."""
        return msgspec.msgpack.encode(
            _Kept(
                ca_certificate=self.authority.certificate_pem,
                ca_key=self.authority.key_pem,
                token_key=self.token_key.pem(),
                certificate=self.certificate,
                key=self.key,
                admin_token=self.admin_token,
            )
        )

    def tls(self) -> ssl.SSLContext:
        """TLS for the server, asking clients for certificates of this CA."""
        return server_context(self.authority, self.certificate, self.key)
