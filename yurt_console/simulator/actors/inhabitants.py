"""Everybody who lives in the simulated cluster, together."""

from __future__ import annotations

import functools

from yurt_console.kube.resources import NODES
from yurt_console.simulator import machines
from yurt_console.simulator.actors.cronjobs import CronJobs
from yurt_console.simulator.actors.daemonsets import DaemonSets
from yurt_console.simulator.actors.deployments import Deployments
from yurt_console.simulator.actors.endpoints import Endpoints
from yurt_console.simulator.actors.garbage import Garbage
from yurt_console.simulator.actors.jobs import Jobs
from yurt_console.simulator.actors.kubelets import Kubelets
from yurt_console.simulator.actors.logs import Logs
from yurt_console.simulator.actors.metrics import Metrics
from yurt_console.simulator.actors.namespaces import Namespaces
from yurt_console.simulator.actors.nodes import GRACE, Nodes
from yurt_console.simulator.actors.pools import Pools
from yurt_console.simulator.actors.quotas import Quotas
from yurt_console.simulator.actors.replicasets import ReplicaSets
from yurt_console.simulator.actors.scheduler import Scheduler
from yurt_console.simulator.actors.statefulsets import StatefulSets
from yurt_console.simulator.actors.world import World
from yurt_console.simulator.failures import bad_request
from yurt_console.simulator.log import Object
from yurt_console.simulator.server import Server


class Inhabitants:
    """Controllers, scheduler and kubelets of one server; ``seed`` decides what is left to chance.

    In a story (``is_story``) there are no heartbeats, and whoever falls silent is lost soon after.
    """

    def __init__(self, server: Server, seed: int = 1, *, is_story: bool = False) -> None:
        self.world = World(server, seed, is_story=is_story)
        self._nodes, self._kubelets = Nodes(self.world), Kubelets(self.world)
        Logs(server)
        Metrics(self.world)
        self._actors = (
            Namespaces(self.world),
            Garbage(self.world),
            Deployments(self.world),
            ReplicaSets(self.world),
            StatefulSets(self.world),
            DaemonSets(self.world),
            CronJobs(self.world),
            Jobs(self.world),
            Endpoints(self.world),
            Pools(self.world),
            Quotas(self.world),
            Scheduler(self.world),
        )

    async def run(self) -> None:
        """Live until cancelled. What was written before is taken note of now."""
        self.world.begin()
        await self.world.agenda.run()

    def lose(self, name: str) -> None:
        """A machine falls silent. Raises `NotFound`, and `BadRequest` for one that is not simulated here."""
        self._set(name, machines.STOPPED)
        if self.world.is_story:
            self.world.agenda.after(GRACE, ("lost", name), functools.partial(self._nodes.give_up, name))

    def restore(self, name: str) -> None:
        """A silent machine is heard again. Raises as `lose`."""
        self._set(name, machines.RUNNING)

    def settle_heartbeats(self) -> None:
        """Have every kubelet be heard now, at the end of a story."""
        self._kubelets.heartbeat_all()

    def _set(self, name: str, kubelet: str) -> None:
        server = self.world.server
        node: Object = server.get(NODES, "", name)
        if not machines.kubelet(node):
            raise bad_request(f'node "{name}" is not a machine of this simulation')
        annotations = {**node["metadata"]["annotations"], machines.KUBELET_ANNOTATION: kubelet}
        server.store(NODES, {**node, "metadata": {**node["metadata"], "annotations": annotations}})
