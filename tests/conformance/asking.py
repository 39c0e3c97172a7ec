"""Plain HTTP questions to a real API server, for properties that compare our functions with it."""

from __future__ import annotations

import http.client
import json
import ssl
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import yaml

from tests.control_plane import ControlPlane


class Asker:
    """One administrator's connection, kept open."""

    def __init__(self, plane: ControlPlane) -> None:
        config = yaml.safe_load(plane.kubeconfig.read_text())
        self._token: str = config["users"][0]["user"]["token"]
        context = ssl.create_default_context(cafile=str(plane.folder / "ca.crt"))
        place = urlsplit(plane.server)
        self._connection = http.client.HTTPSConnection(
            place.hostname or "", place.port, context=context, timeout=20
        )

    def ask(
        self,
        method: str,
        path: str,
        body: Any = ...,
        content_type: str = "application/json",
        headers: Mapping[str, str] | None = None,
    ) -> tuple[int, Any]:
        """Status code and decoded body of one request."""
        sent = None if body is ... else json.dumps(body)
        bearer = {"Authorization": f"Bearer {self._token}", "Content-Type": content_type}
        self._connection.request(method, path, sent, {**bearer, **(headers or {})})
        response = self._connection.getresponse()
        return response.status, json.loads(response.read() or b"null")

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()
