"""A client that is closed leaves nothing open, also where the server never says goodbye."""

from __future__ import annotations

import asyncio
import gc
import socket
import ssl
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from apimachinery.resources import PODS
from tests.kube.certificates import Authority
from tests.kube.fake_server import server_tls
from yurt_console.kube.client import Client
from yurt_console.kube.credentials import Credentials


@contextmanager
def silent(tls: ssl.SSLContext) -> Iterator[tuple[str, threading.Event]]:
    """A TLS server that reads one request and is silent from then on; its address, and when it has read."""
    heard, ended = threading.Event(), threading.Event()

    def serve() -> None:
        connection, _ = listener.accept()
        with tls.wrap_socket(connection, server_side=True) as wrapped:
            wrapped.recv(65536)
            heard.set()
            ended.wait(30)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(30)
        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"https://127.0.0.1:{listener.getsockname()[1]}", heard
        finally:
            ended.set()
            thread.join()


def test_a_request_that_was_cancelled_leaves_no_connection_behind(tmp_path: Path) -> None:
    authority = Authority.new()

    async def cancel_and_close(server: str, heard: threading.Event) -> None:
        async with Client(Credentials(server, ca=authority.pem)) as kube:
            asking = asyncio.create_task(kube.list(PODS))
            assert await asyncio.to_thread(heard.wait, 10)
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        with silent(server_tls(authority, tmp_path, "127.0.0.1")) as (server, heard):
            asyncio.run(cancel_and_close(server, heard))
        gc.collect()

    assert [str(warning.message) for warning in caught] == []
