"""Sowing a sample world: its story is lived through in a moment of time that is not real, and what is
there at the end becomes the world's beginning. So pods have ages, rollouts a history and the last hour its
Events, all made by the same controllers that go on from there.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import msgspec

from apimachinery.resources import CONFIG_MAPS, CUSTOM_RESOURCE_DEFINITIONS, DEPLOYMENTS, NAMESPACES, NODES
from kubesim import seeds
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
    TENANT_LABEL,
    TENANT_NODE_LABEL,
)
from kubesim.registry.server import Server
from kubesim.runtime.clock import timestamp
from kubesim.seeds.apps import KINDS, App, manifest
from kubesim.seeds.tenants import TENANTS
from kubesim.storage.log import Log

MARK = ("kube-system", "simulation")
"""The ConfigMap that says that this is a simulation, and which world it began with."""
_REMEMBERED = 3600.0


class StoryClock:
    """A clock that only the storyteller moves."""

    def __init__(self, start: datetime) -> None:
        self._start, self._elapsed = start, 0.0

    def now(self) -> datetime:
        """Where the story is."""
        return self._start + timedelta(seconds=self._elapsed)

    def monotonic(self) -> float:
        """Seconds since the story began."""
        return self._elapsed

    async def sleep(self, seconds: float) -> None:
        """Nobody sleeps in a story."""
        raise NotImplementedError

    def move(self, seconds: float) -> None:
        """Let time pass."""
        self._elapsed += seconds


class Moment(NamedTuple):
    """Something to do at a time of the story."""

    at: float
    number: int
    do: Callable[[], None]


def load_seed(
    server: Server, name: str, *, nodes: int = 0, openyurt: str = seeds.RELEASES[0], chance: int = 1
) -> None:
    """Begin a server's world, unless it has begun already; ``nodes`` are further edge nodes.

    Raises ValueError for a world that is not there.
    """
    if server.find(CONFIG_MAPS, *MARK) is not None:
        return
    story = _Story(seeds.read(name), server.clock.now(), openyurt, chance)
    if nodes:
        story.add_plain_nodes(nodes)
    story.live()
    told = {"seed": name, "note": "This cluster is a simulation: no container runs in it."}
    story.server.create(CONFIG_MAPS, MARK[0], {"metadata": {"name": MARK[1]}, "data": told})
    _take_over(server.log, story.server)


def _take_over(log: Log, story: Server) -> None:
    """Bring what a story ended with into the real log, in the order it was last written."""
    tables = {kind.table for kind in story.kinds}
    records = [record for table in tables for record in story.log.list(*table)]
    for record in sorted(records, key=lambda one: one.revision):
        log.put(record.ref, record.object)


class _Story:
    def __init__(self, story: seeds.Story, now: datetime, openyurt: str, chance: int) -> None:
        self._now = now.astimezone(UTC)
        self._length = seeds.seconds(story.age)
        self._clock = StoryClock(self._now - timedelta(seconds=self._length))
        self.server = new_server(clock=self._clock)
        self._inhabitants = Components(self.server, chance, is_story=True)
        self._inhabitants.world.recorder.mute_before(self._now.timestamp() - _REMEMBERED)
        self._moments: list[Moment] = []
        self._nodes = 0
        for definition in seeds.openyurt_definitions(openyurt):
            self.server.create(CUSTOM_RESOURCE_DEFINITIONS, "", definition)
        for pool in story.pools:
            self._plan(pool.age, functools.partial(self._add_pool, pool))
        for node in story.nodes:
            self._plan(node.age, functools.partial(self._add_node, node))
        if story.sites:
            self._plan(story.age, functools.partial(self._add_sites, story.sites))
        for event in story.story:
            self._plan(event.age, functools.partial(self._happen, event))

    def live(self) -> None:
        """Live the story to its end, which is now."""
        self._inhabitants.world.begin()
        for moment in sorted(self._moments):
            self._play_until(moment.at)
            moment.do()
        self._play_until(self._length)
        self._inhabitants.settle_heartbeats()

    def add_plain_nodes(self, count: int) -> None:
        """Edge nodes of nobody, in a pool of their own."""
        pool = seeds.Pool(name="edge", age="1h")
        self._plan(pool.age, functools.partial(self._add_pool, pool))
        for number in range(1, count + 1):
            node = seeds.Node(
                name=f"edge-{number}", age="1h", pool="edge", ip=f"10.1.{number >> 8}.{number & 255}"
            )
            self._plan(node.age, functools.partial(self._add_node, node))

    def _plan(self, age: str, do: Callable[[], None]) -> None:
        at = max(self._length - seeds.seconds(age), 0)
        self._moments.append(Moment(at, len(self._moments), do))

    def _play_until(self, end: float) -> None:
        agenda = self._inhabitants.world.agenda
        while True:
            agenda.do_due()
            wait = agenda.wait()
            if wait == 0:
                continue
            if wait is None or self._clock.monotonic() + wait > end:
                self._clock.move(end - self._clock.monotonic())
                return
            self._clock.move(wait)

    def _add_pool(self, pool: seeds.Pool) -> None:
        tenant = _tenant(pool.tenant)
        labels = {TENANT_LABEL: tenant} if tenant else {}
        spec = {"type": pool.type, **({"labels": pool.labels} if pool.labels else {})}
        body = {"metadata": {"name": tenant or pool.name, "labels": labels}, "spec": spec}
        self.server.create(NODE_POOLS, "", body)

    def _add_node(self, node: seeds.Node) -> None:
        tenant = _tenant(node.tenant)
        pool = tenant or node.pool
        labels = {NODE_POOL_LABEL: pool} if pool else {}
        if tenant:
            labels[TENANT_NODE_LABEL] = tenant
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
        self.server.create(NODES, "", machines.node(machine, timestamp(self._clock.now())))

    def _happen(self, event: seeds.Event) -> None:
        tenant = _tenant(event.tenant)
        namespace = tenant or event.namespace or "default"
        self._ensure_namespace(namespace, tenant)
        for kind in KINDS:
            app: App | None = getattr(event, kind)
            if app is not None:
                self._add_app(kind, app, namespace, tenant)
        if event.set_image is not None:
            self._set_image(namespace, event.set_image)
        if event.lose:
            self._inhabitants.lose(event.lose)

    def _add_app(self, kind: str, app: App, namespace: str, tenant: str) -> None:
        self.server.create(KINDS[kind], namespace, manifest(kind, app, tenant))

    def _set_image(self, namespace: str, change: seeds.SetImage) -> None:
        deployment = self.server.get(DEPLOYMENTS, namespace, change.deployment)
        template = deployment["spec"]["template"]
        containers = [{**one, "image": change.image} for one in template["spec"]["containers"]]
        template = {**template, "spec": {**template["spec"], "containers": containers}}
        spec = {**deployment["spec"], "template": template}
        self.server.update(DEPLOYMENTS, namespace, change.deployment, {**deployment, "spec": spec})

    def _ensure_namespace(self, name: str, tenant: str) -> None:
        if self.server.find(NAMESPACES, "", name) is None:
            labels = {TENANT_LABEL: tenant} if tenant else {}
            self.server.create(NAMESPACES, "", {"metadata": {"name": name, "labels": labels}})

    def _add_sites(self, sites: seeds.Sites) -> None:
        """Each site: a pool, its machines, and a namespace whose applications want that pool."""
        for number in range(1, sites.count + 1):
            site = f"site-{number:02}"
            self._add_pool(seeds.Pool(name=site, age="1d"))
            for position in range(1, sites.machines + 1):
                self._add_node(_machine(site, number, position))
            self._ensure_namespace(site, "")
            for kind, apps in (("deployment", sites.deployments), ("daemonset", sites.daemonsets)):
                for app in apps:
                    self._add_app(kind, msgspec.structs.replace(app, pool=site), site, "")
        lost = [
            (number, position)
            for number in range(1, sites.count + 1)
            for position in range(1, sites.machines + 1)
            if ((number - 1) * sites.machines + position) % sites.lost_every == 0
        ]
        for number, position in lost:
            name = f"site-{number:02}-{position:02}"
            self._inhabitants.world.agenda.after(
                self._length - 3000, ("lost", name), functools.partial(self._inhabitants.lose, name)
            )


def _machine(site: str, number: int, position: int) -> seeds.Node:
    return seeds.Node(
        name=f"{site}-{position:02}",
        age="1d",
        pool=site,
        arch="arm64" if position % 2 else "amd64",
        ip=f"10.{50 + number}.0.{10 + position}",
        autonomy="unlimited" if position == 1 else "",
    )


def _tenant(number: int | None) -> str:
    return "" if number is None else TENANTS[number].name
