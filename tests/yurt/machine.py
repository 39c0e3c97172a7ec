"""Fake machine for join scripts: a real sh with stubs in place of commands."""

from __future__ import annotations

import hashlib
import io
import shutil
import socket
import subprocess
import tarfile
from dataclasses import dataclass
from pathlib import Path

_YURTADM = """#!/bin/sh
cd {folder}
for each in "$@"; do printf '%s\\0' "$each"; done >ran/$(ls ran | wc -l)
if [ "$1" = join ]; then
    mkdir -p root/etc/kubernetes
    : >root/etc/kubernetes/kubelet.conf
    exit $(cat outcome)
fi
if [ "$1" = reset ]; then
    rm -rf root/etc/kubernetes
fi
"""


@dataclass
class Machine:
    """A folder with the files and commands of a machine, and a record of calls."""

    folder: Path

    @classmethod
    def make(cls, folder: Path, *, architecture: str = "x86_64") -> Machine:
        machine = cls(folder)
        for name in ("bin", "releases", "ran", "root/etc"):
            (folder / name).mkdir(parents=True)
        machine.outcome(0)
        machine.stub(
            "uname", f'case "$1" in -s) echo Linux;; -m) echo {architecture};; -n) echo Pi_4.Local;; esac'
        )
        machine.stub("id", "echo 0")
        machine.stub("swapoff", "exit 0")
        machine.stub("systemctl", f'echo "$*" >>{folder}/services')
        machine.stub(
            "curl", f'printf "%s\\0" "$6" >>{folder}/fetched; cp "{folder}/releases/${{6##*/}}" "$5"'
        )
        (folder / "root/etc/machine-id").write_text("3f2a\n")
        machine.release("v1.7.0")
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(folder / "cri.sock"))
        return machine

    def stub(self, name: str, script: str) -> None:
        """Replace one command."""
        path = self.folder / "bin" / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)

    def outcome(self, code: int) -> None:
        """Set the outcome of the next ``yurtadm join``."""
        (self.folder / "outcome").write_text(str(code))

    def release(self, version: str) -> None:
        """Publish a yurtadm that records its arguments, for both architectures."""
        program = _YURTADM.format(folder=self.folder).encode()
        sums = []
        for architecture in ("amd64", "arm64"):
            archive = self.folder / "releases" / f"yurtadm-{version}-linux-{architecture}.tar.gz"
            member = tarfile.TarInfo(f"linux-{architecture}/yurtadm")
            member.size = len(program)
            with tarfile.open(archive, "w:gz") as tar:
                tar.addfile(member, io.BytesIO(program))
            sums.append(f"{hashlib.sha256(archive.read_bytes()).hexdigest()}  {archive.name}\n")
        (self.folder / "releases" / "sha256sums.txt").write_text("".join(sums))

    def run(self, script: str, *args: str) -> subprocess.CompletedProcess[str]:
        """Run a script from a pipe, as ``sh -s``."""
        return subprocess.run(
            [shutil.which("dash") or "sh", "-s", "-", *args],
            input=script,
            capture_output=True,
            text=True,
            check=False,
            timeout=20,
            cwd=self.folder,
            env={
                "PATH": f"{self.folder / 'bin'}:/usr/bin:/bin",
                "CRI_SOCKET": str(self.folder / "cri.sock"),
                "YURT_CONSOLE_ROOT": str(self.folder / "root"),
            },
        )

    @property
    def ran(self) -> list[list[str]]:
        """The arguments of each call of yurtadm, in order."""
        files = sorted((self.folder / "ran").iterdir(), key=lambda file: int(file.name))
        return [file.read_bytes().decode().split("\0")[:-1] for file in files]

    @property
    def fetched(self) -> list[str]:
        """The downloaded URLs, in order."""
        return (self.folder / "fetched").read_bytes().decode().split("\0")[:-1]
