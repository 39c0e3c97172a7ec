"""Everybody who lives in the simulated cluster, together."""

from __future__ import annotations

import functools

from apimachinery.resources import NODES
from kubesim.controllers.endpoints import Endpoints
from kubesim.controllers.garbage import Garbage
from kubesim.controllers.manager import ControllerManager
from kubesim.controllers.namespaces import Namespaces
from kubesim.controllers.nodes import GRACE, Nodes
from kubesim.controllers.quotas import Quotas
from kubesim.controllers.scheduler import Scheduler
from kubesim.controllers.workloads.cronjobs import CronJobs
from kubesim.controllers.workloads.daemonsets import DaemonSets
from kubesim.controllers.workloads.deployments import Deployments
from kubesim.controllers.workloads.jobs import Jobs
from kubesim.controllers.workloads.replicasets import ReplicaSets
from kubesim.controllers.workloads.statefulsets import StatefulSets
from kubesim.errors.statuses import bad_request
from kubesim.kubelet.kubelet import Kubelets
from kubesim.kubelet.logs import Logs
from kubesim.kubelet.metrics import Metrics
from kubesim.model import machines
from kubesim.openyurt.autonomy import is_autonomous
from kubesim.openyurt.node_pools import Pools
from kubesim.registry.server import Server
from kubesim.storage.log import Object


class Components:
    """Controllers, scheduler and kubelets of one server; ``seed`` decides what is left to chance.

    In a story (``is_story``) there are no heartbeats, and whoever falls silent is lost soon after.
    """

    def __init__(self, server: Server, seed: int = 1, *, is_story: bool = False) -> None:
        self.world = ControllerManager(server, seed, is_story=is_story)
        self._nodes, self._kubelets = Nodes(self.world, is_autonomous), Kubelets(self.world)
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
