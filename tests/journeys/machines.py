"""Machines of tenants: join with the values of a join script as a kubelet does, then run as nodes."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import ssl
import threading
from collections.abc import Coroutine, Mapping
from typing import Any, TypeVar

from kubesim.model.machines import Machine
from kubesim.node_agent import agent, join
from kubesim.node_agent.join import Identity, Invitation
from tests.planes.control_plane import ControlPlane
from tests.planes.plane import Plane
from yurt_console.cli.simulate.join_values import JoinValues

T = TypeVar("T")


class Machines:
    """Event loop in a thread in which machines join; on the simulated target it also runs them."""

    def __init__(self, plane: Plane) -> None:
        self._plane = plane
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="machines")
        self._alive: dict[str, asyncio.Task[None]] = {}
        self._kubelets: list[str] = []
        self._thread.start()

    def wait(self, coroutine: Coroutine[Any, Any, T], seconds: float = 60) -> T:
        """Run a coroutine in that loop."""
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(seconds)

    def join(self, *values: JoinValues) -> list[Identity | BaseException]:
        """Join machines concurrently; the identity or the error of each."""
        return self.wait(_all(*(join.join(each.invitation, each.name) for each in values)))

    def ask_for(self, invitation: Invitation, body: Mapping[str, Any]) -> str:
        """Send a certificate request with a script's bootstrap token; its name."""
        return self.wait(_ask_for(invitation, dict(body)))

    def as_node(self, identity: Identity, method: str, path: str, body: Mapping[str, Any]) -> str:
        """Send a request with the certificate of a machine; the refusal, "" for success."""
        return self.wait(_as_node(identity, method, path, dict(body)))

    def boot(self, values: JoinValues, identity: Identity, number: int = 0) -> None:
        """Start a machine that has its certificate."""
        if isinstance(self._plane, ControlPlane):
            file = self._plane.folder / f"{values.name}.kubeconfig"
            file.write_text(kubeconfig(identity))
            self._plane.start_node(values.name, labels=dict(values.labels), kubeconfig=file)
            self._kubelets.append(values.name)
        else:
            self._live(values, identity, number)

    def _live(self, values: JoinValues, identity: Identity, number: int) -> None:
        """Run a machine as ``simulate-node`` does."""
        machine = Machine(
            values.name,
            ip=f"10.8.0.{number + 1}",
            pod_cidr=f"10.251.{number}.0/24",
            labels=values.labels,
        )
        self.wait(self._begin(values.name, identity, machine))

    async def _begin(self, name: str, identity: Identity, machine: Machine) -> None:
        registered = asyncio.Event()
        task = asyncio.create_task(agent.run(identity, machine, registered=registered))
        self._alive[name] = task
        waiting = asyncio.create_task(registered.wait())
        await asyncio.wait((task, waiting), timeout=30, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if task.done():
            await task

    def switch_off(self, name: str) -> None:
        """Stop a machine."""
        self.wait(_ended(self._alive.pop(name)))

    def stop(self) -> None:
        """Stop all machines."""
        for name in self._kubelets:
            self._plane.stop_node(name)
        self.wait(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(20)
        self._loop.close()

    async def _end(self) -> None:
        await asyncio.gather(*map(_ended, self._alive.values()))
        await asyncio.sleep(0.2)  # aiohttp closes TLS connections in the background


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError, Exception):
        await task


async def _all(*joins: Coroutine[Any, Any, Identity]) -> list[Identity | BaseException]:
    return await asyncio.gather(*joins, return_exceptions=True)


async def _ask_for(invitation: Invitation, body: dict[str, Any]) -> str:
    ca_pem = await join.discover(invitation)
    context = ssl.create_default_context(cadata=ca_pem)
    async with join.Api(invitation.address, context, invitation.token) as api:
        path = "/apis/certificates.k8s.io/v1/certificatesigningrequests"
        return str((await api.ask("POST", path, body))["metadata"]["name"])


async def _as_node(identity: Identity, method: str, path: str, body: dict[str, Any]) -> str:
    media_type = join.MERGE_PATCH if method == "PATCH" else "application/json"
    async with join.Api(identity.address, identity.context()) as api:
        try:
            await api.ask(method, path, body, media_type)
        except join.Refused as refused:
            return str(refused)
    return ""


def kubeconfig(identity: Identity) -> str:
    """The kubeconfig of a joined machine's kubelet."""

    def encoded(data: bytes) -> str:
        return base64.b64encode(data).decode()

    cluster = {
        "server": identity.address,
        "certificate-authority-data": encoded(identity.ca_pem.encode()),
    }
    user = {
        "client-certificate-data": encoded(identity.certificate_pem),
        "client-key-data": encoded(identity.key_pem),
    }
    return json.dumps(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "c", "cluster": cluster}],
            "users": [{"name": "u", "user": user}],
            "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u"}}],
            "current-context": "x",
        }
    )
