"""An admission webhook as clusters meet it: a small HTTPS server with a certificate of its own making."""

from __future__ import annotations

import base64
import contextlib
import copy
import http.server
import ipaddress
import json
import ssl
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

Json = Any
Respond = Callable[[Json], Json]
"""Makes the AdmissionReview's response of its request; bytes or a number are sent as they are."""


@dataclass
class Webhook:
    """A server that answers at /PATH with what `at` was given, and remembers what it was asked."""

    url: str
    ca_bundle: str
    asked: dict[str, list[Json]] = field(default_factory=dict)
    _respond: dict[str, Respond] = field(default_factory=dict)

    def at(self, path: str, respond: Respond) -> str:
        """Answer so at a path from now on; gives the address."""
        self._respond[path], self.asked[path] = respond, []
        return f"{self.url}/{path}"

    def client(self, path: str) -> Json:
        """The clientConfig of a path."""
        return {"url": f"{self.url}/{path}", "caBundle": self.ca_bundle}

    def requests(self, path: str) -> list[Json]:
        """The requests of the AdmissionReviews that came to a path."""
        return [review["request"] for review in self.asked[path]]

    def answer(self, path: str, review: Json) -> tuple[int, bytes]:
        """HTTP status and body for one AdmissionReview."""
        self.asked.setdefault(path, []).append(copy.deepcopy(review))
        given = self._respond.get(path, _missing)(review["request"])
        if isinstance(given, int):
            return given, b"so it is"
        if isinstance(given, bytes):
            return 200, given
        response = {"uid": review["request"]["uid"], **given}
        whole = {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "response": response}
        return 200, json.dumps(whole).encode()


def _missing(_: Json) -> Json:
    return 404


def allow(_: Json) -> Json:
    """Let everything pass."""
    return {"allowed": True}


def patch(*operations: Json) -> Json:
    """A response that changes the object."""
    encoded = base64.b64encode(json.dumps(operations).encode()).decode()
    return {"allowed": True, "patchType": "JSONPatch", "patch": encoded}


@contextlib.contextmanager
def webhook() -> Iterator[Webhook]:
    """A webhook on 127.0.0.1, served from threads of its own."""
    served: list[Webhook] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            status, answer = served[0].answer(self.path.partition("?")[0].removeprefix("/"), body)
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            with contextlib.suppress(OSError):
                self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    certificate, key = _certificate()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "webhook.pem"
        file.write_bytes(certificate + key)
        context.load_cert_chain(file)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    served.append(Webhook(f"https://127.0.0.1:{server.server_port}", base64.b64encode(certificate).decode()))
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), name="webhook")
    thread.start()
    try:
        yield served[0]
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()


def _certificate() -> tuple[bytes, bytes]:
    """A certificate for 127.0.0.1 that is its own authority, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "webhook")])
    now = datetime.now(UTC)
    alternatives = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(hours=5))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(alternatives, critical=False)
    )
    signed = builder.sign(key, hashes.SHA256())
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return signed.public_bytes(serialization.Encoding.PEM), pem
