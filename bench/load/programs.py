"""Runs the programs of `bench.load` as processes of their own."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from typing import TypeVar

import msgspec

T = TypeVar("T")


def run_program(name: str, task: object, model: type[T]) -> T:
    """Run ``bench.load.NAME`` with ``task`` as its input; returns its result. Raises RuntimeError.

    Task and result are files: both can be megabytes, and pipes of that size lost data under heavy load.
    """
    with tempfile.TemporaryFile() as stdin, tempfile.TemporaryFile() as stdout:
        stdin.write(msgspec.json.encode(task))
        stdin.seek(0)
        done = subprocess.run(
            [sys.executable, "-m", f"bench.load.{name}"],
            stdin=stdin,
            stdout=stdout,
            stderr=subprocess.PIPE,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"bench.load.{name} failed:\n{done.stderr[-2000:].decode(errors='replace')}")
        stdout.seek(0)
        return msgspec.json.decode(stdout.read(), type=model)
