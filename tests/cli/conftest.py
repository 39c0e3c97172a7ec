"""The cluster under test with the product installed, and commands that run on it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.planes.installed import installed
from tests.planes.plane import Plane
from yurt_console.cli import main
from yurt_console.custom_resources import USERS

__all__ = ["installed"]


@pytest.fixture
def cluster(installed: Plane) -> Iterator[Plane]:
    """The cluster with the product installed, without accounts afterwards; no operator runs."""
    yield installed
    installed.api.delete_all(USERS)


class CommandResult:
    """Exit code and output of a command."""

    def __init__(self, capsys: pytest.CaptureFixture[str], kubeconfig: Path, *args: str) -> None:
        capsys.readouterr()
        self.code = main.main([*args, "--kubeconfig", str(kubeconfig)])
        self.out, self.err = capsys.readouterr()
