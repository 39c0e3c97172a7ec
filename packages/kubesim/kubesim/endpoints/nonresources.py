"""Non-resource URLs: discovery, version, health, OpenAPI, metrics."""

from __future__ import annotations

from kubesim import __version__
from kubesim.endpoints import discovery
from kubesim.endpoints.openapi import OpenApi
from kubesim.endpoints.replies import TEXT, Form, Reply, accepted, encoded
from kubesim.endpoints.requests import Request
from kubesim.errors.statuses import method_not_allowed
from kubesim.registry.server import Server

VERSION = {
    "major": "1",
    "minor": "20",
    "gitVersion": f"v1.20.2+yurt-console-simulator.{__version__}",
    "gitCommit": "",
    "gitTreeState": "simulated",
    "buildDate": "1970-01-01T00:00:00Z",
    "goVersion": "none",
    "compiler": "none",
    "platform": "simulated/any",
}
"""GET /version: the API of 1.20, marked as a simulation."""


class NonResources:
    """Serves all paths outside the resources of API groups."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._openapi = OpenApi(server.kinds)

    def answer(self, request: Request, parts: list[str]) -> Reply:
        """The response. Raises `StatusError`."""
        kinds = self._server.kinds
        known = self._known(request, parts)
        if known is None:
            if parts[0] == "apis":
                return Reply(b"404 page not found\n", 404, TEXT)
            return encoded(discovery.paths(kinds), status=404)
        if request.method != "GET":
            raise method_not_allowed()
        return known

    def _known(self, request: Request, parts: list[str]) -> Reply | None:
        kinds = self._server.kinds
        form = Form()
        if parts[0] in ("api", "apis"):
            form = Form(accepted(request.header("accept")).media_type)
        match parts:
            case [""]:
                return encoded(discovery.paths(kinds))
            case ["api"]:
                return encoded(discovery.api_versions(request.server), form)
            case ["api", version]:
                return encoded(discovery.resources(kinds, "", version), form)
            case ["apis"]:
                return encoded(discovery.groups(kinds), form)
            case ["apis", name]:
                found = discovery.group(kinds, name)
                return encoded(found, form) if found else None
            case ["apis", name, version] if discovery.group(kinds, name):
                return encoded(discovery.resources(kinds, name, version), form)
            case ["version"]:
                return encoded(VERSION)
            case ["healthz" | "livez" | "readyz" as what, *_]:
                return Reply(_health(what, request), content_type=TEXT)
            case ["openapi", "v2"]:
                return self._openapi.reply(request)
            case ["metrics"]:
                return Reply(self._metrics(), content_type="text/plain; version=0.0.4")
            case _:
                return None

    def _metrics(self) -> bytes:
        log = self._server.log
        lines = ["# TYPE etcd_object_counts gauge"]
        for kind in self._server.kinds:
            if kind.stored_as is None and "list" in kind.verbs:
                resource = f"{kind.plural}.{kind.group}" if kind.group else kind.plural
                lines.append(f'etcd_object_counts{{resource="{resource}"}} {log.count(*kind.table)}')
        lines += ["# TYPE simulator_revision counter", f"simulator_revision {log.revision}"]
        return ("\n".join(lines) + "\n").encode()


def _health(what: str, request: Request) -> bytes:
    if "verbose" in request.query:
        return f"[+]ping ok\n[+]log ok\n{what} check passed\n".encode()
    return b"ok"
