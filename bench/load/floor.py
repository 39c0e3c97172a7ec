"""The floor: a bare ASGI application that sends recorded replies. ``python -m bench.load.floor PORT``.

It runs in the console's own server (uvicorn, uvloop, httptools, one process) with the console's settings of
it, and looks a reply up by the request target: plain uvicorn serves these bytes for no less.
Reads a msgpack list of `Recorded` on stdin until its end, then listens.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Any, Final

import msgspec
import uvicorn

from bench.cluster.endpoint import Recorded, Reply

_SET_BY_THE_SERVER: Final = {"date", "connection", "keep-alive", "transfer-encoding"}


class Application:
    """ASGI application: `Recorded` replies by path and query, 404 for any other."""

    def __init__(self, replies: Iterable[Recorded]) -> None:
        self._replies = {_key(recorded.target): _messages(recorded.reply) for recorded in replies}
        self._missing = _messages(Reply(404, (("content-length", "0"),), b""))

    async def __call__(self, scope: Any, _receive: Any, send: Any) -> None:
        """Send the reply to one request."""
        start, body = self._replies.get((scope["raw_path"], scope["query_string"]), self._missing)
        await send(start)
        await send(body)


def configuration(application: Application, port: int) -> uvicorn.Config:
    """The console's server settings, with uvicorn's own HTTP protocol."""
    return uvicorn.Config(
        application,
        host="127.0.0.1",
        port=port,
        loop="uvloop",
        http="httptools",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
    )


def _key(target: str) -> tuple[bytes, bytes]:
    path, _, query = target.partition("?")
    return path.encode(), query.encode()


def _messages(reply: Reply) -> tuple[dict[str, Any], dict[str, Any]]:
    headers = [
        (name.lower().encode(), value.encode())
        for name, value in reply.headers
        if name.lower() not in _SET_BY_THE_SERVER
    ]
    start = {"type": "http.response.start", "status": reply.status, "headers": headers}
    return start, {"type": "http.response.body", "body": reply.body}


def main() -> None:
    """Serve until terminated."""
    replies = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=list[Recorded])
    uvicorn.Server(configuration(Application(replies), int(sys.argv[1]))).run()


if __name__ == "__main__":
    main()
