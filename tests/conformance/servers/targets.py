"""The two API servers that every conformance test asks: the simulator, and a real one when it is there."""

from __future__ import annotations

import base64
import contextlib
import http.client
import json
import secrets
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import yaml

from tests.conformance.servers import thread
from tests.planes import expectations
from tests.planes.control_plane import ControlPlane
from tests.planes.expectations import SIMULATED, Expectations

Json = Any
MERGE = "application/merge-patch+json"
JSON_PATCH = "application/json-patch+json"
TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io"


@dataclass(frozen=True)
class Answer:
    """What came back."""

    code: int
    body: Json
    headers: Mapping[str, str]

    @property
    def message(self) -> str:
        """The Status' message."""
        return str(self.body["message"])

    @property
    def resource_version(self) -> str:
        """The object's or list's."""
        return str(self.body["metadata"]["resourceVersion"])

    @property
    def causes(self) -> list[tuple[str, str]]:
        """Field and message of each cause."""
        causes = self.body.get("details", {}).get("causes", [])
        return [(cause.get("field", ""), cause["message"]) for cause in causes]


@dataclass
class Target:
    """One API server, asked as an administrator."""

    name: str
    url: str
    compact: Callable[[], None]
    token: str = ""
    context: ssl.SSLContext | None = None
    version: str = expectations.SIMULATED_VERSION
    _open: list[http.client.HTTPConnection] = field(default_factory=list)

    def ask(
        self,
        method: str,
        path: str,
        body: Json = None,
        *,
        content_type: str = "application/json",
        accept: str = "application/json",
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """One request; bytes are sent as they are, everything else as JSON."""
        connection = self._open.pop() if self._open else self.connection()
        connection.request(method, path, self._sent(body), self._headers(body, content_type, accept, headers))
        response = connection.getresponse()
        raw = response.read()
        if response.will_close:
            connection.close()
        else:
            self._open.append(connection)
        is_json = response.getheader("Content-Type", "").startswith("application/json")
        value = json.loads(raw) if is_json and raw else raw.decode(errors="replace")
        return Answer(response.status, value, {key.lower(): value for key, value in response.getheaders()})

    def create(self, path: str, body: Json) -> Json:
        """POST, which must succeed."""
        answer = self.ask("POST", path, body)
        assert answer.code == 201, answer.body
        return answer.body

    def get(self, path: str) -> Json:
        """GET, which must succeed."""
        answer = self.ask("GET", path)
        assert answer.code == 200, answer.body
        return answer.body

    def expire(self, path: str) -> Answer:
        """Compact history; the answer to a list from before, once the server knows of it."""
        self.compact()
        deadline = time.monotonic() + self.expected.compaction_seen_after
        while (answer := self.ask("GET", path)).code == 200 and time.monotonic() < deadline:
            time.sleep(0.2)
        return answer

    @property
    def minor_version(self) -> str:
        """Such as "1.34"."""
        return self.version.rpartition(".")[0]

    @property
    def expected(self) -> Expectations:
        """What this version does differently."""
        return expectations.of(self.version)

    @contextlib.contextmanager
    def watch(self, path: str) -> Iterator[Iterator[Json]]:
        """Events of a watch; the request has been answered when this returns."""
        connection = self.connection()
        connection.request("GET", path, headers=self._headers(None, "", "application/json", None))
        response = connection.getresponse()
        assert response.status == 200, response.read()
        try:
            yield (json.loads(line) for line in response)
        finally:
            connection.close()

    def connection(self) -> http.client.HTTPConnection:
        """A new connection."""
        place = urlsplit(self.url)
        if self.context is None:
            return http.client.HTTPConnection(place.hostname or "", place.port, timeout=20)
        return http.client.HTTPSConnection(place.hostname or "", place.port, context=self.context, timeout=20)

    def close(self) -> None:
        """Close what is open."""
        for connection in self._open:
            connection.close()

    @staticmethod
    def _sent(body: Json) -> bytes | None:
        return body if isinstance(body, bytes | None) else json.dumps(body).encode()

    def kubeconfig(self, namespace: str = "", token: str = "") -> Json:
        """What a client needs to come here, as the administrator unless with another token."""
        assert self.context is not None
        (authority,) = self.context.get_ca_certs(binary_form=True)
        pem = ssl.DER_cert_to_PEM_cert(authority).encode()
        cluster = {"server": self.url, "certificate-authority-data": base64.b64encode(pem).decode()}
        context = {"cluster": "c", "user": "u", "namespace": namespace or "default"}
        return {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "c", "cluster": cluster}],
            "users": [{"name": "u", "user": {"token": token or self.token}}],
            "contexts": [{"name": "x", "context": context}],
            "current-context": "x",
        }

    def _headers(
        self, body: Json, content_type: str, accept: str, more: Mapping[str, str] | None
    ) -> dict[str, str]:
        bearer = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        sent = {"Content-Type": content_type} if body is not None and content_type else {}
        return {**bearer, **sent, "Accept": accept, "User-Agent": "conformance/1", **(more or {})}


@contextlib.contextmanager
def simulator(*, seed: str = "", nodes: int = 0) -> Iterator[Target]:
    """A simulated cluster, served from a thread of its own."""
    with thread.served(seed=seed, nodes=nodes) as cluster:
        log = cluster.world.server.log
        target = Target(
            SIMULATED,
            cluster.address,
            lambda: cluster.carry_out(lambda: log.compact(log.revision)),
            cluster.world.identity.admin_token,
            ssl.create_default_context(cadata=cluster.ca_pem),
        )
        try:
            yield target
        finally:
            target.close()


@contextlib.contextmanager
def real(plane: ControlPlane) -> Iterator[Target]:
    """A real API server."""
    config = yaml.safe_load(plane.kubeconfig.read_text())
    context = ssl.create_default_context(cafile=str(plane.folder / "ca.crt"))
    token = config["users"][0]["user"]["token"]
    target = Target("real", plane.server, plane.compact, token, context, plane.version)
    try:
        yield target
    finally:
        target.close()


def unique(prefix: str = "c") -> str:
    """A name nobody else uses."""
    return f"{prefix}-{secrets.token_hex(5)}"
