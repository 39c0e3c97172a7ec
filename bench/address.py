"""Where the API server under test is, and who asks: read from a kubeconfig that the bench itself made.

The product's own kubeconfig reader is under test here, so it is not used.
"""

from __future__ import annotations

import base64
import ssl
from pathlib import Path
from urllib.parse import urlsplit

import msgspec


class Address(msgspec.Struct, frozen=True):
    """A server and a token for it; ``ca`` is PEM text, "" for plain HTTP."""

    url: str
    token: str = ""
    ca: str = ""

    @property
    def host(self) -> str:
        """The host's name or number."""
        return urlsplit(self.url).hostname or ""

    @property
    def port(self) -> int:
        """The TCP port."""
        return urlsplit(self.url).port or 443

    @property
    def headers(self) -> dict[str, str]:
        """The headers that say who asks."""
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}

    def tls(self) -> ssl.SSLContext | None:
        """TLS that trusts this server's authority only, None for plain HTTP."""
        return ssl.create_default_context(cadata=self.ca) if self.ca else None

    def __repr__(self) -> str:
        return f"Address({self.url!r})"


class _Cluster(msgspec.Struct, rename="kebab"):
    server: str
    certificate_authority_data: str


class _User(msgspec.Struct):
    token: str


class _NamedCluster(msgspec.Struct):
    cluster: _Cluster


class _NamedUser(msgspec.Struct):
    user: _User


class _Kubeconfig(msgspec.Struct):
    clusters: list[_NamedCluster]
    users: list[_NamedUser]


def read(kubeconfig: Path) -> Address:
    """The only cluster and the only user of ``kubeconfig``."""
    parsed = msgspec.yaml.decode(kubeconfig.read_bytes(), type=_Kubeconfig)
    cluster = parsed.clusters[0].cluster
    ca = base64.b64decode(cluster.certificate_authority_data).decode()
    return Address(cluster.server, parsed.users[0].user.token, ca)
