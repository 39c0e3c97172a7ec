"""Trouble on request: what an API server or a site does to its clients on a bad day.

    world.faults.bring(Throttle(seconds=5))

`Faults` holds what is going on; the HTTP app asks it before and during every reply. Times are measured on
the simulation's clock. For those who live inside the world it is always well, but for lost nodes.
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
    """Break the connection of every open watch and followed log, as a lost network does."""


class ExpireHistory(_Fault, frozen=True, tag="expire-history"):
    """Forget all past changes: whoever resumes from an older version or continues a list gets 410."""


class Throttle(_Fault, frozen=True, tag="throttle"):
    """Answer every request with 429."""

    seconds: Seconds


class Errors(_Fault, frozen=True, tag="errors"):
    """Answer every request with an error of the server."""

    seconds: Seconds
    code: Literal[500, 503, 504] = 500


class Latency(_Fault, frozen=True, tag="latency"):
    """Wait before every answer."""

    milliseconds: Annotated[float, msgspec.Meta(gt=0, le=_LONGEST * 1000)]
    seconds: Seconds


class Hang(_Fault, frozen=True, tag="hang"):
    """Accept connections and requests and say nothing, on open streams neither; afterwards go on."""

    seconds: Seconds


class LoseNode(_Fault, frozen=True, tag="lose-node"):
    """Take a node off the network: its heartbeats stop, its pods live on unseen."""

    name: Name


class ReturnNode(_Fault, frozen=True, tag="return-node"):
    """Bring a lost node back."""

    name: Name


class Clear(_Fault, frozen=True, tag="clear"):
    """End what lasts for a time. Lost nodes stay lost."""


Fault: TypeAlias = (
    CutWatches | ExpireHistory | Throttle | Errors | Latency | Hang | LoseNode | ReturnNode | Clear
)


class Nodes(Protocol):
    """The machines inside the simulation."""

    def stop_kubelet(self, name: str) -> None:
        """A machine falls silent. Raises `NotFound`, and `BadRequest` for one that is not simulated here."""

    def start_kubelet(self, name: str) -> None:
        """A silent machine is heard again. Raises as `stop_kubelet`."""


class Faults:
    """What is going wrong at the moment."""

    def __init__(self, server: Server, nodes: Nodes) -> None:
        self._server, self._clock, self._nodes = server, server.clock, nodes
        self._streams: dict[object, Callable[[], None]] = {}
        self._throttled = self._failing = self._slow = self._hanging = 0.0
        self._code = 0
        self._delay = 0.0
        self._cleared = asyncio.Event()

    def bring(self, fault: Fault) -> str:
        """Let a fault happen; what was done, in words.

        Raises `NotFound` for a node that is not there, `BadRequest` for one that is not ours to lose.
        """
        match fault:
            case CutWatches():
                return f"{self._cut()} open streams were cut"
            case ExpireHistory():
                log = self._server.log
                log.compact(log.revision)
                return f"everything before version {log.compacted} is forgotten"
            case Throttle(seconds):
                self._throttled = self._until(seconds)
                return f"every request gets 429 for {seconds:g} s"
            case Errors(seconds, code):
                self._failing, self._code = self._until(seconds), code
                return f"every request gets {code} for {seconds:g} s"
            case Latency(milliseconds, seconds):
                self._slow, self._delay = self._until(seconds), milliseconds / 1000
                return f"every answer takes {milliseconds:g} ms longer for {seconds:g} s"
            case Hang(seconds):
                self._hanging = self._until(seconds)
                return f"no answers for {seconds:g} s"
            case LoseNode(name):
                self._nodes.stop_kubelet(name)
                return f"node {name} is off the network"
            case ReturnNode(name):
                self._nodes.start_kubelet(name)
                return f"node {name} is back"
            case Clear():
                self.clear()
                return "all is well again; lost nodes stay lost until return-node"

    def clear(self) -> None:
        """End what lasts for a time."""
        self._throttled = self._failing = self._slow = self._hanging = 0.0
        self._cleared.set()
        self._cleared = asyncio.Event()

    @property
    def is_throttling(self) -> bool:
        """Whether requests get 429."""
        return self._is_on(self._throttled)

    @property
    def error_code(self) -> int:
        """The HTTP status every request gets, 0 when requests are answered."""
        return self._code if self._is_on(self._failing) else 0

    async def answering(self) -> None:
        """Return when the server answers: not while it hangs."""
        while self._is_on(self._hanging):
            await self._pause(self._hanging - self._clock.monotonic())

    async def delay(self) -> None:
        """Wait as long as answers take longer at the moment."""
        if self._is_on(self._slow):
            await self._pause(self._delay)

    @contextlib.contextmanager
    def stream(self, cut: Callable[[], None]) -> Iterator[None]:
        """While the block runs, `CutWatches` calls ``cut``."""
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
        """Wait, but not beyond `clear`."""
        cleared = asyncio.ensure_future(self._cleared.wait())
        passed = asyncio.ensure_future(self._clock.sleep(seconds))
        try:
            await asyncio.wait((cleared, passed), return_when=asyncio.FIRST_COMPLETED)
        finally:
            cleared.cancel()
            passed.cancel()
