"""Real machines for tests: a kubelet with real containers in a network namespace of its own.

They need root and programs that Debian has as packages. Where one is missing, tests are skipped and say so.
A kubelet and each log that is followed take inotify instances, of which a user has 128
(fs.inotify.max_user_instances): without any left, a followed log ends at once.
"""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from apimachinery.resources import NODES
from tests.planes.control_plane import KUBE, ControlPlane
from tests.planes.waiting import until

IMAGE = "docker.io/library/busybox:local"
"""The image that every machine has; there is no registry."""
PROGRAMS = {
    "containerd": "containerd",
    "runc": "runc",
    "busybox": "busybox-static",
    "ip": "iproute2",
    "iptables": "iptables",
    "conntrack": "conntrack",
    "socat": "socat",
}
"""What a machine runs, and the Debian package that has it."""
_CNI = Path("/usr/lib/cni/ptp")


@functools.cache
def missing() -> str:
    """Why no machine can be started here, "" when one can."""
    if not (KUBE / "machine").exists():
        return f"NOT RUN: no real machines are here ({KUBE / 'machine'}); set YURT_CONSOLE_TEST_KUBE"
    if os.geteuid() != 0:
        return "NOT RUN: real machines need root"
    packages = [package for program, package in PROGRAMS.items() if shutil.which(program) is None]
    if not _CNI.exists():
        packages.append("containernetworking-plugins")
    if packages:
        return f"NOT RUN: real machines need Debian's {' '.join(packages)}"
    return ""


@dataclass
class Machine:
    """One machine that has joined."""

    plane: ControlPlane
    name: str

    @classmethod
    def start(cls, plane: ControlPlane, name: str) -> Machine:
        """Start one; its Node is ready when this returns."""
        machine = cls(plane, name)
        try:
            machine._do("up")
            until(machine.is_ready, 90, f"{name} is ready")
        except BaseException:
            machine.stop()
            raise
        return machine

    def is_ready(self) -> bool:
        """Whether its Node is ready."""
        node = self.plane.api.find(NODES, self.name) or {}
        conditions = node.get("status", {}).get("conditions") or ()
        return ("Ready", "True") in {(each["type"], each["status"]) for each in conditions}

    def cut(self) -> None:
        """Cut its network; its containers run on."""
        self._do("cut")

    def mend(self) -> None:
        """Give it its network back."""
        self._do("mend")

    def stop(self) -> None:
        """Stop it, its containers too."""
        self._do("mend", check=False)  # what is cut off cannot be stopped in order
        self._do("down", check=False)

    def _do(self, verb: str, *, check: bool = True) -> None:
        with (self.plane.folder.parent / f"{self.plane.folder.name}-{self.name}.log").open("ab") as log:
            command = [str(KUBE / "machine"), verb, str(self.plane.folder), self.name]
            subprocess.run(command, check=check, stdout=log, stderr=log, timeout=120)
