"""Lists everything the console lists, and keeps nothing: ``python -m bench.listing KUBECONFIG PAGE``.

The measure of the console's time to ready: the same kinds, all at once, in the same pages, read by a
client that throws the answers away. Prints one `Listed` as JSON.
"""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path

import aiohttp
import msgspec
import uvloop

from bench import address

KINDS = (
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


class Listed(msgspec.Struct, frozen=True):
    """What was read: seconds without starting Python, bytes of all bodies, number of pages."""

    seconds: float
    size: int
    pages: int


class _Metadata(msgspec.Struct):
    next: str = msgspec.field(name="continue", default="")


class _Page(msgspec.Struct):
    metadata: _Metadata


async def list_all(server: address.Address, page: int) -> Listed:
    """Read every page of every kind."""
    began = time.monotonic()
    connector = aiohttp.TCPConnector(ssl=server.tls() or False)
    async with aiohttp.ClientSession(server.url, connector=connector, headers=server.headers) as session:
        results = await asyncio.gather(*(_list(session, path, page) for path in KINDS))
    return Listed(
        seconds=time.monotonic() - began,
        size=sum(size for size, _ in results),
        pages=sum(pages for _, pages in results),
    )


async def _list(session: aiohttp.ClientSession, path: str, page: int) -> tuple[int, int]:
    size, pages, after = 0, 0, ""
    while True:
        parameters = {"limit": str(page), **({"continue": after} if after else {})}
        async with session.get(path, params=parameters, raise_for_status=True) as reply:
            body = await reply.read()
        size, pages = size + len(body), pages + 1
        after = msgspec.json.decode(body, type=_Page).metadata.next
        if not after:
            return size, pages


def main() -> None:
    """List what the arguments name."""
    kubeconfig, page = sys.argv[1:]
    listed = uvloop.run(list_all(address.read(Path(kubeconfig)), int(page)))
    sys.stdout.buffer.write(msgspec.json.encode(listed))


if __name__ == "__main__":
    main()
