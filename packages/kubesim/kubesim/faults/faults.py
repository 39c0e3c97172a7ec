"""Faults: failures of the API server and of nodes, injected on request.

    simulation.faults.bring(Throttle(seconds=5))

`Faults` holds those in effect; the HTTP app consults it before and during every response. Times are on the
simulation's clock. Controllers and kubelets inside the simulation see none of them but lost nodes.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from typing import Annotated, Literal, Protocol, TypeAlias

import msgspec

from kubesim.registry.server import Server

_LONGEST = 24 * 3600
Seconds: TypeAlias = Annotated[float, msgspec.Meta(gt=0, le=_LONGEST)]
Name: TypeAlias = Annotated[str, msgspec.Meta(min_length=1, max_length=253)]


class _Fault(msgspec.Struct, frozen=True, tag_field="fault", forbid_unknown_fields=True):
    pass


class CutWatches(_Fault, frozen=True, tag="cut-watches"):
    """Break the connections of all open watches and followed logs, as a network failure does."""


class ExpireHistory(_Fault, frozen=True, tag="expire-history"):
    """Compact all history: resuming from an older version or continuing a list gets 410."""


class Throttle(_Fault, frozen=True, tag="throttle"):
    """Answer all requests with 429."""

    seconds: Seconds


class Errors(_Fault, frozen=True, tag="errors"):
    """Answer all requests with a server error."""

    seconds: Seconds
    code: Literal[500, 503, 504] = 500


class Latency(_Fault, frozen=True, tag="latency"):
    """Delay all responses."""

    milliseconds: Annotated[float, msgspec.Meta(gt=0, le=_LONGEST * 1000)]
    seconds: Seconds


class Hang(_Fault, frozen=True, tag="hang"):
    """Accept requests and answer none, and stall open streams; go on afterwards."""

    seconds: Seconds


class LoseNode(_Fault, frozen=True, tag="lose-node"):
    """Disconnect a node: its heartbeats stop, its pods go on unseen."""

    name: Name


class ReturnNode(_Fault, frozen=True, tag="return-node"):
    """Reconnect a node."""

    name: Name


class Clear(_Fault, frozen=True, tag="clear"):
    """End all faults with a duration. Lost nodes stay lost."""


Fault: TypeAlias = (
    CutWatches | ExpireHistory | Throttle | Errors | Latency | Hang | LoseNode | ReturnNode | Clear
)


class Nodes(Protocol):
    """The simulated machines."""

    def stop_kubelet(self, name: str) -> None:
        """Stop a node's kubelet. Raises `NotFoundError`; `BadRequestError` where it is not simulated."""

    def start_kubelet(self, name: str) -> None:
        """Start a node's kubelet. Raises as `stop_kubelet`."""


class Faults:
    """The faults in effect."""

    def __init__(self, server: Server, nodes: Nodes) -> None:
        self._server, self._clock, self._nodes = server, server.clock, nodes
        self._streams: dict[object, Callable[[], None]] = {}
        self._throttled = self._failing = self._slow = self._hanging = 0.0
        self._code = 0
        self._delay = 0.0
        self._cleared = asyncio.Event()

    def bring(self, fault: Fault) -> str:
        """Apply a fault; returns a description.

        Raises `NotFoundError` for an unknown node, `BadRequestError` for one that is not simulated here.
        """
        match fault:
            case CutWatches():
                return f"{self._cut()} open streams were cut"
            case ExpireHistory():
                log = self._server.log
                log.compact(log.revision)
                return f"the history up to version {log.compacted} is compacted"
            case Throttle(seconds):
                self._throttled = self._until(seconds)
                return f"every request gets 429 for {seconds:g} s"
            case Errors(seconds, code):
                self._failing, self._code = self._until(seconds), code
                return f"every request gets {code} for {seconds:g} s"
            case Latency(milliseconds, seconds):
                self._slow, self._delay = self._until(seconds), milliseconds / 1000
                return f"every response is delayed by {milliseconds:g} ms for {seconds:g} s"
            case Hang(seconds):
                self._hanging = self._until(seconds)
                return f"no responses for {seconds:g} s"
            case LoseNode(name):
                self._nodes.stop_kubelet(name)
                return f"node {name} is disconnected"
            case ReturnNode(name):
                self._nodes.start_kubelet(name)
                return f"node {name} is connected again"
            case Clear():
                self.clear()
                return "all faults with a duration are cleared; lost nodes stay lost until return-node"

    def clear(self) -> None:
        """End all faults with a duration."""
        self._throttled = self._failing = self._slow = self._hanging = 0.0
        self._cleared.set()
        self._cleared = asyncio.Event()

    @property
    def is_throttling(self) -> bool:
        """Whether requests get 429."""
        return self._is_on(self._throttled)

    @property
    def error_code(self) -> int:
        """The HTTP status that every request gets, 0 for none."""
        return self._code if self._is_on(self._failing) else 0

    async def answering(self) -> None:
        """Wait while the server hangs."""
        while self._is_on(self._hanging):
            await self._pause(self._hanging - self._clock.monotonic())

    async def delay(self) -> None:
        """Wait for the injected latency."""
        if self._is_on(self._slow):
            await self._pause(self._delay)

    @contextlib.contextmanager
    def stream(self, cut: Callable[[], None]) -> Iterator[None]:
        """Register ``cut`` for `CutWatches` while the block runs."""
        key = object()
        self._streams[key] = cut
        try:
            yield
        finally:
            del self._streams[key]

    def _cut(self) -> int:
        cuts = tuple(self._streams.values())
        for cut in cuts:
            cut()
        return len(cuts)

    def _until(self, seconds: float) -> float:
        return self._clock.monotonic() + seconds

    def _is_on(self, until: float) -> bool:
        return self._clock.monotonic() < until

    async def _pause(self, seconds: float) -> None:
        """Wait, at most until `clear`."""
        cleared = asyncio.ensure_future(self._cleared.wait())
        passed = asyncio.ensure_future(self._clock.sleep(seconds))
        try:
            await asyncio.wait((cleared, passed), return_when=asyncio.FIRST_COMPLETED)
        finally:
            cleared.cancel()
            passed.cancel()
