"""A simulated cluster in a thread of its own, beside the test that asks it."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from kubesim.cluster.simulation import Simulation


@dataclass(frozen=True)
class Served:
    """A cluster that is served; its world belongs to the thread that serves it."""

    address: str
    world: Simulation
    _loop: asyncio.AbstractEventLoop

    @property
    def ca_pem(self) -> str:
        """Whom its certificate is from."""
        return self.world.identity.authority.certificate_pem.decode()

    def carry_out(self, action: Callable[[], object]) -> None:
        """Call ``action`` in the serving thread, and return when that is done."""
        done = threading.Event()

        def act() -> None:
            action()
            done.set()

        self._loop.call_soon_threadsafe(act)
        assert done.wait(5)


@contextlib.contextmanager
def served(*, seed: str = "", nodes: int = 0) -> Iterator[Served]:
    """A new cluster, until the block ends."""
    loop = asyncio.new_event_loop()
    ready, end = threading.Event(), asyncio.Event()
    found: list[Served] = []

    async def live() -> None:
        with Simulation.open(seed=seed, nodes=nodes) as world:
            async with world.serving() as address:
                found.append(Served(address, world, loop))
                ready.set()
                await end.wait()

    def run() -> None:
        try:
            loop.run_until_complete(live())
        finally:
            ready.set()
            # connections whose clients went during the TLS handshake are closed a moment after the server
            loop.run_until_complete(asyncio.sleep(0.2))
            loop.close()

    thread = threading.Thread(target=run, name="simulated cluster")
    thread.start()
    ready.wait(30)
    try:
        yield found[0]
    finally:
        with contextlib.suppress(RuntimeError):  # it has ended already
            loop.call_soon_threadsafe(end.set)
        thread.join(30)
