"""Child processes of the demo: started in order, stopped together, each with a log file.

Each has a process group of its own, so that Ctrl-C reaches the demo alone, which stops them in order.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from collections.abc import Mapping
from pathlib import Path

from yurt_console.kube.errors import KubeError
from yurt_console.settings import variable

_GRACE = 10.0
"""Seconds between SIGTERM and SIGKILL."""
_NOT_INHERITED = ("KUBECONFIG", "KUBERNETES_SERVICE_HOST")


class ChildExited(KubeError):
    """A child exited by itself; the text names it and its log."""


class ProcessGroup:
    """Children that run ``yurt-console`` commands; their logs are files in ``folder``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._children: dict[str, asyncio.subprocess.Process] = {}
        self._started = asyncio.Event()

    def log(self, name: str) -> Path:
        """The log file of a child."""
        return self._folder / f"{name}.log"

    async def start(self, name: str, *command: str) -> None:
        """Start ``yurt-console COMMAND``; an earlier log of that name is replaced."""
        with self.log(name).open("wb") as log:
            self._children[name] = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "yurt_console.cli.demo.child", *command),
                stdin=asyncio.subprocess.PIPE,
                stdout=log,
                stderr=log,
                env=_environment(os.environ),
                process_group=0,
            )
        self._started.set()

    async def watch(self) -> None:
        """Raise `ChildExited` as soon as a child ends."""
        while True:
            self._started.clear()
            ends = {asyncio.create_task(child.wait()): name for name, child in self._children.items()}
            started = asyncio.create_task(self._started.wait())
            try:
                done, _ = await asyncio.wait((started, *ends), return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in (started, *ends):
                    task.cancel()
            for task in done - {started}:
                raise ChildExited(self._exit_message(ends[task]))

    async def stop(self, *names: str) -> None:
        """Stop these children with SIGTERM, after a grace period with SIGKILL."""
        await asyncio.gather(*(self._end(self._children[name]) for name in names if name in self._children))

    def _exit_message(self, name: str) -> str:
        code = self._children[name].returncode or 0
        how = f"was killed by signal {-code}" if code < 0 else f"ended by itself (exit status {code})"
        output = self.log(name).read_text(errors="replace").strip().splitlines()
        last = f"; its last line:\n    {output[-1][:400]}" if output else ""
        return f"the {name} {how}; its log is {self.log(name)}{last}"

    @staticmethod
    async def _end(child: asyncio.subprocess.Process) -> None:
        with contextlib.suppress(ProcessLookupError):
            child.terminate()
        try:
            await asyncio.wait_for(child.wait(), _GRACE)
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                child.kill()
            await child.wait()


def _environment(ours: Mapping[str, str]) -> dict[str, str]:
    """The environment without settings of the product and without another kubeconfig."""
    prefix = variable("")
    return {
        name: value
        for name, value in ours.items()
        if not name.startswith(prefix) and name not in _NOT_INHERITED
    }
