"""A simulated cluster: storage, API server, security, controllers, kubelets, faults and the HTTP app.

    with Simulation.open(Path("cluster.db"), seed="small") as simulation:
        async with simulation.serving(port=6443) as address:
            ...

Without a file everything is in memory. A file resumes where it stopped; its seed is loaded once.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
from collections.abc import AsyncIterator, Iterator, Sequence
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
from kubesim.seeds.names import RELEASES
from kubesim.seeds.tenants import SeedTenant
from kubesim.storage.log import Log
from kubesim.storage.sqlite import Storage

_IDENTITY = "identity"
_HISTORY = 300.0
"""Seconds between compactions of the log: kube-apiserver's --etcd-compaction-interval."""


class Simulation:
    """A simulated cluster and its API; created by `open`."""

    def __init__(self, storage: Storage | None, clock: Clock, log: Log, identity: Identity) -> None:
        self.identity = identity
        self.server = new_server(log, clock)
        static = {identity.admin_token: ADMIN}
        self.security = Security(self.server, identity.authority, identity.token_key, static)
        self._credentials = Credentials(self.server, self.security)
        self._components = Components(self.server)
        self.faults = Faults(self.server, self._components)
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
        tenants: Sequence[SeedTenant] = (),
        clock: Clock | None = None,
    ) -> Iterator[Simulation]:
        """Open the cluster of a file, or a new one in memory. Raises `StorageError`.

        A new one gets the seed of that name with ``nodes`` additional edge nodes, the OpenYurt release's
        CustomResourceDefinitions, and ``tenants`` as owners of its applications; it is bare without a seed.
        """
        clock = clock or SystemClock()
        storage = Storage(data) if data else None
        try:
            with storage.bulk() if storage else contextlib.nullcontext():
                stored = storage.value(_IDENTITY) if storage else None
                identity = Identity.load(stored) if stored else Identity.generate(clock.now())
                if storage and not stored:
                    storage.set_value(_IDENTITY, identity.dump())
                simulation = cls(storage, clock, storage.open_log() if storage else Log(), identity)
                simulation.security.bootstrap()
                if seed:
                    load_seed(simulation.server, seed, nodes=nodes, openyurt=openyurt, tenants=tenants)
            yield simulation
        finally:
            if storage:
                storage.close()

    @contextlib.asynccontextmanager
    async def serving(
        self, *, host: str = "127.0.0.1", port: int = 0, tls: bool = True
    ) -> AsyncIterator[str]:
        """Run the cluster and serve its API; yields the address. Raises OSError when the port is taken."""
        context = self.identity.tls() if tls else None
        async with serving(self.app, host=host, port=port, tls=context) as bound, self.running():
            address = f"{'https' if tls else 'http'}://{host}:{bound}"
            self._publish(address)
            yield address

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Run controllers, kubelets and compaction."""
        tasks = [
            asyncio.create_task(self._credentials.run()),
            asyncio.create_task(self._components.run()),
            asyncio.create_task(self._compact()),
        ]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self.server.webhook_client.close()

    async def _compact(self) -> None:
        """Compact the log at intervals, up to the revision of the interval before."""
        log, clock = self.server.log, self.server.clock
        while True:
            revision = log.revision
            await clock.sleep(_HISTORY)
            log.compact(revision)

    def _publish(self, address: str) -> None:
        """Write kube-public/cluster-info, which `kubeadm join` reads."""
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
