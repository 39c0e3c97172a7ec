"""uvicorn without signals and logs of its own."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Iterator
from typing import Any

import uvicorn


def config(app: Any, grace: int, **options: Any) -> uvicorn.Config:
    """Our own log and reading of proxies; no software's name, and no WebSockets unless ``ws`` is given.

    ``grace``: seconds that requests in flight may take once the server stops.
    """
    return uvicorn.Config(
        app,
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=grace,
        **{"ws": "none", **options},
    )


class BackgroundServer(uvicorn.Server):
    """A server that leaves signals to its program."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Do nothing."""
        yield

    async def run_until_cancelled(self, listening: socket.socket) -> None:
        """Serve until cancelled; then stop accepting and let requests in flight end."""
        serving = asyncio.create_task(self.serve([listening]))
        try:
            await asyncio.shield(serving)
        finally:
            self.should_exit = True
            await serving
