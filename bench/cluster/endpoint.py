"""HTTP endpoints under test: base URL, credentials and a blocking request.

Kubeconfigs are read here without the product's own reader, which is under test.
"""

from __future__ import annotations

import base64
import contextlib
import http.client
import ssl
from pathlib import Path
from urllib.parse import urlsplit

import msgspec


class Endpoint(msgspec.Struct, frozen=True):
    """A server's base URL with a bearer token; ``ca`` is PEM text, "" for plain HTTP."""

    url: str
    token: str = ""
    ca: str = ""

    @property
    def host(self) -> str:
        """Host name or address."""
        return urlsplit(self.url).hostname or ""

    @property
    def port(self) -> int:
        """TCP port."""
        return urlsplit(self.url).port or 443

    @property
    def headers(self) -> dict[str, str]:
        """Request headers that authenticate the caller."""
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}

    def tls(self) -> ssl.SSLContext | None:
        """TLS context that trusts only ``ca``; None for plain HTTP."""
        return ssl.create_default_context(cadata=self.ca) if self.ca else None

    def __repr__(self) -> str:
        return f"Endpoint({self.url!r})"


class Reply(msgspec.Struct, frozen=True):
    """An HTTP response; ``body`` is as sent, compressed or not."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


class Recorded(msgspec.Struct, frozen=True):
    """A reply and the request target (path with query) that it answers."""

    target: str
    reply: Reply


def request(
    endpoint: Endpoint,
    path: str,
    *,
    method: str = "GET",
    body: object = None,
    content_type: str = "application/json",
    gzip: bool = False,
) -> Reply:
    """Send one request on a new connection. Raises OSError or `http.client.HTTPException`."""
    tls = endpoint.tls()
    connection = (
        http.client.HTTPSConnection(endpoint.host, endpoint.port, context=tls, timeout=120)
        if tls
        else http.client.HTTPConnection(endpoint.host, endpoint.port, timeout=120)
    )
    headers = {
        **endpoint.headers,
        "Accept": "application/json",
        "Accept-Encoding": "gzip" if gzip else "identity",
        **({} if body is None else {"Content-Type": content_type}),
    }
    with contextlib.closing(connection):
        connection.request(method, path, None if body is None else msgspec.json.encode(body), headers)
        response = connection.getresponse()
        return Reply(response.status, tuple(response.getheaders()), response.read())


def fetch(endpoint: Endpoint, path: str, *, gzip: bool = False) -> bytes:
    """The body of a 200 response. Raises RuntimeError for any other status."""
    return fetch_reply(endpoint, path, gzip=gzip).body


def fetch_reply(endpoint: Endpoint, path: str, *, gzip: bool = False) -> Reply:
    """A 200 response. Raises RuntimeError for any other status."""
    reply = request(endpoint, path, gzip=gzip)
    if reply.status != 200:
        excerpt = reply.body[:200].decode(errors="replace")
        raise RuntimeError(f"GET {path.partition('?')[0]}: {reply.status} {excerpt}")
    return reply


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


def read_kubeconfig(kubeconfig: Path) -> Endpoint:
    """The first cluster and user of ``kubeconfig``."""
    parsed = msgspec.yaml.decode(kubeconfig.read_bytes(), type=_Kubeconfig)
    cluster = parsed.clusters[0].cluster
    ca = base64.b64decode(cluster.certificate_authority_data).decode()
    return Endpoint(cluster.server, parsed.users[0].user.token, ca)
