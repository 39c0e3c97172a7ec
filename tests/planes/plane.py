"""A cluster under test: what tests do to one, whichever it is.

There are two: `simulated_plane` is our own simulator, `control_plane` the real thing. A test that takes the
fixture ``plane``, or begins one by `targets`, runs on both. Where they differ, the simulator is wrong.
"""

from __future__ import annotations

import os
import random
import socket
import time
from abc import ABC, abstractmethod
from functools import cached_property
from pathlib import Path
from typing import Any

from apimachinery.resources import CUSTOM_RESOURCE_DEFINITIONS, Resource
from tests.planes import expectations
from tests.planes.expectations import Expectations
from tests.planes.kubernetes_api import Api

RELEASE = "v1.7"
"""Of OpenYurt, unless a test is about another."""
POOLS = "nodepools.apps.openyurt.io"


_PORTS = range(21000, 29000)


class Plane(ABC):
    """A running cluster, `kubeconfig` is its administrator's."""

    name: str
    folder: Path
    version: str
    """Of Kubernetes."""

    @property
    def expected(self) -> Expectations:
        """What this version does differently."""
        return expectations.of(self.version)

    @property
    @abstractmethod
    def kubeconfig(self) -> Path:
        """A file."""

    @cached_property
    def api(self) -> Api:
        """The API server, as an administrator sees it."""
        return Api.read(self.kubeconfig)

    @property
    def server(self) -> str:
        """The API server's address."""
        return self.api.server

    @abstractmethod
    def stop(self) -> None:
        """Stop everything that was started here."""

    @abstractmethod
    def stall(self) -> None:
        """Let the API server accept connections and say nothing."""

    @abstractmethod
    def resume(self) -> None:
        """Let it go on."""

    @abstractmethod
    def kill(self) -> None:
        """SIGKILL the API server."""

    @abstractmethod
    def restart(self) -> None:
        """Start it again after it was killed, on the same data; returns once it answers."""

    @abstractmethod
    def compact(self) -> None:
        """Forget history, so that older versions answer 410; also while the API server is killed."""

    @abstractmethod
    def erase(self, resource: Resource, name: str) -> None:
        """Take an object out of the data and forget history, while the API server is killed."""

    @abstractmethod
    def back_up(self, folder: Path) -> None:
        """Keep the data as it is now."""

    @abstractmethod
    def restore(self, folder: Path) -> None:
        """Put the data back to a backup, older versions and all, while the API server is killed."""

    @abstractmethod
    def start_node(self, name: str, *, labels: dict[str, str] | None = None) -> None:
        """Start one more machine; its Node is there when this returns."""

    @abstractmethod
    def stop_node(self, name: str) -> None:
        """Take a machine off the network."""

    @abstractmethod
    def definitions(self, release: str) -> list[dict[str, Any]]:
        """OpenYurt's CustomResourceDefinitions of a release: v1.3, v1.6 or v1.7."""

    def install_openyurt(self, release: str) -> None:
        """Apply OpenYurt's definitions and wait until node pools are served."""
        for definition in self.definitions(release):
            self.api.apply(CUSTOM_RESOURCE_DEFINITIONS, definition)
        deadline = time.monotonic() + 30
        while not self._is_established():
            assert time.monotonic() < deadline, "the definitions are not established"
            time.sleep(0.05)

    def remove_openyurt(self) -> None:
        """Delete OpenYurt's definitions, and with them its objects."""
        for definition in self.api.list(CUSTOM_RESOURCE_DEFINITIONS):
            if definition["spec"]["group"] == "apps.openyurt.io":
                self.api.delete(CUSTOM_RESOURCE_DEFINITIONS, definition["metadata"]["name"])

    def start_nodes(self, count: int) -> None:
        """Machines in the cloud: cloud-1, cloud-2, ..."""
        for number in range(1, count + 1):
            self.start_node(f"cloud-{number}", labels={"openyurt.io/is-edge-worker": "false"})

    def _is_established(self) -> bool:
        status = self.api.get(CUSTOM_RESOURCE_DEFINITIONS, POOLS).get("status", {})
        return ("Established", "True") in {
            (condition["type"], condition["status"]) for condition in status.get("conditions") or ()
        }


def free_ports(count: int) -> int:
    """The first of ``count`` free neighbouring ports on loopback, from this worker's own part of them.

    They are below those of outgoing connections. A port is free until it is taken: no two workers of
    pytest-xdist may choose the same.
    """
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    part = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % workers
    width = len(_PORTS) // workers
    for _ in range(200):
        first = _PORTS[part * width + random.randrange(width - count + 1)]
        sockets = [socket.socket() for _ in range(count)]
        try:
            for offset, sock in enumerate(sockets):
                sock.bind(("127.0.0.1", first + offset))
        except OSError:
            continue
        else:
            return first
        finally:
            for sock in sockets:
                sock.close()
    raise RuntimeError("no free ports")
