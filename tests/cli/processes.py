"""Long-running `yurt-console` commands as processes, with their output."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path

COMMAND = str(Path(sys.executable).parent / "yurt-console")
WITHIN = 60.0
"""Timeout in seconds of every wait, for a busy machine."""


def stop(
    process: subprocess.Popen[bytes], number: signal.Signals = signal.SIGTERM, *, within: float = 30
) -> int:
    """Stop a process with a signal; its exit status. Kills it and fails when it does not exit."""
    process.send_signal(number)
    try:
        return process.wait(within)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        raise AssertionError(f"{process.args!r} did not end within {within:g} s of {number.name}") from None


class Running:
    """A process in its own group; `said` grows line by line."""

    def __init__(self, *args: str, cwd: Path, environment: Mapping[str, str] | None = None) -> None:
        clean = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith("YURT_CONSOLE_") and name != "KUBECONFIG"
        }
        self.process = subprocess.Popen(
            [COMMAND, *args],
            cwd=cwd,
            env={**clean, **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            process_group=0,
        )
        self.said = ""
        self._news = threading.Condition()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def until(self, text: str) -> str:
        """The output so far, once it contains ``text``; fails when the process exits before that."""
        with self._news:
            self._news.wait_for(lambda: text in self.said or not self._reader.is_alive(), WITHIN)
        assert text in self.said, self.said
        return self.said

    def interrupt(self) -> int:
        """Ctrl-C: SIGINT to the process group; the exit status."""
        os.killpg(self.process.pid, signal.SIGINT)
        return self.end()

    def end(self) -> int:
        """Wait for the exit; the exit status."""
        try:
            status = self.process.wait(WITHIN)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"it does not end:\n{self.said}") from None
        self._reader.join(WITHIN)
        return status

    def kill(self) -> None:
        """SIGKILL, if it is running."""
        if self.process.poll() is None:
            self.process.kill()
        self.end()
        if self.process.stdout:
            self.process.stdout.close()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            with self._news:
                self.said += line
                self._news.notify_all()
        with self._news:
            self._news.notify_all()
