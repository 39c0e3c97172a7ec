"""Processes under test: console, operator, simulator and the floor, measured from outside.

CPU and memory are the kernel's counts (``/proc``), so the product needs no instrumentation.
"""

from __future__ import annotations

import contextlib
import http.client
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Final
from urllib.parse import urlsplit

import msgspec

from bench.cluster.endpoint import Endpoint, Recorded, read_kubeconfig, request

YURT_CONSOLE: Final = Path(sys.executable).parent / "yurt-console"
"""The program beside this Python; another checkout's can be measured as well."""
_READY_SECONDS = 600
_CLOCK_STEP = 0.01


def free_port() -> int:
    """A TCP port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def run_cli(*arguments: str) -> str:
    """Run ``yurt-console`` with ``arguments``; returns its output. Raises RuntimeError when it fails."""
    done = subprocess.run(
        [str(YURT_CONSOLE), *arguments], capture_output=True, text=True, timeout=120, check=False
    )
    if done.returncode:
        raise RuntimeError(f"yurt-console {arguments[0]} failed:\n{done.stderr[-2000:]}")
    return done.stdout


class Measured:
    """CPU and memory of a running process, read from ``/proc``."""

    def __init__(self, pid: int) -> None:
        self.pid = pid

    def cpu(self) -> float:
        """CPU seconds, user and kernel, of all its threads so far."""
        tasks = Path(f"/proc/{self.pid}/task").iterdir()
        return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9

    def memory(self) -> int:
        """Resident bytes."""
        return self._status("VmRSS")

    def peak_memory(self) -> int:
        """Highest number of resident bytes so far."""
        return self._status("VmHWM")

    def _status(self, name: str) -> int:
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith(name + ":"):
                return int(line.split()[1]) * 1024
        raise RuntimeError(f"/proc has no {name}")


class Process(Measured):
    """A child process; a context manager that stops it. Its output is appended to ``log``."""

    def __init__(self, command: list[str], log: Path, stdin: bytes | None = None) -> None:
        self.started = time.monotonic()
        with log.open("ab") as output:
            self._child = subprocess.Popen(
                command,
                stdout=output,
                stderr=output,
                stdin=subprocess.DEVNULL if stdin is None else subprocess.PIPE,
            )
        super().__init__(self._child.pid)
        self._log = log
        if stdin is not None:
            assert self._child.stdin is not None
            self._child.stdin.write(stdin)
            self._child.stdin.close()

    def __enter__(self) -> Process:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Terminate it; kill it after ten seconds."""
        self._child.terminate()
        try:
            self._child.wait(10)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()

    def require_running(self) -> None:
        """Raise RuntimeError with the tail of its log when it has exited."""
        if self._child.poll() is not None:
            tail = self._log.read_text(errors="replace")[-2000:]
            raise RuntimeError(f"a process exited with {self._child.returncode}:\n{tail}")


class Server(Process):
    """A child process that serves HTTP at ``endpoint``."""

    endpoint: Endpoint
    readiness = "/readyz"

    def __enter__(self) -> Server:
        return self

    def wait_ready(self) -> float:
        """Wait for 200 from `readiness`; seconds since the process started. Raises RuntimeError."""
        while time.monotonic() < self.started + _READY_SECONDS:
            if self._is_ready():
                return time.monotonic() - self.started
            self.require_running()
            time.sleep(_CLOCK_STEP)
        raise RuntimeError(f"{type(self).__name__} was not ready after {_READY_SECONDS} s")

    def _is_ready(self) -> bool:
        with contextlib.suppress(OSError, http.client.HTTPException):
            return request(self.endpoint, self.readiness).status == 200
        return False


class Console(Server):
    """``yurt-console serve`` on a free port; ``program`` may be another checkout's."""

    def __init__(self, kubeconfig: Path, log: Path, *flags: str, program: Path = YURT_CONSOLE) -> None:
        self.endpoint = Endpoint(f"http://127.0.0.1:{free_port()}")
        command = [str(program), "serve", "--kubeconfig", str(kubeconfig), "--host", "127.0.0.1"]
        port = str(urlsplit(self.endpoint.url).port)
        super().__init__([*command, "--port", port, "--log-level", "warning", *flags], log)

    def __enter__(self) -> Console:
        return self


class Floor(Server):
    """The floor (`bench.load.floor`) on a free port, with recorded replies."""

    readiness = "/"

    def __init__(self, replies: list[Recorded], log: Path) -> None:
        port = free_port()
        self.endpoint = Endpoint(f"http://127.0.0.1:{port}")
        command = [sys.executable, "-m", "bench.load.floor", str(port)]
        super().__init__(command, log, msgspec.msgpack.encode(replies))

    def __enter__(self) -> Floor:
        return self

    def _is_ready(self) -> bool:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.endpoint.port), 1):
            return True
        return False


class Operator(Process):
    """``yurt-console operator``; ``program`` may be another checkout's."""

    def __init__(self, kubeconfig: Path, log: Path, program: Path = YURT_CONSOLE) -> None:
        command = [str(program), "operator", "--kubeconfig", str(kubeconfig)]
        super().__init__([*command, "--lease-duration", "3", "--log-level", "warning"], log)

    def __enter__(self) -> Operator:
        return self

    def wait_idle(self, seconds: float = 900.0) -> float:
        """Wait until it uses no CPU; seconds from its start until then. Raises RuntimeError."""
        while time.monotonic() < self.started + seconds:
            before, at = self.cpu(), time.monotonic()
            time.sleep(2.0)
            self.require_running()
            if self.cpu() - before < 0.1 and before > 1.0:
                return at - self.started
        raise RuntimeError("the operator does not become idle")


class Simulator(Server):
    """``yurt-console simulate`` on a free port, in memory, with the named seed."""

    def __init__(self, folder: Path, seed: str) -> None:
        self.kubeconfig = folder / f"{seed}.kubeconfig"
        self.kubeconfig.unlink(missing_ok=True)
        options = ["--port", str(free_port()), "--seed", seed, "--openyurt", "v1.7"]
        command = [str(YURT_CONSOLE), "simulate", *options, "--write-kubeconfig", str(self.kubeconfig)]
        super().__init__(command, folder / "simulator.log")

    def __enter__(self) -> Simulator:
        return self

    def _is_ready(self) -> bool:
        if not self.kubeconfig.exists():
            return False
        self.endpoint = read_kubeconfig(self.kubeconfig)
        return super()._is_ready()
