"""Runs a command in a container by WebSocket: what ``kubectl exec`` does.

Source: https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/ "create connect GET
requests to exec of Pod"; KEP-4006.
Memory is bounded: nothing is queued here, a slow reader holds the container back, and a container that does
not read holds the writer back.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Final

from apimachinery.resources import PODS
from yurt_console.kube.client import Client
from yurt_console.kube.connections.round_tripper import WebSocket
from yurt_console.kube.errors import Unreachable
from yurt_console.kube.streaming import channels
from yurt_console.kube.streaming.channels import Channel, ExitStatus, Frame, Size

CHUNK: Final = 32 * 1024
"""Bytes of stdin in one message, as kubectl sends."""


class Process:
    """A running command. One task may read `output` while others write."""

    def __init__(self, socket: WebSocket) -> None:
        self._socket = socket
        self.exit_status: ExitStatus | None = None
        """How the command ended; set when `output` has ended."""

    @property
    def ends_stdin(self) -> bool:
        """Whether `close_stdin` is possible: in v5 it is."""
        return self._socket.subprotocol == channels.V5

    async def output(self) -> AsyncGenerator[Frame, None]:
        """Frames of stdout and stderr until the command ends.

        Raises the `ApiError` of a command that could not be run, and `Unreachable` when the connection ends
        before the command.
        """
        ended = b""
        try:
            while (message := await self._socket.receive()) is not None:
                frame = channels.decode(message)
                if frame.channel is Channel.ERROR:
                    ended += frame.data  # output may still come: channels are copied side by side
                elif frame.channel in (Channel.STDOUT, Channel.STDERR) and frame.data:
                    yield frame
        except Unreachable:
            if not ended:
                raise
        if not ended:
            raise Unreachable("the connection ended before the command")
        self.exit_status = channels.exit_status(ended)

    async def write(self, data: bytes) -> None:
        """Send ``data`` to stdin; waits while the container does not read."""
        for begin in range(0, len(data), CHUNK):
            await self._socket.send(channels.encode(Channel.STDIN, data[begin : begin + CHUNK]))

    async def close_stdin(self) -> bool:
        """End stdin; False, and nothing happens, where the protocol cannot (see `ends_stdin`)."""
        if self.ends_stdin:
            await self._socket.send(channels.closing(Channel.STDIN))
        return self.ends_stdin

    async def resize(self, size: Size) -> None:
        """Set the size of the terminal; nothing happens without one."""
        await self._socket.send(channels.resizing(size))


@asynccontextmanager
async def execute(
    client: Client,
    namespace: str,
    pod: str,
    command: Sequence[str],
    *,
    container: str = "",
    stdin: bool = False,
    tty: bool = False,
) -> AsyncIterator[Process]:
    """Run ``command`` in a container ("": the pod's first) for as long as the block lasts.

    With ``tty`` stderr is part of stdout. Entering raises what the API server refuses with; from Kubernetes
    1.30 some refusals come from `Process.output` instead. The end of the block closes the connection; a
    command without a terminal may outlive it.
    """
    params = [("command", word) for word in command]
    params += [("stdout", "true"), ("stderr", "" if tty else "true")]
    params += [("stdin", "true" if stdin else ""), ("tty", "true" if tty else ""), ("container", container)]
    async with client.upgrade(
        PODS,
        pod,
        namespace,
        subresource="exec",
        params=[(key, value) for key, value in params if value or key == "command"],
        subprotocols=channels.SUBPROTOCOLS,
    ) as socket:
        yield Process(socket)
