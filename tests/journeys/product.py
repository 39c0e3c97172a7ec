"""The product as a user runs it: `yurt-console` processes beside a cluster, and an HTTP client."""

from __future__ import annotations

import json
import signal
import subprocess
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from tests.cli import processes
from tests.planes.plane import Plane, free_ports
from tests.planes.waiting import until


class Reply(NamedTuple):
    """An HTTP response: status, decoded body, headers with lower-case names."""

    status: int
    body: Any
    headers: Mapping[str, str]


@dataclass
class Product:
    """The installed product with running `operator` and `serve`; `stop` ends both."""

    plane: Plane
    logs: Path
    port: int = field(default_factory=lambda: free_ports(1))
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def run(self, *args: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run one `yurt-console` command as cluster administrator."""
        command = [processes.COMMAND, *args, "--kubeconfig", str(self.plane.kubeconfig)]
        result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=90)
        assert not check or result.returncode == 0, (args, result.stdout, result.stderr)
        return result

    def start(self, name: str, *args: str) -> None:
        """Start a long-running `yurt-console` command."""
        command = [processes.COMMAND, name, "--kubeconfig", str(self.plane.kubeconfig), *args]
        with (self.logs / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(command, stdout=log, stderr=log)

    def serve(self, *args: str) -> None:
        """Start the console and wait until it is ready."""
        self.start("serve", "--host", "127.0.0.1", "--port", str(self.port), *args)
        until(lambda: self.alive() and self.send("GET", "/readyz").status == 200, 30, "the console is ready")

    def alive(self) -> bool:
        """Fail when the console has exited, so that waits end early."""
        assert self.processes["serve"].poll() is None, (self.logs / "serve.log").read_text()
        return True

    def halt(self, name: str, number: signal.Signals = signal.SIGTERM) -> int:
        """Stop one process; its exit code."""
        return processes.stop(self.processes.pop(name), number, within=20)

    def stop(self) -> None:
        """Stop all running processes."""
        for process in self.processes.values():
            process.kill()
            process.wait()
        self.processes.clear()

    def send(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        headers: Mapping[str, str] | None = None,
        **query: str | int,
    ) -> Reply:
        """Send one request; status 0 for a refused connection."""
        url = f"http://127.0.0.1:{self.port}{path}" + ("?" + urllib.parse.urlencode(query) if query else "")
        data = None if body is None else json.dumps(body).encode()
        sent = (
            {"Content-Type": "application/json", **(headers or {})}
            if data is not None
            else dict(headers or {})
        )
        request = urllib.request.Request(url, data, sent, method=method)
        try:
            with urllib.request.urlopen(request, timeout=40) as reply:
                return Reply(reply.status, _decoded(reply.read()), _lower(reply.headers))
        except urllib.error.HTTPError as refusal:
            with refusal:
                return Reply(refusal.code, _decoded(refusal.read()), _lower(refusal.headers))
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return Reply(0, None, {})

    def register(self, email: str, **headers: str) -> Reply:
        """Register an account."""
        body = {"email": email, "phone": "13800138000", "organization": "OpenYurt users"}
        return self.send("POST", "/register", body, headers=headers)

    def login(self, email: str, token: str) -> Reply:
        """Log in by ``GET /login``."""
        return self.send("GET", "/login", email=email, token=token)

    def rows(self, path: str, token: str, **query: str | int) -> list[dict[str, Any]]:
        """The rows of a list."""
        reply = self.send("GET", path, None, headers=None, **{"token": token, **query})
        assert reply.status == 200, reply
        found: list[dict[str, Any]] = reply.body["allNodes" if path == "/nodes" else "items"]
        return found


def _decoded(data: bytes) -> Any:
    return json.loads(data) if data else None


def _lower(headers: Any) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}
