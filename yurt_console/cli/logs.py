"""Logging: one line per event, on standard error, in UTC. No line contains a credential."""

from __future__ import annotations

import logging
import sys
import time

LEVELS = ("debug", "info", "warning", "error")
_CHATTY = ("aiohttp", "asyncio", "uvicorn.access")
"""Loggers that are limited to warnings, except at debug level."""


class _Formatter(logging.Formatter):
    """Formats a second's time once; a busy server logs thousands of lines in it."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(name)s: %(message)s")
        self._second = -1
        self._text = ""

    def formatTime(self, record: logging.LogRecord, _datefmt: str | None = None) -> str:  # noqa: N802
        second = int(record.created)
        if second != self._second:
            self._second = second
            self._text = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(second))
        return self._text


def set_up(level: str) -> None:
    """Send logs of ``level`` and above to standard error."""
    # no line shows them, and determining them takes half of the time of a line
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    logging._srcfile = None
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Formatter())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    for name in _CHATTY:
        logging.getLogger(name).setLevel(logging.DEBUG if level == "debug" else logging.WARNING)
