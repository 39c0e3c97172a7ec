"""Credentials for an API server: address, trusted CA, and a source of the current token or certificate.

Sources differ in how credentials change: never (`Fixed`), in a file (`TokenFile`), or by an exec plugin
(``kube.execplugin``). No repr shows a secret.
"""

from __future__ import annotations

import os
import ssl
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from yurt_console.kube.errors import KubeconfigError

_REREAD = 60.0
"""Seconds; the kubelet renews a projected token at four fifths of its life, which is 10 minutes at least."""


@dataclass(frozen=True, slots=True)
class Credential:
    """Authentication of one request: a bearer token, a client certificate, both or neither."""

    token: str = ""
    certificate: bytes = b""
    """PEM: the certificate chain and its private key."""

    def __repr__(self) -> str:
        token, certificate = ("…" if value else "" for value in (self.token, self.certificate))
        return f"Credential({token=}, {certificate=})"


class Source(Protocol):
    """Source of credentials."""

    async def credential(self, rejected: Credential | None = None) -> Credential:
        """The credential to use now; ``rejected`` was just answered with 401.

        Returning the rejected one means that there is no newer. Raises `KubeconfigError`.
        """


@dataclass(frozen=True, slots=True)
class Fixed:
    """A credential that never changes."""

    value: Credential = Credential()

    async def credential(self, rejected: Credential | None = None) -> Credential:
        """Always the same."""
        return self.value


class TokenFile:
    """A token in a file that is renewed by others, as the kubelet does for pods."""

    def __init__(
        self, path: Path, certificate: bytes = b"", *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._path = path
        self._certificate = certificate
        self._clock = clock
        self._value = Credential()
        self._read_at = float("-inf")

    async def credential(self, rejected: Credential | None = None) -> Credential:
        """The file's token, read again after a minute or when it was rejected."""
        now = self._clock()
        if now - self._read_at >= _REREAD or rejected == self._value:
            try:
                self._value = Credential(self._read(), self._certificate)
            except KubeconfigError:
                if not self._value.token:  # the last one may still be valid
                    raise
            self._read_at = now
        return self._value

    def _read(self) -> str:
        # A volume is swapped by renaming, so a read never sees half a token; it is tiny and in memory.
        try:
            token = self._path.read_text("ascii").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise KubeconfigError(f"the token file {self._path} cannot be read: {reason(error)}") from None
        if not token:
            raise KubeconfigError(f"the token file {self._path} is empty")
        return token


@dataclass(eq=False)
class Credentials:
    """Address, trust and identity for one API server. Shared by all clients of that server."""

    server: str
    """``https://host:port``, possibly with a path; no user name in it."""
    source: Source = field(default_factory=Fixed)
    ca: bytes = b""
    """PEM; empty: the system's authorities."""
    insecure: bool = False
    """The server's certificate is not checked. Only ever because the kubeconfig says so."""
    server_name: str = ""
    """The name its certificate must bear, when that is not the address's."""
    namespace: str = ""
    """The context's default namespace, or our pod's; "" when neither is known."""
    in_pod: bool = False
    """Whether they are those of the pod that we run in: the server's own network is ours, too."""
    _tls: tuple[bytes, ssl.SSLContext] | None = field(default=None, init=False)

    def __repr__(self) -> str:
        return f"Credentials({self.server!r})"

    def tls(self, certificate: bytes = b"") -> ssl.SSLContext | None:
        """The TLS context for a `Credential.certificate`; None without TLS. Raises `KubeconfigError`."""
        if not self.server.startswith("https:"):
            return None
        if self._tls is None or self._tls[0] != certificate:
            self._tls = (certificate, self._context(certificate))
        return self._tls[1]

    def _context(self, certificate: bytes) -> ssl.SSLContext:
        try:
            context = ssl.create_default_context(cadata=self.ca.decode("ascii") if self.ca else None)
        except (ssl.SSLError, ValueError):
            raise KubeconfigError("the certificate authority cannot be read as PEM certificates") from None
        # Python 3.13 asks for extensions that many clusters' own authorities lack; Go's clients do not.
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT
        if self.insecure:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        if certificate:
            _load(context, certificate)
        return context


def _load(context: ssl.SSLContext, certificate: bytes) -> None:
    """Give ``context`` a certificate; OpenSSL takes files only, so one exists for a moment, for us alone."""
    if b"ENCRYPTED" in certificate:  # OpenSSL would ask for the password on the terminal, and wait
        raise KubeconfigError("the client certificate's key is encrypted: not supported")
    handle, name = tempfile.mkstemp(prefix="yurt-console-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(certificate)
        context.load_cert_chain(name)
    except (ssl.SSLError, ValueError, OSError):
        raise KubeconfigError("the client certificate and its key cannot be used together") from None
    finally:
        Path(name).unlink()


def reason(error: Exception) -> str:
    """Why a file could not be read, without its contents."""
    return (error.strerror or "") if isinstance(error, OSError) else "it is not plain text"
