"""Real Kubernetes control planes for tests: which versions are here, and how to start, stop and stall one.

``YURT_CONSOLE_TEST_KUBE`` names the folder with the ``cluster`` script and a bundle of programs for each
version; OpenYurt's released CRDs lie beside it in ``openyurt-crds``. Without it, tests run on the simulator.
"""

from __future__ import annotations

import contextlib
import fcntl
import functools
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from apimachinery.resources import Resource
from tests.planes.plane import RELEASE, Plane, free_ports
from tests.planes.waiting import until

_ROOT = Path(__file__).parents[2]
KUBE = Path(os.environ.get("YURT_CONSOLE_TEST_KUBE", _ROOT.parent / "shared" / "kube"))
_TURN = Path(tempfile.gettempdir()) / "yurt-console-hollow-kubelets.lock"
CRDS = KUBE.parent / "openyurt-crds"
MISSING = (
    f"NOT RUN: no real control plane is here ({KUBE / 'cluster'}); set YURT_CONSOLE_TEST_KUBE to its folder"
)
_BUNDLE = re.compile(r"kube-(\d+\.\d+\.\d+)-linux-amd64\.tar\.xz")


@functools.cache
def versions() -> tuple[str, ...]:
    """The Kubernetes versions that can be started here, oldest first."""
    if not (KUBE / "cluster").exists():
        return ()
    found = (match[1] for file in KUBE.iterdir() if (match := _BUNDLE.fullmatch(file.name)))
    return tuple(sorted(found, key=lambda version: tuple(map(int, version.split(".")))))


def available() -> bool:
    """Whether a control plane can be started here."""
    return bool(versions())


@functools.cache
def binaries(version: str) -> Path:
    """The folder of a version's kubectl, etcdctl and the rest."""
    found = subprocess.run(
        [str(KUBE / "cluster"), "bin"],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "KUBE_VERSION": version},
    )
    return Path(found.stdout.strip())


