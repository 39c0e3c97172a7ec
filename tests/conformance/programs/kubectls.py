"""Every kubectl there is here: which, and how a test runs one."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from tests.conformance.servers.targets import Json
from tests.planes.control_plane import binaries, versions

_FETCHED = Path(__file__).parents[3] / ".clients" / "kubectl"


def programs() -> dict[str, str]:
    """Those beside real control planes; Debian 13's when it was fetched, or else the machine's own."""
    found = {version.rpartition(".")[0]: str(binaries(version) / "kubectl") for version in versions()}
    if _FETCHED.exists():
        found["1.32"] = str(_FETCHED)
    elif (own := shutil.which("kubectl")) and _runs(own):
        found["installed"] = own
    return found


def _runs(program: str) -> bool:
    """Whether it is a kubectl that works, and no link to nowhere or a placeholder."""
    command = [program, "version", "--client"]
    with contextlib.suppress(OSError, subprocess.TimeoutExpired):
        return subprocess.run(command, capture_output=True, check=False, timeout=30).returncode == 0
    return False


PROGRAMS = programs()
MISSING = "NOT RUN: there is no kubectl here; `make clients` fetches one"


@dataclass(frozen=True)
class Kubectl:
    """A kubectl with a kubeconfig, and a folder to keep what it discovered in."""

    program: str
    folder: Path

    @classmethod
    def prepared(cls, name: str, kubeconfig: Json, folder: Path) -> Kubectl:
        """The program of that name, for that kubeconfig."""
        (folder / "config").write_text(json.dumps(kubeconfig))
        return cls(PROGRAMS[name], folder)

    def __call__(
        self,
        *args: str,
        stdin: str | None = None,
        check: bool = True,
        environment: Mapping[str, str] | None = None,
    ) -> subprocess.CompletedProcess[str]:
        """Run it to its end; it must succeed unless ``check`` is off."""
        done = subprocess.run(
            self._command(args),
            capture_output=True,
            text=True,
            input=stdin,
            timeout=60,
            check=False,
            env={**os.environ, **(environment or {})},
        )
        assert not check or done.returncode == 0, done.stderr
        return done

    def get(self, *args: str) -> Any:
        """``kubectl get ... -o json``."""
        return json.loads(self("get", *args, "-o", "json").stdout)

    @contextlib.contextmanager
    def following(self, *args: str) -> Iterator[IO[str]]:
        """What it prints while it runs; it is ended at the end."""
        with subprocess.Popen(self._command(args), stdout=subprocess.PIPE, text=True) as running:
            assert running.stdout is not None
            try:
                yield running.stdout
            finally:
                running.kill()

    def _command(self, args: tuple[str, ...]) -> list[str]:
        config, cache = self.folder / "config", self.folder / "cache"
        return [self.program, "--kubeconfig", str(config), "--cache-dir", str(cache), *args]
