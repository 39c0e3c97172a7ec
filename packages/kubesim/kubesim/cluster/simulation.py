"""One world that runs: storage, server, guards, those who live in it, faults, and the HTTP app before it all.

    with World.open(Path("world.db"), seed="small") as world:
        async with world.serving(port=6443) as address: ...

In memory when no file is named. What a file holds goes on from where it stood; a seed is sown once.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import yaml

from apimachinery.resources import CONFIG_MAPS
from kubesim.authentication import bootstrap_tokens
from kubesim.certificates.cluster_identity import Identity
from kubesim.cluster.components import Components
from kubesim.cluster.seeding import load_seed
from kubesim.control_plane.assembly import new_server
from kubesim.control_plane.security import Security
from kubesim.controllers.credentials import Credentials
from kubesim.endpoints.gate import ADMIN, Guard
from kubesim.endpoints.serving import serving
from kubesim.faults.app import FaultyApp
from kubesim.faults.faults import Faults
from kubesim.runtime.clock import Clock, SystemClock
from kubesim.seeds import RELEASES
from kubesim.storage.log import Log
from kubesim.storage.sqlite import Storage

_IDENTITY = "identity"
_HISTORY = 300.0
"""Seconds for which past changes can be had, as kube-apiserver has etcd keep them."""


class Simulation:
    """A simulated cluster and its API; made by `open`."""

    def __init__(self, storage: Storage | None, clock: Clock, log: Log, identity: Identity) -> None:
        self.identity = identity
        self.server = new_server(log, clock)
        static = {identity.admin_token: ADMIN}
        self.security = Security(self.server, identity.authority, identity.token_key, static)
        self._credentials = Credentials(self.server, self.security)
        self._inhabitants = Components(self.server)
        self.faults = Faults(self.server, self._inhabitants)
        guard = Guard(self.security.authenticator, self.security.authorizer)
        self.app = FaultyApp(self.server, guard, self.faults)
        self._storage = storage

    @classmethod
    @contextlib.contextmanager
    def open(
        cls,
        data: Path | None = None,
        *,
        seed: str = "",
        nodes: int = 0,
        openyurt: str = RELEASES[0],
        clock: Clock | None = None,
    ) -> Iterator[Simulation]:
        """The world of a file, or a new one in memory. Raises `StorageError`.

        A new one begins with the world named ``seed``, so many ``nodes`` more and OpenYurt's release
        ``openyurt``, or bare without a name.
        """
        clock = clock or SystemClock()
        storage = Storage(data) if data else None
        try:
            with storage.bulk() if storage else contextlib.nullcontext():
                kept = storage.kept(_IDENTITY) if storage else None
                identity = Identity.load(kept) if kept else Identity.generate(clock.now())
                if storage and not kept:
                    storage.keep(_IDENTITY, identity.dump())
                world = cls(storage, clock, storage.open_log() if storage else Log(), identity)
                world.security.bootstrap()
                if seed:
                    load_seed(world.server, seed, nodes=nodes, openyurt=openyurt)
            yield world
        finally:
            if storage:
                storage.close()

    @contextlib.asynccontextmanager
    async def serving(
        self, *, host: str = "127.0.0.1", port: int = 0, tls: bool = True
    ) -> AsyncIterator[str]:
        """Let the world live and serve it; gives its address. Raises OSError when the port is taken."""
        context = self.identity.tls() if tls else None
        async with serving(self.app, host=host, port=port, tls=context) as bound, self.living():
            address = f"{'https' if tls else 'http'}://{host}:{bound}"
            self._publish(address)
            yield address

    @contextlib.asynccontextmanager
    async def living(self) -> AsyncIterator[None]:
        """Let those who live in the world act."""
        acting = [
            asyncio.create_task(self._credentials.run()),
            asyncio.create_task(self._inhabitants.run()),
            asyncio.create_task(self._forget()),
        ]
        try:
            yield
        finally:
            for task in acting:
                task.cancel()
            await asyncio.gather(*acting, return_exceptions=True)
            await self.server.caller.close()

    async def _forget(self) -> None:
        """Forget what is older than history is kept, again and again."""
        log, clock = self.server.log, self.server.clock
        while True:
            then = log.revision
            await clock.sleep(_HISTORY)
            log.compact(then)

    def _publish(self, address: str) -> None:
        """kube-public/cluster-info, where joining machines find the cluster."""
        ca = base64.b64encode(self.identity.authority.certificate_pem).decode()
        cluster = {"name": "", "cluster": {"server": address, "certificate-authority-data": ca}}
        kubeconfig = yaml.safe_dump({"apiVersion": "v1", "kind": "Config", "clusters": [cluster]})
        namespace, name = bootstrap_tokens.CLUSTER_INFO
        found = self.server.find(CONFIG_MAPS, namespace, name)
        if found is None:
            body = {"metadata": {"name": name}, "data": {"kubeconfig": kubeconfig}}
            self.server.create(CONFIG_MAPS, namespace, body)
        elif (found.get("data") or {}).get("kubeconfig") != kubeconfig:
            data = {**(found.get("data") or {}), "kubeconfig": kubeconfig}
            self.server.store(CONFIG_MAPS, {**found, "data": data})