@dataclass
class ControlPlane(Plane):
    """The real thing: etcd, API server, controllers, and hollow kubelets for nodes."""

    folder: Path
    port: int
    version: str
    name = "real"

    @classmethod
    def start(
        cls, folder: Path, *, version: str = "", nodes: int = 0, controllers: bool = True
    ) -> ControlPlane:
        """Start etcd, API server and controllers of a version ("": the oldest); ready when this returns."""
        port, version = free_ports(3), version or versions()[0]
        command = [str(KUBE / "cluster"), "up", str(folder), "--port", str(port), "--nodes", "0"]
        command += ["--version", version]
        if not controllers:
            command.append("--no-controllers")
        plane = cls(folder, port, version)
        try:
            with (folder.parent / f"{folder.name}.log").open("wb") as log:
                subprocess.run(command, check=True, stdout=log, stderr=log, timeout=120)
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
        """Stop everything that was started here, without the 10 s that API servers take for their watches."""
        with contextlib.suppress(FileNotFoundError):
            self.kill()
        subprocess.run(
            [str(KUBE / "cluster"), "down", str(self.folder)], check=False, capture_output=True, timeout=60
        )

    def stall(self) -> None:
        """SIGSTOP the API server."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """SIGCONT the API server."""
        self._signal(signal.SIGCONT)

    def kill(self) -> None:
        """SIGKILL the API server, and wait until its port is free."""
        self._signal(signal.SIGKILL)
        _wait_until_ended(self._pid("apiserver"))

    def _pid(self, program: str) -> int:
        return int((self.folder / f"{program}.pid").read_text())

    def _signal(self, number: signal.Signals) -> None:
        try:
            os.kill(self._pid("apiserver"), number)
        except (ProcessLookupError, FileNotFoundError):
            return

    def restart(self) -> None:
        """Start the API server again after it was killed, on the same etcd; returns once it answers."""
        start = "nohup ./start-apiserver >>apiserver.log 2>&1 & echo $! >apiserver.pid"
        subprocess.run(["sh", "-c", start], cwd=self.folder, check=True, timeout=10)
        deadline = time.monotonic() + 60
        while not self.api.ready():
            if time.monotonic() > deadline:
                raise TimeoutError("the API server did not come back")
            time.sleep(0.2)

    def compact(self) -> None:
        """Compact etcd, and note the revision where API servers look for what another one compacted."""
        status = json.loads(self._etcdctl("endpoint", "status", "-w", "json"))
        revision = str(status[0]["Status"]["header"]["revision"])
        self._etcdctl("put", "compact_rev_key", revision)
        self._etcdctl("compact", revision)

    def erase(self, resource: Resource, name: str) -> None:
        """Take an object that has no namespace out of etcd."""
        self._etcdctl("del", f"/registry/{resource.plural}/{name}")
        self._etcdctl("put", "unrelated", "x")
        self.compact()

    def back_up(self, folder: Path) -> None:
        """Etcd's data, as a crash would leave it: whatever was confirmed is in it."""
        etcd = self._pid("etcd")
        os.kill(etcd, signal.SIGSTOP)
        try:
            shutil.copytree(self.folder / "etcd", folder)
        finally:
            os.kill(etcd, signal.SIGCONT)

    def restore(self, folder: Path) -> None:
        """Put etcd back to a backup."""
        pid = self._pid("etcd")
        command = Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")[:-1]
        os.kill(pid, signal.SIGTERM)
        _wait_until_ended(pid)
        shutil.rmtree(self.folder / "etcd")
        shutil.copytree(folder, self.folder / "etcd")
        start = 'nohup "$@" >>etcd.log 2>&1 & echo $! >etcd.pid'
        subprocess.run(["bash", "-c", start, "etcd", *command], check=True, cwd=self.folder)

    def _etcdctl(self, *args: str) -> str:
        command = [
            str(binaries(self.version) / "etcdctl"),
            "--endpoints",
            f"http://127.0.0.1:{self.port + 1}",
            *args,
        ]
        environment = {**os.environ, "ETCDCTL_API": "3"}
        return subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout

    def definitions(self, release: str) -> list[dict[str, Any]]:
        """As OpenYurt released them."""
        texts = (file.read_text() for file in sorted((CRDS / release).glob("*.yaml")))
        found = [document for text in texts for document in yaml.safe_load_all(text) if document]
        return [{key: value for key, value in one.items() if key != "status"} for one in found]

    def start_node(
        self, name: str, *, labels: dict[str, str] | None = None, kubeconfig: Path | None = None
    ) -> None:
        """Start one more hollow kubelet, as the administrator or with a machine's own credentials.

        The script's own ports may be an outgoing connection's, so it is given others. Every hollow
        kubelet makes its containers' runtime at one and the same path and dials that: of two that begin at
        once one finds none, or the other's, where each ends what the other runs. So they begin in turn.
        """
        port = free_ports(2)
        texts = ",".join(f"{key}={value}" for key, value in (labels or {}).items())
        flags = f"--node-labels={texts} --kubelet-port={port} --kubelet-read-only-port={port + 1}"
        command = [str(KUBE / "cluster"), "node", str(self.folder), name, str(kubeconfig or ""), flags]
        log = self.folder / f"node-{name}.log"
        log.write_text("")  # also of an earlier kubelet of this name
        with _TURN.open("w") as turn:
            fcntl.flock(turn, fcntl.LOCK_EX)
            subprocess.run(command, check=True, timeout=60)
            until(lambda: "Successfully registered node" in log.read_text(), 40, f"node {name} registers")

    def stop_node(self, name: str) -> None:
        """Lose a node: NotReady after about 20 s."""
        subprocess.run(
            [str(KUBE / "cluster"), "stop-node", str(self.folder), name], check=True, capture_output=True
        )


def _wait_until_ended(pid: int) -> None:
    """Until a process is gone, or nothing of it is left but a zombie: then its ports are free.

    The first thread may be a zombie while others still hold the files.
    """
    process = Path(f"/proc/{pid}")

    def ended() -> bool:
        try:
            state = (process / "stat").read_text().rpartition(")")[2].split()[0]
            return state == "Z" and len(list((process / "task").iterdir())) == 1
        except (FileNotFoundError, ProcessLookupError):
            return True

    until(ended, 20, f"process {pid} ends")


class ControlPlanes:
    """Real control planes that tests share: one a version, started on first use, kept for the session."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._running: dict[str, ControlPlane] = {}

    def __getitem__(self, version: str) -> ControlPlane:
        """One with controllers and OpenYurt 1.7's CRDs."""
        if version not in self._running:
            plane = ControlPlane.start(self._folder / version, version=version)
            self._running[version] = plane
            plane.install_openyurt(RELEASE)
        return self._running[version]

    def stop(self) -> None:
        """Stop them all."""
        for plane in self._running.values():
            plane.stop()
