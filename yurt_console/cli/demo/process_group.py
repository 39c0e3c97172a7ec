"""Processes that belong together: started one by one, ended all at once, each with a log of its own.

They are no part of our process group, so that Ctrl-C reaches us alone and we end them in order.
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
"""Seconds a child may take to end before it is killed."""
_ALWAYS_OWN = ("KUBECONFIG", "KUBERNETES_SERVICE_HOST")


class Died(KubeError):
    """A child ended without being told to; the text names it and its log."""


class ProcessGroup:
    """Children that run commands of ours; their logs are files in ``folder``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._children: dict[str, asyncio.subprocess.Process] = {}
        self._news = asyncio.Event()

    def log(self, name: str) -> Path:
        """Where a child's output goes."""
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
        self._news.set()

    async def watch(self) -> None:
        """Raise `Died` as soon as a child ends."""
        while True:
            self._news.clear()
            ends = {asyncio.create_task(child.wait()): name for name, child in self._children.items()}
            news = asyncio.create_task(self._news.wait())
            try:
                done, _ = await asyncio.wait((news, *ends), return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in (news, *ends):
                    task.cancel()
            for task in done - {news}:
                raise Died(self._obituary(ends[task]))

    async def stop(self, *names: str) -> None:
        """End these children, or kill those that do not listen."""
        await asyncio.gather(*(self._end(self._children[name]) for name in names if name in self._children))

    def _obituary(self, name: str) -> str:
        code = self._children[name].returncode or 0
        how = f"was killed by signal {-code}" if code < 0 else f"ended by itself (exit status {code})"
        said = self.log(name).read_text(errors="replace").strip().splitlines()
        last = f"; its last words:\n    {said[-1][:400]}" if said else ""
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
    """The environment without anything that leads to another cluster or opens another address."""
    prefix = variable("")
    return {
        name: value for name, value in ours.items() if not name.startswith(prefix) and name not in _ALWAYS_OWN
    }
