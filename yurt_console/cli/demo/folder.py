"""The demo's data folder: locked by one demo at a time; remembers its ports."""

from __future__ import annotations

import contextlib
import fcntl
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import msgspec

from yurt_console.cli import private_files
from yurt_console.kube.errors import KubeError

_TRIES = 200


class DemoState(msgspec.Struct, frozen=True):
    """What a second start reads from the first."""

    port: int = 0
    api_port: int = 0
    prepared: bool = False
    """Whether the sample accounts have been made; deleted ones are not made again."""


class Folder:
    """A demo's folder, locked by this process."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    @contextlib.contextmanager
    def locked(cls, path: Path) -> Iterator[Folder]:
        """Create the folder if needed and lock it. Raises `KubeError` when another demo holds it, OSError."""
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (path / "lock").open("a+") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                lock.seek(0)
                pid = lock.read().strip()
                raise KubeError(
                    f"a demo runs in {path} already{f' (process {pid})' if pid else ''}:"
                    " stop it first, or give this one a --data-dir of its own"
                ) from None
            lock.seek(0)
            lock.truncate()
            print(os.getpid(), file=lock, flush=True)
            yield cls(path)

    def file(self, name: str) -> Path:
        """A file in the folder."""
        return self.path / name

    def read_state(self) -> DemoState:
        """The state last written; defaults when there is none."""
        try:
            return msgspec.json.decode(self.file("demo.json").read_bytes(), type=DemoState)
        except (FileNotFoundError, msgspec.MsgspecError):
            return DemoState()

    def write_state(self, state: DemoState) -> None:
        """Write the state for the next start."""
        private_files.write_private(self.file("demo.json"), msgspec.json.encode(state).decode())


def free_port(wanted: int, *, besides: int = 0) -> int:
    """``wanted``, or the next port of 127.0.0.1 that is free and not ``besides``. Raises `KubeError`."""
    for port in range(wanted, min(wanted + _TRIES, 65536)):
        if port != besides and _is_free(port):
            return port
    raise KubeError(f"no port from {wanted} on is free on 127.0.0.1: choose another")


def _is_free(port: int) -> bool:
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True
