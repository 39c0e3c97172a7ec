"""metrics.k8s.io, as metrics-server serves it; computed on each request."""

from __future__ import annotations

from datetime import UTC, datetime

from apimachinery.resources import NODE_METRICS, NODES, PODS, Resource
from apimachinery.times import rfc3339
from kubesim.controllers.manager import ControllerManager
from kubesim.machinery.kinds import Column, Kind
from kubesim.model import machines, usage
from kubesim.storage.log import Object

POD_METRICS = Resource("metrics.k8s.io", "pods", "PodMetrics", True, ("v1beta1",))
_VERBS = ("get", "list")


class MetricsServer:
    """Serves NodeMetrics and PodMetrics of one cluster."""

    def __init__(self, manager: ControllerManager) -> None:
        self.manager = manager
        columns = (
            Column("Name", lambda obj, _: obj["metadata"]["name"]),
            Column("Window", lambda obj, _: obj["window"]),
        )
        for resource, computed in ((NODE_METRICS, self._nodes), (POD_METRICS, self._pods)):
            manager.server.kinds.serve(
                Kind(
                    resource=resource,
                    storage_version="v1beta1",
                    verbs=_VERBS,
                    list_kind=f"{resource.kind}List",
                    columns=columns,
                    computed=computed,
                )
            )

    def _nodes(self, _namespace: str) -> list[Object]:
        now, found = self._measured(), []
        for node in self.manager.server.list(NODES):
            if machines.is_ready(node) == "True":
                pods = self.manager.index.on_node(node["metadata"]["name"])
                cpu, memory = usage.node_usage(node, pods, now)
                found.append(_object(NODE_METRICS, node, now) | {"usage": _usage(cpu, memory)})
        return found

    def _pods(self, namespace: str) -> list[Object]:
        now, found = self._measured(), []
        ready = {
            node["metadata"]["name"]
            for node in self.manager.server.list(NODES)
            if machines.is_ready(node) == "True"
        }
        for pod in self.manager.server.list(PODS, namespace):
            if pod["spec"].get("nodeName") not in ready:
                continue
            containers = [
                {"name": name, "usage": _usage(cpu, memory)}
                for name, cpu, memory in usage.pod_usage(pod, now)
            ]
            if containers:
                found.append(_object(POD_METRICS, pod, now) | {"containers": containers})
        return found

    def _measured(self) -> float:
        """The time of the last measurement."""
        return self.manager.now() // usage.WINDOW * usage.WINDOW


def _object(resource: Resource, of: Object, now: float) -> Object:
    moment = rfc3339(datetime.fromtimestamp(now, UTC))
    metadata = {key: of["metadata"][key] for key in ("name", "namespace", "labels") if key in of["metadata"]}
    return {
        "kind": resource.kind,
        "apiVersion": "metrics.k8s.io/v1beta1",
        "metadata": {**metadata, "creationTimestamp": moment},
        "timestamp": moment,
        "window": f"{usage.WINDOW}s",
    }


def _usage(cpu: int, memory: int) -> dict[str, str]:
    return {"cpu": f"{cpu * 1_000_000}n", "memory": f"{memory // 1024}Ki"}
