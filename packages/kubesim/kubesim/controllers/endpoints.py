"""The endpoints controller: addresses of the ready pods of a Service."""

from __future__ import annotations

from apimachinery.resources import PODS, SERVICES, Resource
from kubesim.controllers.manager import ControllerManager, enqueue
from kubesim.model.pod_status import is_over, is_ready
from kubesim.storage.log import Change, Object, Ref

_ENDPOINTS = Resource("", "endpoints", "Endpoints", True, ("v1",))


class EndpointsController:
    """endpoint-controller."""

    def __init__(self, manager: ControllerManager) -> None:
        self.manager = manager
        manager.on(SERVICES, lambda change: enqueue(self, change.record.ref))
        manager.on(PODS, self._pod_changed)

    def _pod_changed(self, change: Change) -> None:
        before = _address(change.previous.object) if change.previous else None
        after = None if change.type == "DELETED" else _address(change.record.object)
        if before == after:
            return
        faces = [change.record.object, *([change.previous.object] if change.previous else [])]
        for record in self.manager.server.log.list("", "services", change.record.ref.namespace):
            if any(_selects(record.object, pod) for pod in faces):
                enqueue(self, record.ref)

    def reconcile(self, ref: Ref) -> None:
        """Write the Endpoints of a Service."""
        server, service = self.manager.server, self.manager.index.get(ref)
        present = server.find(_ENDPOINTS, ref.namespace, ref.name)
        if service is None:
            if present is not None:
                server.delete(_ENDPOINTS, ref.namespace, ref.name)
            return
        if not service["spec"].get("selector") or "deletionTimestamp" in service["metadata"]:
            return
        subsets = self._subsets(service)
        labels = service["metadata"].get("labels") or {}
        if present is None:
            metadata = {"name": ref.name, **({"labels": labels} if labels else {})}
            body = {"metadata": metadata, **({"subsets": subsets} if subsets else {})}
            server.create(_ENDPOINTS, ref.namespace, body)
        elif (present.get("subsets") or []) != subsets:
            rest = {key: value for key, value in present.items() if key != "subsets"}
            server.store(_ENDPOINTS, {**rest, **({"subsets": subsets} if subsets else {})})

    def _subsets(self, service: Object) -> list[Object]:
        groups: dict[tuple[tuple[str, int, str], ...], tuple[list[Object], list[Object]]] = {}
        for pod in self.manager.server.list(PODS, service["metadata"]["namespace"]):
            address = _address(pod)
            if address is None or not _selects(service, pod):
                continue
            ports = tuple(_ports(service, pod))
            ready, unready = groups.setdefault(ports, ([], []))
            (ready if is_ready(pod) else unready).append(_entry(pod))
        subsets = []
        for ports, (ready, unready) in sorted(groups.items()):
            subset: Object = {"addresses": ready} if ready else {}
            subset |= {"notReadyAddresses": unready} if unready else {}
            port_list = [
                {**({"name": name} if name else {}), "port": number, "protocol": protocol}
                for name, number, protocol in ports
            ]
            subsets.append({**subset, **({"ports": port_list} if port_list else {})})
        return subsets


def _selects(service: Object, pod: Object) -> bool:
    selector = service["spec"].get("selector") or {}
    return bool(selector) and selector.items() <= (pod["metadata"].get("labels") or {}).items()


def _address(pod: Object) -> tuple[object, ...] | None:
    """The entry of a pod in Endpoints; None for a pod that is not in any."""
    if is_over(pod) or "deletionTimestamp" in pod["metadata"] or not pod["status"].get("podIP"):
        return None
    return pod["status"]["podIP"], is_ready(pod), pod["metadata"].get("labels")


def _entry(pod: Object) -> Object:
    metadata = pod["metadata"]
    target = {key: metadata[key] for key in ("name", "namespace", "uid")}
    hostname = pod["spec"].get("hostname")
    named = {"hostname": hostname} if hostname and pod["spec"].get("subdomain") else {}
    return {
        **named,
        "ip": pod["status"]["podIP"],
        "nodeName": pod["spec"]["nodeName"],
        "targetRef": {"kind": "Pod", **target},
    }


def _ports(service: Object, pod: Object) -> list[tuple[str, int, str]]:
    found = []
    for port in service["spec"].get("ports") or ():
        target = port.get("targetPort", port["port"])
        if isinstance(target, str):
            named = [
                one["containerPort"]
                for container in pod["spec"]["containers"]
                for one in container.get("ports") or ()
                if one.get("name") == target
            ]
            if not named:
                continue
            target = named[0]
        found.append((port.get("name", ""), int(target), port.get("protocol", "TCP")))
    return found
