"""Join script: makes a tenant's machine an edge node of the tenant.

POSIX sh for Linux on amd64 and arm64 with containerd. It pins the cluster's CA, checks the download
against the release's checksums, names the node with the tenant's prefix and puts it into the tenant's
pool. It is idempotent: a joined machine stays as it is, and a failed attempt is undone first. It refuses a
machine that belongs to another cluster. The script contains a bootstrap token, so it is a credential.
All values are quoted for the shell. ``join.sh`` is a plain shell script, and so is ``leave.sh``, which
removes a machine from the cluster.
"""

from __future__ import annotations

import hashlib
import re
import shlex
from dataclasses import dataclass, field
from importlib import resources
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from apimachinery.validation import dns_label_problems, dns_subdomain_problems, label_value_problems
from yurt_console.yurt.releases import Release

_TOKEN = re.compile(r"[a-z0-9]{6}\.[a-z0-9]{16}")
_CA_HASH = re.compile(r"sha256:[0-9a-f]{64}")
_LONGEST_PREFIX = 40
_VALUES = "# yurt-console: values\n"
_TEMPLATE = resources.files(__package__).joinpath("join.sh").read_text(encoding="utf-8")
LEAVE_SCRIPT = resources.files(__package__).joinpath("leave.sh").read_text(encoding="utf-8")
"""The leave script: the same for every machine, without a secret."""


class JoinError(ValueError):
    """An invalid value for a join script. The text names the value and never holds the token."""


@dataclass(frozen=True, slots=True)
class Join:
    """The parameters of a join script."""

    server: str
    """The API server as seen from the machine: a URL, or one or several host:port."""
    token: str = field(repr=False)
    ca_hash: str
    """`ca_hash` of the cluster's CA."""
    pool: str
    node_prefix: str
    """Prefix of the node's name; the rest is the machine's host name and a hash of its machine id."""
    release: Release
    download: str
    """Base URL of the releases: the setting ``openyurt_download``."""


def ca_hash(pem: bytes) -> str:
    """The pin of a CA certificate: "sha256:" and the hex digest of its DER SubjectPublicKeyInfo.

    ``pem`` may hold several certificates: the first one counts. Raises `JoinError` when it holds none.
    """
    try:
        certificate = x509.load_pem_x509_certificates(pem)[0]
    except (ValueError, IndexError):
        raise JoinError("the cluster's CA is not a PEM certificate") from None
    key = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return f"sha256:{hashlib.sha256(key).hexdigest()}"


def endpoint(server: str) -> str:
    """The API server's address in the form of yurtadm: host:port, without a scheme. Raises `JoinError`."""
    host = server
    if "://" in server:
        try:
            parts = urlsplit(server)
            host = parts.netloc if parts.port or not parts.netloc else f"{parts.netloc}:443"
        except ValueError:
            host = ""
    if not host or host.startswith("-") or "\0" in host:
        raise JoinError("the API server's address is not of the form host:port")
    return host


def render(join: Join) -> str:
    """The join script. Raises `JoinError` naming the invalid value."""
    if not _TOKEN.fullmatch(join.token):
        raise JoinError("the bootstrap token is not of the form abcdef.0123456789abcdef")
    if not _CA_HASH.fullmatch(join.ca_hash):
        raise JoinError("the CA's hash is not of the form sha256:<64 hexadecimal digits>")
    if problems := dns_subdomain_problems(join.pool) or label_value_problems(join.pool):
        raise JoinError(f"the node pool's name: {problems}")
    if problems := dns_label_problems(join.node_prefix):
        raise JoinError(f"the node name's prefix: {problems}")
    if len(join.node_prefix) > _LONGEST_PREFIX:
        raise JoinError(f"the node name's prefix: must be no more than {_LONGEST_PREFIX} characters")
    if not join.download or "\0" in join.download:
        raise JoinError("the address of OpenYurt's releases is missing")
    values = {
        "server": endpoint(join.server),
        "token": join.token,
        "ca_hash": join.ca_hash,
        "node_prefix": join.node_prefix,
        "node_labels": ",".join(f"{label}={join.pool}" for label in join.release.pool_labels),
        "release": join.release.version,
        "download": f"{join.download.rstrip('/')}/{join.release.version}",
    }
    filled = "".join(f"{name}={shlex.quote(value)}\n" for name, value in values.items())
    return _TEMPLATE.replace(_VALUES, filled)
