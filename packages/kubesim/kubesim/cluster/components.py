"""The components of a cluster besides the API server."""

from __future__ import annotations

import functools

from apimachinery.resources import NODES
from kubesim.controllers.endpoints import EndpointsController
from kubesim.controllers.garbage import GarbageCollector
from kubesim.controllers.manager import ControllerManager
from kubesim.controllers.namespaces import NamespaceController
from kubesim.controllers.nodes import GRACE, NodeLifecycleController
from kubesim.controllers.quotas import ResourceQuotaController
from kubesim.controllers.scheduler import Scheduler
from kubesim.controllers.workloads.cronjobs import CronJobController
from kubesim.controllers.workloads.daemonsets import DaemonSetController
from kubesim.controllers.workloads.deployments import DeploymentController
from kubesim.controllers.workloads.jobs import JobController
from kubesim.controllers.workloads.replicasets import ReplicaSetController
from kubesim.controllers.workloads.statefulsets import StatefulSetController
from kubesim.errors.statuses import bad_request
from kubesim.kubelet.kubelet import Kubelets
from kubesim.kubelet.logs import PodLogs
from kubesim.kubelet.metrics import MetricsServer
from kubesim.model import machines
from kubesim.openyurt.autonomy import is_autonomous
from kubesim.openyurt.node_pools import NodePoolController
from kubesim.registry.server import Server
from kubesim.storage.log import Object


class Components:
    """Controllers, scheduler and kubelets of one API server; ``seed`` determines everything random.

    In a replay there are no heartbeats, and a stopped kubelet is noticed after the grace period.
    """

    def __init__(self, server: Server, seed: int = 1, *, is_replay: bool = False) -> None:
        self.manager = ControllerManager(server, seed, is_replay=is_replay)
        self._nodes, self._kubelets = (
            NodeLifecycleController(self.manager, is_autonomous),
            Kubelets(self.manager),
        )
        PodLogs(server)
        MetricsServer(self.manager)
        self._actors = (
            NamespaceController(self.manager),
            GarbageCollector(self.manager),
            DeploymentController(self.manager),
            ReplicaSetController(self.manager),
            StatefulSetController(self.manager),
            DaemonSetController(self.manager),
            CronJobController(self.manager),
            JobController(self.manager),
            EndpointsController(self.manager),
            NodePoolController(self.manager),
            ResourceQuotaController(self.manager),
            Scheduler(self.manager),
        )

    async def run(self) -> None:
        """Run until cancelled; objects that exist by then are processed first."""
        self.manager.start()
        await self.manager.timers.run()

    def stop_kubelet(self, name: str) -> None:
        """Stop a node's kubelet. Raises `NotFoundError`; `BadRequestError` where it is not simulated."""
        self._set(name, machines.STOPPED)
        if self.manager.is_replay:
            self.manager.timers.call_later(
                GRACE, ("lost", name), functools.partial(self._nodes.mark_unreachable, name)
            )

    def start_kubelet(self, name: str) -> None:
        """Start a stopped kubelet. Raises as `stop_kubelet`."""
        self._set(name, machines.RUNNING)

    def send_heartbeats(self) -> None:
        """Send a heartbeat of every kubelet, at the end of a replay."""
        self._kubelets.send_heartbeats()

    def _set(self, name: str, kubelet: str) -> None:
        server = self.manager.server
        node: Object = server.get(NODES, "", name)
        if not machines.kubelet(node):
            raise bad_request(f'node "{name}" is not a machine of this simulation')
        annotations = {**node["metadata"]["annotations"], machines.KUBELET_ANNOTATION: kubelet}
        server.store(NODES, {**node, "metadata": {**node["metadata"], "annotations": annotations}})
