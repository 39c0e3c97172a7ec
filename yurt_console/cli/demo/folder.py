"""The folder in which a demo keeps everything: one demo at a time, the same ports if they are free."""

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


class Remembered(msgspec.Struct, frozen=True):
    """What a second start takes over from the first."""

    port: int = 0
    api_port: int = 0
    prepared: bool = False
    """Whether the sample accounts have been made; those that somebody deleted are not made again."""


class Folder:
    """A demo's folder, held by this process."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    @contextlib.contextmanager
    def held(cls, path: Path) -> Iterator[Folder]:
        """Make the folder if need be, and hold it. Raises `KubeError` when another demo does, OSError."""
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (path / "lock").open("a+") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                lock.seek(0)
                who = lock.read().strip()
                raise KubeError(
                    f"a demo runs in {path} already{f' (process {who})' if who else ''}:"
                    " stop it first, or give this one a --data-dir of its own"
                ) from None
            lock.seek(0)
            lock.truncate()
            print(os.getpid(), file=lock, flush=True)
            yield cls(path)

    def file(self, name: str) -> Path:
        """A file in the folder."""
        return self.path / name

    def remembered(self) -> Remembered:
        """What `remember` was last given."""
        try:
            return msgspec.json.decode(self.file("demo.json").read_bytes(), type=Remembered)
        except (FileNotFoundError, msgspec.MsgspecError):
            return Remembered()

    def remember(self, what: Remembered) -> None:
        """Keep for the next start."""
        private_files.write_private(self.file("demo.json"), msgspec.json.encode(what).decode())


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
