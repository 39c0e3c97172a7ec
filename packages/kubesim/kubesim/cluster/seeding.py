"""Loads a seed: replays its timeline on a clock of its own and stores the outcome.

The controllers that run later have made the objects, so pods have ages, rollouts have revisions, and the
last hour has its Events.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import msgspec

from apimachinery.resources import CONFIG_MAPS, CUSTOM_RESOURCE_DEFINITIONS, DEPLOYMENTS, NAMESPACES, NODES
from apimachinery.times import rfc3339
from kubesim.cluster.components import Components
from kubesim.control_plane.assembly import new_server
from kubesim.model import machines
from kubesim.model.machines import Machine
from kubesim.openyurt.well_known_labels import (
    AUTONOMY_ANNOTATIONS,
    AUTONOMY_DURATION_ANNOTATION,
    CONTROL_PLANE_LABELS,
    NODE_POOL_LABEL,
    NODE_POOLS,
)
from kubesim.registry.server import Server
from kubesim.seeds import files
from kubesim.seeds.apps import KINDS, App, manifest
from kubesim.seeds.format import Node, Pool, Seed, SetImage, Sites, Step, seconds
from kubesim.seeds.names import RELEASES
from kubesim.seeds.openyurt_crds import openyurt_definitions
from kubesim.seeds.tenants import SeedTenant, tenant
from kubesim.storage.log import Log

MARKER = ("kube-system", "simulation")
"""Namespace and name of the ConfigMap that marks a simulated cluster and names its seed."""
_EVENT_TTL = 3600.0
"""Seconds for which the API server keeps Events: --event-ttl."""


class ReplayClock:
    """A clock that only the replay moves."""

    def __init__(self, start: datetime) -> None:
        self._start, self._elapsed = start, 0.0

    def now(self) -> datetime:
        """The time that the replay has reached."""
        return self._start + timedelta(seconds=self._elapsed)

    def monotonic(self) -> float:
        """Seconds since the start of the replay."""
        return self._elapsed

    async def sleep(self, seconds: float) -> None:
        """Not used: nothing awaits during a replay."""
        raise NotImplementedError

    def move(self, seconds: float) -> None:
        """Advance the clock."""
        self._elapsed += seconds


class Action(NamedTuple):
    """An action at a time of the replay, in seconds since its start; `number` keeps the order of equals."""

    at: float
    number: int
    run: Callable[[], None]


def load_seed(
    server: Server,
    name: str,
    *,
    nodes: int = 0,
    openyurt: str = RELEASES[0],
    tenants: Sequence[SeedTenant] = (),
    chance: int = 1,
) -> None:
    """Load a seed into a server, unless it has one; ``nodes`` are additional edge nodes.

    ``tenants`` are those that the seed refers to by number. Raises ValueError for an unknown seed.
    """
    if server.find(CONFIG_MAPS, *MARKER) is not None:
        return
    replay = _Replay(files.read(name), server.clock.now(), openyurt, tenants, chance)
    if nodes:
        replay.add_plain_nodes(nodes)
    replay.run()
    data = {"seed": name, "note": "This cluster is a simulation: no container runs in it."}
    replay.server.create(CONFIG_MAPS, MARKER[0], {"metadata": {"name": MARKER[1]}, "data": data})
    _copy(replay.server, server.log)


def _copy(source: Server, log: Log) -> None:
    """Store all objects of a server in another log, in the order of their last writes."""
    tables = {kind.table for kind in source.kinds}
    records = [record for table in tables for record in source.log.list(*table)]
    for record in sorted(records, key=lambda one: one.revision):
        log.put(record.ref, record.object)


class _Replay:
    def __init__(
        self, seed: Seed, now: datetime, openyurt: str, tenants: Sequence[SeedTenant], chance: int
    ) -> None:
        self._now = now.astimezone(UTC)
        self._length = seconds(seed.age)
        self._tenants = tenants
        self._clock = ReplayClock(self._now - timedelta(seconds=self._length))
        self.server = new_server(clock=self._clock)
        self._components = Components(self.server, chance, is_replay=True)
        self._components.manager.recorder.mute_before(self._now.timestamp() - _EVENT_TTL)
        self._actions: list[Action] = []
        self._nodes = 0
        for definition in openyurt_definitions(openyurt):
            self.server.create(CUSTOM_RESOURCE_DEFINITIONS, "", definition)
        for pool in seed.pools:
            self._schedule(pool.age, functools.partial(self._add_pool, pool))
        for node in seed.nodes:
            self._schedule(node.age, functools.partial(self._add_node, node))
        if seed.sites:
            self._schedule(seed.age, functools.partial(self._add_sites, seed.sites))
        for step in seed.timeline:
            self._schedule(step.age, functools.partial(self._take, step))

    def run(self) -> None:
        """Replay everything up to now."""
        self._components.manager.start()
        for action in sorted(self._actions):
            self._run_until(action.at)
            action.run()
        self._run_until(self._length)
        self._components.send_heartbeats()

    def add_plain_nodes(self, count: int) -> None:
        """Add edge nodes without a tenant, in a pool of their own."""
        pool = Pool(name="edge", age="1h")
        self._schedule(pool.age, functools.partial(self._add_pool, pool))
        for number in range(1, count + 1):
            node = Node(name=f"edge-{number}", age="1h", pool="edge", ip=f"10.1.{number >> 8}.{number & 255}")
            self._schedule(node.age, functools.partial(self._add_node, node))

    def _schedule(self, age: str, run: Callable[[], None]) -> None:
        at = max(self._length - seconds(age), 0)
        self._actions.append(Action(at, len(self._actions), run))

    def _run_until(self, end: float) -> None:
        timers = self._components.manager.timers
        while True:
            timers.run_due()
            wait = timers.wait()
            if wait == 0:
                continue
            if wait is None or self._clock.monotonic() + wait > end:
                self._clock.move(end - self._clock.monotonic())
                return
            self._clock.move(wait)

    def _add_pool(self, pool: Pool) -> None:
        owner = tenant(pool.tenant, self._tenants)
        labels = {**owner.pool_labels} if owner else {}
        spec = {"type": pool.type, **({"labels": pool.labels} if pool.labels else {})}
        body = {"metadata": {"name": owner.name if owner else pool.name, "labels": labels}, "spec": spec}
        self.server.create(NODE_POOLS, "", body)

    def _add_node(self, node: Node) -> None:
        owner = tenant(node.tenant, self._tenants)
        pool = owner.name if owner else node.pool
        labels = {NODE_POOL_LABEL: pool} if pool else {}
        if owner:
            labels |= owner.node_labels
        annotations = {}
        if node.autonomy == "unlimited":
            annotations[AUTONOMY_ANNOTATIONS[0]] = "true"
        elif node.autonomy:
            annotations[AUTONOMY_DURATION_ANNOTATION] = node.autonomy
        taints: tuple[dict[str, str], ...] = ()
        if node.role == "control-plane":
            labels |= dict.fromkeys(CONTROL_PLANE_LABELS, "")
            taints = ({"key": "node-role.kubernetes.io/master", "effect": "NoSchedule"},)
        number, self._nodes = self._nodes, self._nodes + 1
        machine = Machine(
            name=node.name,
            cpu=node.cpu,
            memory_gib=node.memory,
            storage_gib=node.storage,
            architecture=node.arch,
            edge=node.role == "edge",
            ip=node.ip,
            labels=labels,
            annotations=annotations,
            taints=taints,
            pod_cidr=f"10.{244 + (number >> 8)}.{number & 255}.0/24",
            kernel=node.kernel,
        )
        self.server.create(NODES, "", machines.node(machine, rfc3339(self._clock.now())))

    def _take(self, step: Step) -> None:
        owner = tenant(step.tenant, self._tenants)
        namespace = owner.name if owner else step.namespace or "default"
        self._ensure_namespace(namespace, owner)
        for kind in KINDS:
            app: App | None = getattr(step, kind)
            if app is not None:
                self._add_app(kind, app, namespace, owner)
        if step.set_image is not None:
            self._set_image(namespace, step.set_image)
        if step.lose:
            self._components.stop_kubelet(step.lose)

    def _add_app(self, kind: str, app: App, namespace: str, owner: SeedTenant | None) -> None:
        self.server.create(KINDS[kind], namespace, manifest(kind, app, owner))

    def _set_image(self, namespace: str, change: SetImage) -> None:
        deployment = self.server.get(DEPLOYMENTS, namespace, change.deployment)
        template = deployment["spec"]["template"]
        containers = [{**one, "image": change.image} for one in template["spec"]["containers"]]
        template = {**template, "spec": {**template["spec"], "containers": containers}}
        spec = {**deployment["spec"], "template": template}
        self.server.update(DEPLOYMENTS, namespace, change.deployment, {**deployment, "spec": spec})

    def _ensure_namespace(self, name: str, owner: SeedTenant | None) -> None:
        if self.server.find(NAMESPACES, "", name) is None:
            labels = {**owner.namespace_labels} if owner else {}
            self.server.create(NAMESPACES, "", {"metadata": {"name": name, "labels": labels}})

    def _add_sites(self, sites: Sites) -> None:
        """Add to each site a pool, its machines, and a namespace with applications that select the pool."""
        for number in range(1, sites.count + 1):
            site = f"site-{number:02}"
            self._add_pool(Pool(name=site, age="1d"))
            for position in range(1, sites.machines + 1):
                self._add_node(_machine(site, number, position))
            self._ensure_namespace(site, None)
            for kind, apps in (("deployment", sites.deployments), ("daemonset", sites.daemonsets)):
                for app in apps:
                    self._add_app(kind, msgspec.structs.replace(app, pool=site), site, None)
        lost = [
            (number, position)
            for number in range(1, sites.count + 1)
            for position in range(1, sites.machines + 1)
            if ((number - 1) * sites.machines + position) % sites.lost_every == 0
        ]
        for number, position in lost:
            name = f"site-{number:02}-{position:02}"
            self._components.manager.timers.call_later(
                self._length - 3000, ("lost", name), functools.partial(self._components.stop_kubelet, name)
            )


def _machine(site: str, number: int, position: int) -> Node:
    return Node(
        name=f"{site}-{position:02}",
        age="1d",
        pool=site,
        arch="arm64" if position % 2 else "amd64",
        ip=f"10.{50 + number}.0.{10 + position}",
        autonomy="unlimited" if position == 1 else "",
    )
