"""Lists every resource the console caches and discards it: ``python -m bench.load.listing KUBECONFIG LIMIT``.

The reference for the console's time to ready: the same resources, concurrently, in the same pages. Prints a
`ListResult` as JSON.
"""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path

import aiohttp
import msgspec
import uvloop

from bench.cluster.endpoint import Endpoint, read_kubeconfig

RESOURCES = (
    "/api/v1/namespaces",
    "/api/v1/nodes",
    "/api/v1/pods",
    "/api/v1/services",
    "/api/v1/events",
    "/apis/apps/v1/deployments",
    "/apis/apps/v1/statefulsets",
    "/apis/apps/v1/daemonsets",
    "/apis/batch/v1/jobs",
    "/apis/batch/v1beta1/cronjobs",
    "/apis/apps.openyurt.io/v1beta2/nodepools",
    "/apis/user.openyurt.io/v1alpha1/users",
)


class ListResult(msgspec.Struct, frozen=True):
    """Seconds without the start of Python, bytes of all bodies, number of pages."""

    seconds: float
    size: int
    pages: int


class _Metadata(msgspec.Struct):
    next: str = msgspec.field(name="continue", default="")


class _Page(msgspec.Struct):
    metadata: _Metadata


async def list_all(server: Endpoint, limit: int) -> ListResult:
    """Read every page of every resource, ``limit`` objects a page."""
    began = time.monotonic()
    connector = aiohttp.TCPConnector(ssl=server.tls() or False)
    async with aiohttp.ClientSession(server.url, connector=connector, headers=server.headers) as session:
        results = await asyncio.gather(*(_list(session, path, limit) for path in RESOURCES))
    return ListResult(
        seconds=time.monotonic() - began,
        size=sum(size for size, _ in results),
        pages=sum(pages for _, pages in results),
    )


async def _list(session: aiohttp.ClientSession, path: str, limit: int) -> tuple[int, int]:
    size, pages, after = 0, 0, ""
    while True:
        parameters = {"limit": str(limit), **({"continue": after} if after else {})}
        async with session.get(path, params=parameters, raise_for_status=True) as reply:
            body = await reply.read()
        size, pages = size + len(body), pages + 1
        after = msgspec.json.decode(body, type=_Page).metadata.next
        if not after:
            return size, pages


def main() -> None:
    """List with the kubeconfig and page size of the arguments."""
    kubeconfig, limit = sys.argv[1:]
    listed = uvloop.run(list_all(read_kubeconfig(Path(kubeconfig)), int(limit)))
    sys.stdout.buffer.write(msgspec.json.encode(listed))


if __name__ == "__main__":
    main()
