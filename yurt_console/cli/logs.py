"""Logging: one line an event, on standard error, in UTC. No line holds a credential."""

from __future__ import annotations

import logging
import sys
import time

LEVELS = ("debug", "info", "warning", "error")
_CHATTY = ("aiohttp", "asyncio", "uvicorn.access")
"""Loggers that are limited to warnings, except at debug level."""


def set_up(level: str) -> None:
    """Send logs of ``level`` and above to standard error."""
    formatter = logging.Formatter("%(asctime)s %(levelname)-7s %(name)s: %(message)s", "%Y-%m-%dT%H:%M:%SZ")
    formatter.converter = time.gmtime
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    for name in _CHATTY:
        logging.getLogger(name).setLevel(logging.DEBUG if level == "debug" else logging.WARNING)
