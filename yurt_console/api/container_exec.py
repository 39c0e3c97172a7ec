"""``GET /pods/NAMESPACE/NAME/exec``: a WebSocket to a command in a container, run as the caller.

Messages are Kubernetes' own (`kube.streaming.channels`, ``v5.channel.k8s.io``) in both directions, whichever
protocol the cluster speaks. The socket ends with the session, as the stream of changes does, and counts
against the same bounds. A refusal before the handshake answers as HTTP; what fails later closes with 4000 +
the HTTP code and words, after the whole ``Status`` on the error channel.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import Final, NamedTuple

import msgspec
from starlette.types import Receive, Scope, Send

from apimachinery import validation
from apimachinery.errors import (
    BadRequestError,
    Status,
    StatusCause,
    StatusDetails,
    UnauthorizedError,
)
from yurt_console.api.http import errors, guard, query
from yurt_console.api.http.query import Parameter
from yurt_console.api.http.routing.route import Access, Call, Route
from yurt_console.api.http.routing.upstream import Upstream
from yurt_console.api.http.streams import CHECK_SECONDS
from yurt_console.api.http.websockets import (
    GOING_AWAY,
    NORMAL,
    WEBSOCKET,
    BrowserSocket,
    close_code,
)
from yurt_console.cache.feed import Subscription
from yurt_console.kube.errors import MalformedReply
from yurt_console.kube.streaming import channels
from yurt_console.kube.streaming.channels import Channel, ExitStatus
from yurt_console.kube.streaming.remotecommand import Process, execute
from yurt_console.strict_input import Reader
from yurt_console.tenancy.identity import access

log = logging.getLogger(__name__)

WORDS: Final = 64
"""Words of a command."""
COMMAND_LIMIT: Final = 2048
"""Characters of the ``command`` parameter."""
_SHELL: Final = ("sh",)
_SESSION_ENDED: Final = "the session has ended"
_STATUS_SECONDS: Final = 2.0
"""Seconds that the last message may wait for a browser that does not read."""


class _Target(NamedTuple):
    namespace: str
    pod: str
    container: str
    command: tuple[str, ...]
    tty: bool


class _End(NamedTuple):
    """Why a socket closes."""

    code: int
    reason: str
    status: Status | None = None


class _ExecSocket:
    """The response of one handshake. It counts against the bounds while it is open."""

    def __init__(self, call: Call, socket: BrowserSocket, target: _Target) -> None:
        self._call = call
        self._socket = socket
        self._target = target
        self._end = _End(GOING_AWAY, "the console is stopping")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the command until it, the browser or the session ends."""
        call = self._call
        with (
            call.cluster.feed.subscribe(frozenset({call.caller.subject})) as subscription,
            guard.opened_stream(call, EXEC.name, lambda: self._end_session(subscription)),
        ):
            await self._socket.accept(channels.V5)
            where = f"{self._target.namespace}/{self._target.pod}"
            log.info("%s: exec in pod %s", call.caller.subject, where)
            await self._close(await self._first_end(subscription))

    async def _first_end(self, subscription: Subscription) -> _End:
        tasks = [asyncio.create_task(self._run()), asyncio.create_task(self._watch_session(subscription))]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await _cancelled(*tasks)
        try:
            return next(task for task in tasks if task in done).result()
        except Exception as error:
            status = errors.explain(error, EXEC.upstream)
            return _End(close_code(status), status.message, status)

    async def _run(self) -> _End:
        """Run the command, and pass messages on in both directions."""
        call, target = self._call, self._target
        async with (
            call.cluster.impersonator.client(call.caller, target.namespace) as client,
            execute(
                client,
                target.namespace,
                target.pod,
                target.command,
                container=target.container,
                stdin=True,
                tty=target.tty,
            ) as process,
        ):
            writing = asyncio.create_task(self._write(process))
            reading = asyncio.create_task(self._read(process))
            try:
                await asyncio.wait((writing, reading), return_when=asyncio.FIRST_COMPLETED)
                return reading.result() if reading.done() else writing.result()
            finally:
                await _cancelled(writing, reading)

    async def _write(self, process: Process) -> _End:
        """From the browser to the container, until the browser is gone."""
        while (message := await self._socket.receive()) is not None:
            try:
                frame = channels.decode(message)
                match frame.channel:
                    case Channel.STDIN:
                        await process.write(frame.data)
                    case Channel.RESIZE:
                        await process.resize(channels.size_of(frame.data))
                    case Channel.CLOSE if frame.data == bytes((Channel.STDIN,)):
                        await self._close_stdin(process)
                    case _:
                        raise BadRequestError.of("a browser sends stdin, sizes and the end of stdin only")
            except MalformedReply as error:
                raise BadRequestError.of(str(error)) from None
        return _End(NORMAL, "")

    async def _close_stdin(self, process: Process) -> None:
        if not await process.close_stdin():
            raise BadRequestError.of("this cluster cannot end stdin: it needs Kubernetes 1.30")

    async def _read(self, process: Process) -> _End:
        """From the container to the browser, until the command ends."""
        try:
            async for frame in process.output():
                await self._socket.send(channels.encode(*frame))
        except OSError:  # the browser is gone
            return _End(NORMAL, "")
        ended = process.exit_status or ExitStatus(0)
        return _End(NORMAL, ended.words, _status_of(ended))

    async def _watch_session(self, subscription: Subscription) -> _End:
        """Wait until the session or the account no longer allows this, or the console stops."""
        loop = asyncio.get_running_loop()
        check_at = loop.time() + CHECK_SECONDS
        while True:
            is_about_accounts = False
            try:
                async with asyncio.timeout_at(check_at):
                    is_about_accounts = (await anext(subscription)).plural == "users"
            except TimeoutError:
                pass
            except StopAsyncIteration:
                return self._end
            if is_about_accounts or loop.time() >= check_at:
                self._require_session()
                check_at = loop.time() + CHECK_SECONDS

    def _require_session(self) -> None:
        """Raise the `StatusError` of a credential that no longer holds."""
        caller = guard.identify(self._call.console, self._call.request, self._call.parameters.get("token"))
        access.namespace(caller, self._target.namespace)

    def _end_session(self, subscription: Subscription) -> None:
        self._end = _End(close_code(UnauthorizedError.of("").status), _SESSION_ENDED)
        subscription.close()

    async def _close(self, end: _End) -> None:
        if end.status is not None:
            with contextlib.suppress(OSError, TimeoutError):
                async with asyncio.timeout(_STATUS_SECONDS):
                    await self._socket.send(channels.encode(Channel.ERROR, msgspec.json.encode(end.status)))
        await self._socket.close(end.code, end.reason)


