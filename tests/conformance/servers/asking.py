"""An API server with authentication and authorization, asked with tokens, certificates or nothing."""

from __future__ import annotations

import contextlib
import http.client
import json
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from tests.conformance.servers import thread
from tests.planes import expectations
from tests.planes.control_plane import ControlPlane
from tests.planes.expectations import SIMULATED, Expectations


def wait_for(condition: Callable[[], bool]) -> None:
    """Return once it is so; fail when it is not within 20 s."""
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, "it did not happen within 20 s"
        time.sleep(0.05)


class Asker:
    """Whoever holds a token (nobody: ""), or is impersonated."""

    def __init__(self, cluster: Cluster, token: str, **impersonated: str) -> None:
        self._cluster = cluster
        self._headers = {f"Impersonate-{key.title()}": value for key, value in impersonated.items()}
        if token:
            self._headers["Authorization"] = f"Bearer {token}"

    @property
    def expected(self) -> Expectations:
        """What the server's version does differently."""
        return self._cluster.expected

    def ask(
        self, method: str, path: str, body: Any = ..., content_type: str = "application/json"
    ) -> tuple[int, Any]:
        """Status code and decoded body of one request."""
        sent = None if body is ... else json.dumps(body)
        code, answer = self._cluster.request(
            method, path, sent, {**self._headers, "Content-Type": content_type}
        )
        return code, json.loads(answer or b"null")

    def message(self, method: str, path: str, body: Any = ...) -> tuple[int, str]:
        """Status code and message of a refusal; "" when it is none."""
        code, answer = self.ask(method, path, body)
        return code, answer.get("message", "")


@dataclass
class Cluster:
    """Where an API server is, whom it trusts, its administrator's token, and one connection to it."""

    name: str
    address: str
    ca_pem: str
    token: str
    version: str = expectations.SIMULATED_VERSION

    def __post_init__(self) -> None:
        self._connection = self.connection()

    def connection(self, certificate: Path | None = None) -> http.client.HTTPSConnection:
        """A new connection, showing a client certificate from a file with its key if there is one."""
        context = ssl.create_default_context(cadata=self.ca_pem)
        if certificate is not None:
            context.load_cert_chain(certificate)
        place = urlsplit(self.address)
        return http.client.HTTPSConnection(place.hostname or "", place.port, context=context, timeout=20)

    def request(
        self, method: str, path: str, body: str | None, headers: Mapping[str, str]
    ) -> tuple[int, bytes]:
        """One request; once more when the server has closed the idle connection."""
        try:
            self._connection.request(method, path, body, headers)
            response = self._connection.getresponse()
        except ConnectionError:
            self._connection.close()
            self._connection.request(method, path, body, headers)
            response = self._connection.getresponse()
        return response.status, response.read()

    @property
    def expected(self) -> Expectations:
        """What this version does differently."""
        return expectations.of(self.version)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    @classmethod
    def real(cls, plane: ControlPlane) -> Cluster:
        """The real control plane."""
        config = yaml.safe_load(plane.kubeconfig.read_text())
        ca_pem = (plane.folder / "ca.crt").read_text()
        token = config["users"][0]["user"]["token"]
        return cls("real", plane.server, ca_pem, token, plane.version)

    @classmethod
    @contextlib.contextmanager
    def simulated(cls) -> Iterator[Cluster]:
        """A new simulated cluster, served from a thread of its own."""
        with thread.served() as cluster:
            yield cls(SIMULATED, cluster.address, cluster.ca_pem, cluster.world.identity.admin_token)

    def admin(self) -> Asker:
        """The administrator."""
        return Asker(self, self.token)

    def as_user(self, user: str, group: str = "") -> Asker:
        """The administrator as somebody else."""
        return Asker(self, self.token, user=user, **({"group": group} if group else {}))

    def holder(self, token: str) -> Asker:
        """Whoever holds this token; "" is nobody."""
        return Asker(self, token)
