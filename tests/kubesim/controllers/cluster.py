"""A small simulated cluster in virtual time."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable
from typing import Any

from apimachinery.resources import EVENTS, NAMESPACES, NODES, PODS, Resource
from apimachinery.times import rfc3339
from kubesim.cluster.components import Components
from kubesim.control_plane.assembly import new_server
from kubesim.machinery.options import DeleteOptions
from kubesim.model import machines
from kubesim.model.machines import Machine
from kubesim.registry.server import Server
from kubesim.runtime.clock import ManualClock
from kubesim.storage.log import Object

NAMESPACE = "shop"


class Cluster:
    """An API server with all components; `later` advances the time."""

    def __init__(self, server: Server, clock: ManualClock, components: Components) -> None:
        self.server, self.clock, self.components = server, clock, components

    async def later(self, seconds: float) -> None:
        await self.clock.advance(seconds)

    def much_later(self, seconds: float) -> None:
        """Advance the clock without running timers, for values that depend on the time alone."""
        self.clock.jump(seconds)

    async def until(self, true: Callable[[], bool], *, within: float = 120) -> float:
        """Advance the time until a condition holds; the seconds that it took."""
        passed = 0.0
        while not true():
            assert passed < within, f"still not so after {within} s"
            await self.clock.advance(0.5)
            passed += 0.5
        return passed

    def add_node(self, name: str, **facts: Any) -> Object:
        count = len(self.server.list(NODES))
        facts = {"ip": f"192.168.7.{count + 10}", "pod_cidr": f"10.244.{count}.0/24", **facts}
        return self.server.create(NODES, "", machines.node(Machine(name, **facts), rfc3339(self.clock.now())))

    def create(self, of: Resource, name: str, spec: Object, **metadata: Any) -> Object:
        return self.server.create(of, NAMESPACE, {"metadata": {"name": name, **metadata}, "spec": spec})

    def get(self, of: Resource, name: str, namespace: str = NAMESPACE) -> Object:
        return self.server.get(of, namespace, name)

    def change(self, of: Resource, name: str, spec: Object) -> Object:
        obj = self.server.get(of, NAMESPACE, name)
        return self.server.update(of, NAMESPACE, name, {**obj, "spec": {**obj["spec"], **spec}})

    def delete(
        self, of: Resource, name: str, propagation: str = "Background", namespace: str = NAMESPACE
    ) -> None:
        self.server.delete(of, namespace, name, DeleteOptions(propagation=propagation))

    def pods(self, **labels: str) -> list[Object]:
        selector = ",".join(f"{key}={value}" for key, value in labels.items())
        return self.server.list(PODS, NAMESPACE, label_selector=selector)

    def ready(self, **labels: str) -> int:
        return sum(condition(pod, "Ready") == "True" for pod in self.pods(**labels))

    def events_of(self, kind: str, name: str = "", namespace: str = "") -> list[tuple[str, str]]:
        """Reasons and messages of the Events of objects of a kind."""
        return [
            (event["reason"], event["message"])
            for event in self.server.list(EVENTS, namespace)
            if event["involvedObject"]["kind"] == kind and event["involvedObject"]["name"].startswith(name)
        ]


def condition(obj: Object, kind: str) -> str:
    """The status of a condition, "" without it."""
    conditions = obj["status"].get("conditions") or ()
    return next((one["status"] for one in conditions if one["type"] == kind), "")


def template(image: str = "nginx:1.25", **spec: Any) -> Object:
    return {
        "metadata": {"labels": {"app": "web"}},
        "spec": {"containers": [{"name": "c", "image": image}], **spec},
    }


def workload(replicas: int = 3, image: str = "nginx:1.25", **spec: Any) -> Object:
    return {
        "replicas": replicas,
        "selector": {"matchLabels": {"app": "web"}},
        "template": template(image),
        **spec,
    }


class _Keeping(logging.Handler):
    def __init__(self, records: list[logging.LogRecord]) -> None:
        super().__init__()
        self._records = records

    def emit(self, record: logging.LogRecord) -> None:
        self._records.append(record)


@contextlib.asynccontextmanager
async def running_cluster(nodes: int = 3) -> AsyncIterator[Cluster]:
    """A running cluster with nodes and a namespace. An exception in a controller fails the test."""
    clock = ManualClock()
    server = new_server(clock=clock)
    components = Components(server)
    cluster = Cluster(server, clock, components)
    for number in range(nodes):
        cluster.add_node(f"edge-{number + 1}")
    server.create(NAMESPACES, "", {"metadata": {"name": NAMESPACE}})
    failures: list[logging.LogRecord] = []
    handler = _Keeping(failures)
    logger = logging.getLogger("kubesim.runtime.timers")
    logger.addHandler(handler)
    running = asyncio.create_task(components.run())
    try:
        await clock.advance(1)
        yield cluster
    finally:
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running
        logger.removeHandler(handler)
    assert not failures, logging.Formatter().format(failures[0])