async def _cancelled(*tasks: asyncio.Task[_End]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _status_of(ended: ExitStatus) -> Status:
    """The ``Status`` of an exit, as a kubelet sends it."""
    if ended.code == 0:
        return Status(status="Success", code=200)
    cause = StatusCause(reason="ExitCode", message=str(ended.code))
    return Status(
        message=ended.words, reason="NonZeroExitCode", details=StatusDetails(causes=(cause,)), code=500
    )


async def _exec(call: Call) -> _ExecSocket:
    target = _target(call)
    access.namespace(call.caller, target.namespace)
    socket: BrowserSocket | None = call.request.scope["state"].get(WEBSOCKET)
    if socket is None:
        raise errors.upgrade_required()
    if channels.V5 not in socket.subprotocols:
        raise BadRequestError.of(
            f"the subprotocol {channels.V5} must be offered", field="Sec-WebSocket-Protocol"
        )
    return _ExecSocket(call, socket, target)


def _target(call: Call) -> _Target:
    namespace, pod = call.named("namespace"), call.named("name")
    container = call.parameters.get("container", "")
    reader = Reader()
    reader.require_namespace("namespace", namespace)
    reader.require_name("name", pod)
    if container and not validation.is_dns_label(container):
        reader.refuse("container", "must be a DNS label of at most 63 characters")
    command = _command(call.parameters.get("command"))
    if not command:
        reader.refuse("command", f"must be a JSON array of 1 to {WORDS} texts without NUL")
    reader.done()
    return _Target(namespace, pod, container, command, query.flag(call.parameters, "tty", default=True))


def _command(text: str | None) -> tuple[str, ...]:
    """The words in the ``command`` parameter, () for what is none."""
    if text is None:
        return _SHELL
    try:
        words = msgspec.json.decode(text[: COMMAND_LIMIT + 1], type=tuple[str, ...])
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return ()
    if len(words) > WORDS or not words or not words[0] or any("\0" in word for word in words):
        return ()
    return words


EXEC: Final = Route(
    "exec_in_container",
    "GET",
    "/pods/{namespace}/{name}/exec",
    Access.TENANT,
    _exec,
    "A WebSocket to a command in a container, run as the caller",
    media_type="",
    parts=(
        Parameter("namespace", "where the pod is", {"type": "string", "minLength": 1}),
        Parameter("name", "how the pod is called", {"type": "string", "minLength": 1}),
    ),
    parameters=(
        Parameter("container", "the pod's first when left out", {"type": "string"}),
        Parameter(
            "command",
            'the words as a JSON array; ["sh"] when left out',
            {"type": "string", "maxLength": COMMAND_LIMIT},
        ),
        Parameter("tty", "whether it has a terminal", {"type": "boolean", "default": True}),
    ),
    errors=(400, 404, 426, 429, 500, 503, 504),
    status=101,
    upstream=Upstream.CALLER,
    is_websocket=True,
)
