"""Speed of an API server: lists, watches and writes. ``python -m bench.load.api_server_speed``.

Reads a `SpeedTask` and writes `Speeds`, for the simulator and the real API server alike. Its pods name a
scheduler that does not exist and have no owner, so no controller touches them.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable

import aiohttp
import msgspec
import uvloop

from bench.cluster import workloads
from bench.cluster.endpoint import Endpoint
from bench.cluster.objects import Object

NAMESPACE = "bench-speed"
PAGE = 500
CONCURRENCY = 16
"""Requests at once where a rate is measured."""
_PODS = f"/api/v1/namespaces/{NAMESPACE}/pods"
_MERGE = {"Content-Type": "application/merge-patch+json"}
_PATCHES = 400
_CREATED = 200
_SECONDS = 2.0


class SpeedTask(msgspec.Struct, frozen=True):
    """The server to measure; with ``fill``, only write that many pods."""

    server: Endpoint
    fill: int = 0


class Speeds(msgspec.Struct, frozen=True):
    """Milliseconds of each attempt, and a rate a second with `CONCURRENCY` requests at once."""

    paged: tuple[float, ...] = ()
    """The list in pages of `PAGE`."""
    whole: tuple[float, ...] = ()
    size: int = 0
    """Bytes of the whole list."""
    create: tuple[float, ...] = ()
    patch: tuple[float, ...] = ()
    watched: tuple[float, ...] = ()
    """From sending a patch until a watch delivers it."""
    patch_rate: float = 0.0


class _Metadata(msgspec.Struct):
    next: str = msgspec.field(name="continue", default="")
    version: str = msgspec.field(name="resourceVersion", default="")


class _Page(msgspec.Struct):
    metadata: _Metadata


class _Event(msgspec.Struct):
    object: _Page


async def run(task: SpeedTask) -> Speeds:
    """Carry out ``task``. Raises `aiohttp.ClientError` when the server refuses a request."""
    connector = aiohttp.TCPConnector(limit=CONCURRENCY + 1, ssl=task.server.tls() or False)
    headers = {**task.server.headers, "Accept-Encoding": "identity", "Content-Type": "application/json"}
    async with aiohttp.ClientSession(
        task.server.url, connector=connector, headers=headers, raise_for_status=True, read_bufsize=2**20
    ) as session:
        if task.fill:
            await _fill(session, task.fill)
            return Speeds()
        return await _measure(session)


async def _fill(session: aiohttp.ClientSession, count: int) -> None:
    await _send(session, "POST", "/api/v1/namespaces", {"metadata": {"name": NAMESPACE}})
    with contextlib.suppress(aiohttp.ClientResponseError):  # a controller may have created it
        account = {"metadata": {"name": "default"}}
        await _send(session, "POST", f"/api/v1/namespaces/{NAMESPACE}/serviceaccounts", account)
    numbers = iter(range(count))

    async def write() -> None:
        for number in numbers:
            pod = _pod(number)
            await _send(session, "POST", _PODS, pod)
            with_status = {key: value for key, value in pod.items() if key != "spec"}
            await _send(session, "PUT", f"{_PODS}/{pod['metadata']['name']}/status", with_status)

    await asyncio.gather(*(write() for _ in range(CONCURRENCY)))


async def _measure(session: aiohttp.ClientSession) -> Speeds:
    await _pages(session)
    paged = [await _timed(lambda: _pages(session)) for _ in range(5)]
    whole = [await _timed(lambda: _send(session, "GET", _PODS)) for _ in range(5)]
    size = len(await _send(session, "GET", _PODS))
    create = []
    for number in range(_CREATED):
        pod = {**_pod(number), "metadata": {"name": f"new-{number}", "labels": {"new": "yes"}}}
        create.append(await _timed(lambda pod=pod: _send(session, "POST", _PODS, pod)))  # type: ignore[misc]
    for number in range(_CREATED):
        await _send(session, "DELETE", f"{_PODS}/new-{number}", {"gracePeriodSeconds": 0})
    patch, watched = await _watched(session)
    return Speeds(
        paged=tuple(paged),
        whole=tuple(whole),
        size=size,
        create=tuple(create),
        patch=tuple(patch),
        watched=tuple(watched),
        patch_rate=await _rate(session),
    )


async def _pages(session: aiohttp.ClientSession) -> None:
    after = ""
    while True:
        body = await _send(session, "GET", f"{_PODS}?limit={PAGE}{after and f'&continue={after}'}")
        page = msgspec.json.decode(body, type=_Page).metadata
        if not page.next:
            return
        after = page.next


async def _watched(session: aiohttp.ClientSession) -> tuple[list[float], list[float]]:
    """Sequential patches, each timed until its reply and until the watch delivers it."""
    name = _pod(0)["metadata"]["name"]
    body = await _send(session, "GET", f"{_PODS}?limit=1")
    version = msgspec.json.decode(body, type=_Page).metadata.version
    patches, watched = [], []
    async with _watch(session, version) as delivered:
        for number in range(_PATCHES):
            began = time.perf_counter()
            reply = await _patch(session, name, number)
            patches.append((time.perf_counter() - began) * 1000)
            version = msgspec.json.decode(reply, type=_Page).metadata.version
            watched.append((await delivered(version) - began) * 1000)
    return patches, watched


@contextlib.asynccontextmanager
async def _watch(
    session: aiohttp.ClientSession, version: str
) -> AsyncIterator[Callable[[str], Awaitable[float]]]:
    """A watch on all pods; yields a function that waits for a resourceVersion and returns its arrival."""
    times: dict[str, asyncio.Future[float]] = {}
    loop = asyncio.get_running_loop()

    def at(version: str) -> asyncio.Future[float]:
        return times.setdefault(version, loop.create_future())

    async def listen(reply: aiohttp.ClientResponse) -> None:
        async for line in reply.content:
            now = time.perf_counter()
            at(msgspec.json.decode(line, type=_Event).object.metadata.version).set_result(now)

    async with session.get(f"/api/v1/pods?watch=1&resourceVersion={version}") as reply:
        listener = asyncio.create_task(listen(reply))
        try:
            yield at
        finally:
            listener.cancel()
            await asyncio.gather(listener, return_exceptions=True)


async def _rate(session: aiohttp.ClientSession) -> float:
    """Patches a second, `CONCURRENCY` at once, each to a pod of its own."""
    count = 0
    began = time.perf_counter()

    async def write(number: int) -> None:
        nonlocal count
        name = _pod(number)["metadata"]["name"]
        while time.perf_counter() < began + _SECONDS:
            await _patch(session, name, count)
            count += 1

    await asyncio.gather(*(write(number) for number in range(CONCURRENCY)))
    return count / (time.perf_counter() - began)


async def _patch(session: aiohttp.ClientSession, name: str, number: int) -> bytes:
    body = {"metadata": {"labels": {"bench-change": str(number)}}}
    return await _send(session, "PATCH", f"{_PODS}/{name}", body, _MERGE)


async def _timed(request: Callable[[], Awaitable[object]]) -> float:
    began = time.perf_counter()
    await request()
    return (time.perf_counter() - began) * 1000


async def _send(
    session: aiohttp.ClientSession,
    method: str,
    path: str,
    body: object = None,
    headers: dict[str, str] | None = None,
) -> bytes:
    data = None if body is None else msgspec.json.encode(body)
    async with session.request(method, path, data=data, headers=headers) as reply:
        return await reply.read()


def _pod(number: int) -> Object:
    pod = workloads.pod(0, number, "")
    metadata = {key: value for key, value in pod["metadata"].items() if key != "ownerReferences"}
    spec = {**pod["spec"], "schedulerName": "none"}
    return {**pod, "metadata": {**metadata, "namespace": NAMESPACE}, "spec": spec}


def main() -> None:
    """Read a task, carry it out, write the result."""
    task = msgspec.json.decode(sys.stdin.buffer.read(), type=SpeedTask)
    gc.disable()
    sys.stdout.buffer.write(msgspec.json.encode(uvloop.run(run(task))))


if __name__ == "__main__":
    main()
