"""The simulator as a cluster under test: `yurt-console simulate` as a process that can be hurt."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from apimachinery.resources import NODES, Resource
from apimachinery.times import rfc3339
from kubesim.faults.app import PATH as FAULTS
from kubesim.model import machines
from kubesim.model.machines import Machine
from kubesim.seeds.openyurt_crds import openyurt_definitions
from kubesim.storage.log import Log, Ref
from kubesim.storage.sqlite import Storage
from tests.cli.processes import Running
from tests.planes.expectations import SIMULATED, SIMULATED_VERSION
from tests.planes.plane import RELEASE, Plane, free_ports

DATA = "cluster.db"
"""The file, in the cluster's folder; the demo calls its own so, too."""
_EDGE = "openyurt.io/is-edge-worker"


class SimulatedPlane(Plane):
    """A simulated cluster with its data in a file: a control-plane node, no others."""

    name = SIMULATED
    version = SIMULATED_VERSION

    def __init__(self, folder: Path, openyurt: str) -> None:
        self.folder = folder
        self._port, self._openyurt = free_ports(1), openyurt
        self._process: Running | None = None

    @classmethod
    def start(cls, folder: Path, *, nodes: int = 0, openyurt: str = RELEASE) -> SimulatedPlane:
        """Start it; ready when this returns."""
        folder.mkdir()
        plane = cls(folder, openyurt)
        try:
            plane.restart()
            plane.start_nodes(nodes)
        except BaseException:
            plane.stop()
            raise
        return plane

    @property
    def kubeconfig(self) -> Path:
        """The administrator's."""
        return self.folder / "admin.kubeconfig"

    def stop(self) -> None:
        """Stop the process."""
        self.kill()

    def stall(self) -> None:
        """SIGSTOP the process."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """SIGCONT the process."""
        self._signal(signal.SIGCONT)

    def kill(self) -> None:
        """SIGKILL the process."""
        if self._process is not None:
            self._process.kill()
            self._process = None

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None:
            os.kill(self._process.process.pid, number)

    def restart(self) -> None:
        """Start the process, again on the same port and data."""
        self._process = Running(
            *("simulate", "--seed", "empty", "--openyurt", self._openyurt, "--port", str(self._port)),
            *("--data", DATA, "--write-kubeconfig", self.kubeconfig.name),
            cwd=self.folder,
        )
        self._process.until("Ctrl-C stops it.")

    def compact(self) -> None:
        """Expire history."""
        if self._process is not None:
            self.api.done("POST", FAULTS, {"fault": "expire-history"})
            return
        with self._log() as log:
            log.compact(log.revision)

    def erase(self, resource: Resource, name: str) -> None:
        """Take an object that has no namespace out of the file."""
        with self._log() as log:
            log.remove(Ref(resource.group, resource.plural, "", name))
            log.compact(log.revision)

    @contextmanager
    def _log(self) -> Iterator[Log]:
        storage = Storage(self.folder / DATA)
        try:
            yield storage.open_log()
        finally:
            storage.close()

    def back_up(self, folder: Path) -> None:
        """The file as a crash would leave it: whatever was confirmed is in it."""
        folder.mkdir()
        self.stall()
        try:
            for file in self.folder.glob(f"{DATA}*"):
                shutil.copy(file, folder)
        finally:
            self.resume()

    def restore(self, folder: Path) -> None:
        """Put the file back."""
        for file in self.folder.glob(f"{DATA}*"):
            file.unlink()
        shutil.copytree(folder, self.folder, dirs_exist_ok=True)

    def definitions(self, release: str) -> list[dict[str, Any]]:
        """As the simulator has them."""
        return openyurt_definitions(release)

    def start_node(self, name: str, *, labels: dict[str, str] | None = None) -> None:
        """A machine that the simulator plays."""
        own = dict(labels or {})
        number = len(self.api.list(NODES))
        machine = Machine(
            name,
            edge=own.get(_EDGE) != "false",
            labels=own,
            ip=f"10.9.0.{number}",
            pod_cidr=f"10.250.{number}.0/24",
        )
        self.api.create(NODES, machines.node(machine, rfc3339(datetime.now(UTC))))

    def stop_node(self, name: str) -> None:
        """Let the machine fall silent: NotReady after about 40 s."""
        self.api.done("POST", FAULTS, {"fault": "lose-node", "name": name})
