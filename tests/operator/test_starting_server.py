"""The operator and an API server that answers before it knows its custom kinds, as a starting one does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
from aiohttp import web

from tests.operator.process import Operator
from tests.planes.expectations import SIMULATED
from tests.planes.targets import started
from tests.planes.waiting import until
from yurt_console.cli import main
from yurt_console.custom_resources import USERS
from yurt_console.kube import kubeconfig
from yurt_console.kube.client import Client
from yurt_console.kube.credentials import Credentials

_USERS = "/apis/user.openyurt.io/"


class Gate:
    """Passes requests on to an API server; while `starting`, the User kind is a page not found."""

    def __init__(self, credentials: Credentials) -> None:
        self.starting = False
        self._client = aiohttp.ClientSession()
        self._credentials = credentials

    async def serve(self, request: web.Request) -> web.StreamResponse:
        if self.starting and request.path.startswith(_USERS):
            return web.Response(status=404, text="404 page not found\n")
        headers = {"Authorization": request.headers["Authorization"], "Accept": "application/json"}
        if "Content-Type" in request.headers:
            headers["Content-Type"] = request.headers["Content-Type"]
        async with self._client.request(
            request.method,
            self._credentials.server + request.path_qs,
            data=await request.read(),
            headers=headers,
            ssl=self._credentials.tls() or True,
        ) as reply:
            answer = web.StreamResponse(status=reply.status, headers={"Content-Type": reply.content_type})
            await answer.prepare(request)
            async for piece in reply.content.iter_any():
                if self.starting and request.query.get("watch"):
                    break
                await answer.write(piece)
            return answer

    @asynccontextmanager
    async def open(self) -> AsyncIterator[str]:
        """Its address."""
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self.serve)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        try:
            site = web.TCPSite(runner, "127.0.0.1", 0)
            await site.start()
            yield f"http://127.0.0.1:{runner.addresses[0][1]}"
        finally:
            await runner.cleanup()
            await self._client.close()


async def test_it_goes_on_after_a_starting_api_server_did_not_know_its_kind(tmp_path: Path) -> None:
    with started(SIMULATED, tmp_path / "kube") as plane:
        assert await asyncio.to_thread(main.main, ["install", "--kubeconfig", str(plane.kubeconfig)]) == 0
        credentials = kubeconfig.load(plane.kubeconfig)
        gate = Gate(credentials)
        async with gate.open() as address:
            file = tmp_path / "gate.kubeconfig"
            file.write_text(plane.kubeconfig.read_text().replace(credentials.server, address))
            operator = Operator(plane, file, tmp_path / "operator.log")
            try:
                await asyncio.to_thread(operator.start)
                first = await asyncio.to_thread(operator.create, "first@example.com")
                await asyncio.to_thread(operator.effective, first)

                gate.starting = True
                async with Client(credentials) as client:  # now its watch has something to say, and is cut
                    touched = {"metadata": {"labels": {"touched": "true"}}}
                    await client.merge_patch(USERS, first, touched)
                await asyncio.to_thread(
                    until, lambda: "users: not served" in operator.log.read_text(), 20, "it notices"
                )
                gate.starting = False

                second = await asyncio.to_thread(operator.create, "second@example.com")
                await asyncio.to_thread(operator.effective, second, 20)
                assert await asyncio.to_thread(operator.stop) == 0
            finally:
                await asyncio.to_thread(operator.stop)
