"""A real Kubernetes control plane for tests: where it is, how to start, feed, stop and stall it.

``YURT_CONSOLE_TEST_KUBE`` names the folder with the ``cluster`` script; OpenYurt's released CRDs lie
beside it in ``openyurt-crds``. Where the folder is missing, tests that need it are skipped and say so.
"""

from __future__ import annotations

import json
import os
import random
import shlex
import signal
import socket
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).parent.parent
KUBE = Path(os.environ.get("YURT_CONSOLE_TEST_KUBE", _ROOT.parent / "shared" / "kube"))
CRDS = KUBE.parent / "openyurt-crds"
MISSING = (
    f"NOT RUN: the real control plane is not here ({KUBE / 'cluster'});"
    " set YURT_CONSOLE_TEST_KUBE to its folder"
)


def available() -> bool:
    """Whether the control plane can be started here."""
    return (KUBE / "cluster").exists()


def free_ports(count: int) -> int:
    """The first of ``count`` free neighbouring ports on loopback."""
    for _ in range(200):
        first = random.randrange(21000, 29000)
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


@dataclass
class ControlPlane:
    """A running control plane; `kubeconfig` is its administrator's."""

    folder: Path
    port: int

    @classmethod
    def start(cls, folder: Path, *, nodes: int = 0, controllers: bool = True) -> ControlPlane:
        """Start etcd, API server and (unless told otherwise) controllers; ready when this returns."""
        port = free_ports(3)
        command = [str(KUBE / "cluster"), "up", str(folder), "--port", str(port), "--nodes", "0"]
        if not controllers:
            command.append("--no-controllers")
        plane = cls(folder, port)
        try:
            with (folder.parent / f"{folder.name}.log").open("wb") as log:
                subprocess.run(command, check=True, stdout=log, stderr=log, timeout=120)
            for number in range(1, nodes + 1):
                plane.start_node(f"cloud-{number}", labels="openyurt.io/is-edge-worker=false")
        except BaseException:
            plane.stop()
            raise
        return plane

    @property
    def kubeconfig(self) -> Path:
        return self.folder / "admin.kubeconfig"

    @property
    def server(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    def stop(self) -> None:
        """Stop everything that was started here."""
        self.signal(signal.SIGCONT)
        subprocess.run(
            [str(KUBE / "cluster"), "down", str(self.folder)], check=False, capture_output=True, timeout=60
        )

    def signal(self, number: signal.Signals) -> None:
        """Stall (SIGSTOP), resume (SIGCONT) or kill the API server."""
        try:
            os.kill(int((self.folder / "apiserver.pid").read_text()), number)
        except (ProcessLookupError, FileNotFoundError):
            return

    def restart_apiserver(self) -> None:
        """Start the API server again after it was killed, on the same etcd; returns once it answers."""
        start = "nohup ./start-apiserver >>apiserver.log 2>&1 & echo $! >apiserver.pid"
        subprocess.run(["sh", "-c", start], cwd=self.folder, check=True, timeout=10)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            if self.kubectl("get", "--raw", "/readyz", check=False).returncode == 0:
                return
            time.sleep(0.2)
        raise TimeoutError("the API server did not come back")

    def compact(self) -> None:
        """Forget etcd's history, so that older versions answer 410."""
        etcdctl = [str(self.binaries / "etcdctl"), "--endpoints", f"http://127.0.0.1:{self.port + 1}"]
        environment = {**os.environ, "ETCDCTL_API": "3"}
        status = subprocess.run(
            [*etcdctl, "endpoint", "status", "-w", "json"], check=True, capture_output=True, env=environment
        )
        revision = json.loads(status.stdout)[0]["Status"]["header"]["revision"]
        subprocess.run([*etcdctl, "compact", str(revision)], check=True, capture_output=True, env=environment)

    @property
    def binaries(self) -> Path:
        """The folder of kubectl, etcdctl and the rest."""
        found = subprocess.run([str(KUBE / "cluster"), "bin"], check=True, capture_output=True, text=True)
        return Path(found.stdout.strip())

    def kubectl(
        self, *args: str, stdin: str | None = None, check: bool = True, kubeconfig: Path | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run the real kubectl, as the administrator unless another kubeconfig is given."""
        command = [str(self.binaries / "kubectl"), "--kubeconfig", str(kubeconfig or self.kubeconfig), *args]
        return subprocess.run(command, check=check, capture_output=True, text=True, input=stdin, timeout=60)

    def apply(self, *objects: Mapping[str, Any]) -> None:
        """``kubectl apply`` these objects."""
        self.kubectl(
            "apply", "-f", "-", stdin=json.dumps({"apiVersion": "v1", "kind": "List", "items": objects})
        )

    def get(self, *args: str) -> Any:
        """``kubectl get ... -o json``."""
        return json.loads(self.kubectl("get", *args, "-o", "json").stdout)

    def install_openyurt(self, release: str) -> None:
        """Apply OpenYurt's CRDs of one release ("v1.3", "v1.6", "v1.7") and wait until they are served."""
        self.kubectl("apply", "-f", str(CRDS / release))
        self.kubectl(
            "wait", "--for=condition=Established", "--timeout=30s", "crd", "nodepools.apps.openyurt.io"
        )

    def start_node(self, name: str, kubeconfig: Path | None = None, *, labels: str = "") -> None:
        """Start one more hollow kubelet, with its own credentials if given; registered when this returns.

        The script's own way of choosing ports takes some that outgoing connections may have.
        """
        port = free_ports(2)
        command = [str(self.binaries / "kubemark"), "--morph=kubelet", f"--name={name}"]
        command += [f"--kubeconfig={kubeconfig or self.kubeconfig}", f"--node-labels={labels}"]
        command += [f"--kubelet-port={port}", f"--kubelet-read-only-port={port + 1}"]
        start = f"nohup {shlex.join(command)} >node-{name}.log 2>&1 & echo $! >node-{name}.pid"
        subprocess.run(["sh", "-c", start], cwd=self.folder, check=True, timeout=10)
        deadline = time.monotonic() + 40
        while self.kubectl("get", "node", name, check=False).returncode != 0:
            if time.monotonic() > deadline:
                raise TimeoutError((self.folder / f"node-{name}.log").read_text()[:4000])
            time.sleep(0.3)

    def stop_node(self, name: str) -> None:
        """Lose a node: NotReady after about 20 s."""
        subprocess.run(
            [str(KUBE / "cluster"), "stop-node", str(self.folder), name], check=True, capture_output=True
        )
