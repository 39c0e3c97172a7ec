"""The console, and the simulator, as processes: started, watched from outside (/proc), asked, stopped.

CPU and memory are the kernel's own counts, so that the console need not know that it is measured.
"""

from __future__ import annotations

import contextlib
import http.client
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from urllib.parse import urlsplit

import msgspec

from bench import address
from bench.address import Address

YURT_CONSOLE = Path(sys.executable).parent / "yurt-console"
_READY_SECONDS = 600


class Reply(msgspec.Struct, frozen=True):
    """One answer: its status, its body as it came over the wire, its encoding."""

    status: int
    body: bytes
    encoding: str


def ask(
    server: Address,
    path: str,
    *,
    method: str = "GET",
    body: object = None,
    content_type: str = "application/json",
    gzip: bool = False,
) -> Reply:
    """One request on a connection of its own."""
    tls = server.tls()
    connection = (
        http.client.HTTPSConnection(server.host, server.port, context=tls, timeout=120)
        if tls
        else http.client.HTTPConnection(server.host, server.port, timeout=120)
    )
    headers = {
        **server.headers,
        "Content-Type": content_type,
        "Accept-Encoding": "gzip" if gzip else "identity",
    }
    with contextlib.closing(connection):
        connection.request(method, path, None if body is None else msgspec.json.encode(body), headers)
        answer = connection.getresponse()
        return Reply(answer.status, answer.read(), answer.getheader("Content-Encoding", ""))


def free_port() -> int:
    """A TCP port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def command_line(*arguments: str) -> str:
    """Run ``yurt-console`` with these arguments and give what it printed; raises when it fails."""
    done = subprocess.run(
        [str(YURT_CONSOLE), *arguments], capture_output=True, text=True, timeout=120, check=False
    )
    if done.returncode:
        raise RuntimeError(f"yurt-console {arguments[0]} failed:\n{done.stderr[-2000:]}")
    return done.stdout


class Process:
    """A child process; a context manager that ends it. Its output goes to ``log``."""

    def __init__(self, command: list[str], log: Path) -> None:
        self.started = time.monotonic()
        with log.open("ab") as output:
            self._child = subprocess.Popen(command, stdout=output, stderr=output, stdin=subprocess.DEVNULL)
        self._log = log

    def __enter__(self) -> Process:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """End it, by force if it takes longer than ten seconds."""
        self._child.terminate()
        try:
            self._child.wait(10)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()

    def cpu(self) -> float:
        """Seconds of CPU, in user and kernel, of all its threads so far."""
        spent = 0
        for task in _tasks(self._child.pid):
            spent += int((task / "schedstat").read_text().split()[0])
        return spent / 1e9

    def memory(self) -> int:
        """Bytes resident now."""
        return self._status("VmRSS")

    def peak_memory(self) -> int:
        """The most bytes ever resident."""
        return self._status("VmHWM")

    def alive(self) -> None:
        """Raise with the end of its log when it has ended by itself."""
        if self._child.poll() is not None:
            tail = self._log.read_text(errors="replace")[-2000:]
            raise RuntimeError(f"a process ended by itself with {self._child.returncode}:\n{tail}")

    def _status(self, name: str) -> int:
        for line in Path(f"/proc/{self._child.pid}/status").read_text().splitlines():
            if line.startswith(name + ":"):
                return int(line.split()[1]) * 1024
        raise RuntimeError(f"/proc has no {name}")


class Console(Process):
    """``yurt-console serve`` on a free port, with further flags."""

    def __init__(self, kubeconfig: Path, log: Path, *flags: str) -> None:
        self.address = Address(f"http://127.0.0.1:{free_port()}")
        port = str(urlsplit(self.address.url).port)
        command = [str(YURT_CONSOLE), "serve", "--kubeconfig", str(kubeconfig), "--host", "127.0.0.1"]
        super().__init__([*command, "--port", port, "--log-level", "warning", *flags], log)

    def __enter__(self) -> Console:
        return self

    def wait_ready(self) -> float:
        """Seconds from the start of the process until ``/readyz`` said 200."""
        while time.monotonic() < self.started + _READY_SECONDS:
            with contextlib.suppress(OSError, http.client.HTTPException):
                if ask(self.address, "/readyz").status == 200:
                    return time.monotonic() - self.started
            self.alive()
            time.sleep(0.01)
        raise RuntimeError(f"the console was not ready after {_READY_SECONDS} s")


class Simulator(Process):
    """``yurt-console simulate`` on a free port, with the sample world of that name, in memory."""

    def __init__(self, folder: Path, seed: str) -> None:
        self.kubeconfig = folder / f"{seed}.kubeconfig"
        self.kubeconfig.unlink(missing_ok=True)
        options = ["--port", str(free_port()), "--seed", seed, "--openyurt", "v1.7"]
        command = [str(YURT_CONSOLE), "simulate", *options, "--write-kubeconfig", str(self.kubeconfig)]
        super().__init__(command, folder / "simulator.log")

    def __enter__(self) -> Simulator:
        return self

    def wait_ready(self) -> float:
        """Seconds from the start of the process until it answered."""
        while time.monotonic() < self.started + _READY_SECONDS:
            with contextlib.suppress(OSError, http.client.HTTPException):
                if self.kubeconfig.exists() and ask(address.read(self.kubeconfig), "/readyz").status == 200:
                    return time.monotonic() - self.started
            self.alive()
            time.sleep(0.05)
        raise RuntimeError(f"the simulator was not ready after {_READY_SECONDS} s")


def _tasks(pid: int) -> Iterator[Path]:
    return Path(f"/proc/{pid}/task").iterdir()
