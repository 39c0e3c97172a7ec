"""Where the tests of controllers run: a namespace of each test's own, and one more machine for all of them.

The machine is pretended and joined over HTTP, on both API servers.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import threading
from collections.abc import Callable, Iterator
from typing import Any

from kubesim.model.machines import Machine
from kubesim.node_agent import agent, join
from tests.conformance.access.test_joining import decide, invitation
from tests.conformance.servers.asking import Cluster, wait_for

Json = Any
MERGE = "application/merge-patch+json"
DEPLOYMENTS, REPLICA_SETS = "apps/v1/deployments", "apps/v1/replicasets"


class Place:
    """A namespace of one test, and the machine where its pods run."""

    def __init__(self, cluster: Cluster, node: str) -> None:
        self.cluster, self.admin, self.node = cluster, cluster.admin(), node
        self.namespace = f"c-{secrets.token_hex(5)}"
        self.ask("POST", "/api/v1/namespaces", {"metadata": {"name": self.namespace}})
        wait_for(lambda: self.find("v1/serviceaccounts", "default") is not None)
        wait_for(
            lambda: (
                "secrets" in self.find("v1/serviceaccounts", "default") or not cluster.expected.token_secrets
            )
        )

    def ask(self, method: str, path: str, body: Json = ..., media_type: str = "application/json") -> Json:
        code, found = self.admin.ask(method, path, body, media_type)
        assert code < 400, found
        return found

    def path(self, kind: str, name: str = "") -> str:
        """An address from "apps/v1/deployments"."""
        version, _, plural = kind.rpartition("/")
        root = "/apis/" if "/" in version else "/api/"
        return f"{root}{version}/namespaces/{self.namespace}/{plural}" + (f"/{name}" if name else "")

    def create(self, kind: str, name: str, spec: Json, **metadata: Json) -> Json:
        return self.ask("POST", self.path(kind), {"metadata": {"name": name, **metadata}, "spec": spec})

    def get(self, kind: str, name: str) -> Json:
        return self.ask("GET", self.path(kind, name))

    def find(self, kind: str, name: str) -> Json:
        code, found = self.admin.ask("GET", self.path(kind, name))
        return found if code == 200 else None

    def listed(self, kind: str) -> list[Json]:
        items: list[Json] = self.ask("GET", self.path(kind))["items"]
        return items

    def patch(self, kind: str, name: str, patch: Json) -> Json:
        return self.ask("PATCH", self.path(kind, name), patch, MERGE)

    def delete(self, kind: str, name: str, propagation: str = "Background") -> None:
        self.ask("DELETE", self.path(kind, name), {"propagationPolicy": propagation})

    def until(self, kind: str, name: str, holds: Callable[[Json], bool]) -> Json:
        found: list[Json] = []

        def check() -> bool:
            found[:] = [self.get(kind, name)]
            return holds(found[0])

        wait_for(check)
        return found[0]

    def pods(self) -> list[Json]:
        return [pod for pod in self.listed("v1/pods") if "deletionTimestamp" not in pod["metadata"]]

    def ready(self) -> int:
        return sum(
            any(
                one["type"] == "Ready" and one["status"] == "True"
                for one in pod["status"].get("conditions", ())
            )
            for pod in self.pods()
        )

    def events(self, kind: str, holds: Callable[[set[tuple[str, str]]], bool]) -> set[tuple[str, str]]:
        """Reasons and messages about a kind, once ``holds``: an event may come after the status."""
        found: set[tuple[str, str]] = set()

        def check() -> bool:
            found.update(
                (event["reason"], event["message"])
                for event in self.listed("v1/events")
                if event["involvedObject"]["kind"] == kind
            )
            return holds(found)

        wait_for(check)
        return found

    def template(self, image: str = "nginx:1.25", **spec: Json) -> Json:
        return {
            "metadata": {"labels": {"app": "web"}},
            "spec": {
                "containers": [{"name": "c", "image": image}],
                "nodeSelector": {"kubernetes.io/hostname": self.node},
                "terminationGracePeriodSeconds": 1,
                **spec,
            },
        }

    def workload(self, replicas: int, **spec: Json) -> Json:
        return {
            "replicas": replicas,
            "selector": {"matchLabels": {"app": "web"}},
            "template": self.template(),
            **spec,
        }


@contextlib.contextmanager
def pretended(cluster: Cluster) -> Iterator[str]:
    """One more machine of the cluster, by its name."""
    name = f"field-{secrets.token_hex(4)}"
    loop = asyncio.new_event_loop()
    registered = asyncio.Event()

    async def live() -> None:
        joined = asyncio.create_task(join.join(await invitation(cluster), name))
        await decide(cluster, name)
        await agent.run(await joined, Machine(name, cpu=16, memory_gib=64), registered=registered)

    def run() -> None:
        with contextlib.suppress(asyncio.CancelledError):
            loop.run_until_complete(task)
        # aiohttp closes its TLS connections a moment after its session
        loop.run_until_complete(asyncio.sleep(0.1))
        loop.close()

    task = loop.create_task(live())
    thread = threading.Thread(target=run, name="pretended machine")
    thread.start()
    try:
        wait_for(registered.is_set)
        yield name
    finally:
        loop.call_soon_threadsafe(task.cancel)
        thread.join(30)
        cluster.admin().ask("DELETE", f"/api/v1/nodes/{name}")


def shown(conditions: list[Json]) -> list[tuple[str, str, str, str]]:
    return [(one["type"], one["status"], one.get("reason", ""), one.get("message", "")) for one in conditions]
