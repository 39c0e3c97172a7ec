"""Runs the programs of `bench.load` as processes of their own."""

from __future__ import annotations

import subprocess
import sys
from typing import TypeVar

import msgspec

T = TypeVar("T")


def run_program(name: str, task: object, model: type[T]) -> T:
    """Run ``bench.load.NAME`` with ``task`` as its input; returns its result. Raises RuntimeError."""
    done = subprocess.run(
        [sys.executable, "-m", f"bench.load.{name}"],
        input=msgspec.json.encode(task),
        capture_output=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"bench.load.{name} failed:\n{done.stderr[-2000:].decode(errors='replace')}")
    try:
        return msgspec.json.decode(done.stdout, type=model)
    except msgspec.MsgspecError as error:
        detail = f"{error} in {len(done.stdout)} bytes\n{done.stderr[-2000:].decode(errors='replace')}"
        raise RuntimeError(f"bench.load.{name} wrote no result: {detail}") from None
