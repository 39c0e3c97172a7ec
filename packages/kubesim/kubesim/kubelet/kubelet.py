"""The kubelets of all nodes that are simulated inside the server: pods and heartbeats.

One tick per second renews the Leases of a tenth of the nodes, each every ten seconds. The status of a
node without changes is written every five minutes (nodeStatusReportFrequency).
"""

from __future__ import annotations

import dataclasses
import functools
import ipaddress

from apimachinery.resources import LEASES, NODES, PODS
from apimachinery.times import rfc3339_micro
from kubesim.controllers.event_recorder import EventText
from kubesim.controllers.manager import ControllerManager, is_terminating
from kubesim.machinery import namespaces
from kubesim.machinery.options import DeleteOptions
from kubesim.model import machines
from kubesim.model.pod_stages import Host, KubeletEvent, carry_out, upcoming
from kubesim.model.pod_status import is_over, settled
from kubesim.runtime import seeded
from kubesim.storage.log import Change, Object, Ref

LEASE_SECONDS = 40
RENEW_EVERY = 10
"""Seconds between renewals of a Lease."""
STATUS_EVERY = 300
"""Seconds between status updates of an unchanged node."""


class Kubelets:
    """All simulated kubelets of one cluster."""

    def __init__(self, manager: ControllerManager) -> None:
        self.manager = manager
        self._hosts: dict[str, Host] = {}
        self._due: dict[int, dict[str, None]] = {second: {} for second in range(STATUS_EVERY)}
        self._second = 0
        manager.on(NODES, self._node_changed)
        manager.on(PODS, self._pod_changed)
        if not manager.is_replay:
            manager.timers.call_later(1, self, self._tick)

    # nodes -------------------------------------------------------------------------------------------

    def _node_changed(self, change: Change) -> None:
        node = change.record.object
        name = node["metadata"]["name"]
        runs = change.type != "DELETED" and machines.kubelet(node) == machines.RUNNING
        ran = name in self._hosts
        if runs and not ran:
            images = frozenset(
                image
                for one in node.get("status", {}).get("images") or ()
                for image in one.get("names") or ()
            )
            self._hosts[name] = Host(name, machines.internal_ip(node), images=images)
            self._due[seeded.number(name) % STATUS_EVERY][name] = None
            self.manager.timers.call_soon((self, name), functools.partial(self._start, name))
        elif ran and not runs:
            del self._hosts[name]
            self._due[seeded.number(name) % STATUS_EVERY].pop(name, None)
            self.manager.timers.call_soon((self, name), functools.partial(self._stop, name))

    def _start(self, name: str) -> None:
        """A kubelet starts, or starts again."""
        node = self.manager.server.find(NODES, "", name)
        if node is None or name not in self._hosts:
            return
        was_ready = machines.is_ready(node) == "True"
        self._post_status(node)
        self._renew(name)
        if not was_ready:
            self._record_node_event(name, "Starting", "Starting kubelet.")
            for reason in (
                "NodeHasSufficientMemory",
                "NodeHasNoDiskPressure",
                "NodeHasSufficientPID",
                "NodeReady",
            ):
                self._record_node_event(name, reason, f"Node {name} status is now: {reason}")
        for pod in self.manager.index.on_node(name):
            self._remember_images(pod)
            present = pod
            if not is_over(pod) and pod["status"].get("containerStatuses"):
                # the node controller may have marked it unready meanwhile
                present = self.manager.server.store(PODS, settled(pod, self.manager.timestamp()))
            self._plan(present)

    def _stop(self, name: str) -> None:
        for pod in self.manager.index.on_node(name):
            self.manager.timers.cancel(("pod", pod["metadata"]["uid"]))

    def _record_node_event(self, name: str, reason: str, message: str) -> None:
        node = self.manager.server.find(NODES, "", name)
        if node is not None:
            self.manager.record_event(node, EventText(reason, message), "kubelet", name)

    def _tick(self) -> None:
        self.manager.timers.call_later(1, self, self._tick)
        self._second = (self._second + 1) % STATUS_EVERY
        for second in range(self._second % RENEW_EVERY, STATUS_EVERY, RENEW_EVERY):
            for name in self._due[second]:
                self._renew(name)
        for name in tuple(self._due[self._second]):
            node = self.manager.server.find(NODES, "", name)
            if node is not None:
                self._post_status(node)

    def send_heartbeats(self) -> None:
        """Write the status and Lease of every node now."""
        for name in self._hosts:
            self._renew(name)
            if node := self.manager.server.find(NODES, "", name):
                self._post_status(node)

    def _post_status(self, node: Object) -> None:
        status = node["status"]
        conditions = machines.ready_conditions(status.get("conditions") or [], self.manager.timestamp())
        images = sorted(self._hosts[node["metadata"]["name"]].images)
        status = {**status, "conditions": conditions, "images": [{"names": [image]} for image in images]}
        self.manager.server.store(NODES, {**node, "status": status})

    def _renew(self, name: str) -> None:
        server = self.manager.server
        now = rfc3339_micro(server.clock.now())
        lease = server.find(LEASES, namespaces.NODE_LEASE, name)
        if lease is not None:
            server.store(LEASES, {**lease, "spec": {**lease["spec"], "renewTime": now}})
            return
        node = server.find(NODES, "", name)
        if node is None:
            return
        owner = {"apiVersion": "v1", "kind": "Node", "name": name, "uid": node["metadata"]["uid"]}
        spec = {"holderIdentity": name, "leaseDurationSeconds": LEASE_SECONDS, "renewTime": now}
        metadata = {"name": name, "ownerReferences": [owner]}
        server.create(LEASES, namespaces.NODE_LEASE, {"metadata": metadata, "spec": spec})

    # pods --------------------------------------------------------------------------------------------

    def _pod_changed(self, change: Change) -> None:
        pod, before = change.record.object, change.previous
        uid = pod["metadata"]["uid"]
        if change.type == "DELETED":
            self.manager.timers.cancel(("pod", uid))
            return
        if pod["spec"].get("nodeName", "") not in self._hosts:
            return
        if (
            is_terminating(pod)
            and before is not None
            and not is_terminating(before.object)
            and not is_over(pod)
        ):
            self.manager.timers.call_soon(("killing", uid), functools.partial(self._record_killing, pod))
        self._plan(pod)

    def _plan(self, pod: Object) -> None:
        host = self._hosts[pod["spec"]["nodeName"]]
        key = ("pod", pod["metadata"]["uid"])
        step = upcoming(pod, host)
        if step is None:
            self.manager.timers.cancel(key)
            return
        ref = Ref("", "pods", pod["metadata"]["namespace"], pod["metadata"]["name"])
        self.manager.timers.call_later(
            step.due - self.manager.now(), key, functools.partial(self._run_stage, ref)
        )

    def _run_stage(self, ref: Ref) -> None:
        """Write the next stage of a pod."""
        pod = self.manager.index.get(ref)
        host = self._hosts.get(pod["spec"].get("nodeName", "")) if pod else None
        if pod is None or host is None:
            return
        step, now = upcoming(pod, host), self.manager.now()
        if step is None or step.due > now:
            self._plan(pod)
            return
        if "podIP" not in pod["status"]:
            host = dataclasses.replace(host, free_ip=self._free_ip(host.name))
        outcome = carry_out(step, pod, host, now)
        if outcome.pod is None:
            self.manager.server.delete(PODS, ref.namespace, ref.name, DeleteOptions(grace_period_seconds=0))
            return
        new = self.manager.server.store(PODS, outcome.pod)
        self._record(new, outcome.happenings)
        if any(one.reason == "Pulled" for one in outcome.happenings):
            self._remember_images(new)

    def _record(self, pod: Object, happenings: tuple[KubeletEvent, ...]) -> None:
        for one in happenings:
            path = f"spec.containers{{{one.container}}}" if one.container else ""
            event = EventText(one.reason, one.message, one.warning, path)
            self.manager.record_event(pod, event, "kubelet", pod["spec"]["nodeName"])

    def _record_killing(self, pod: Object) -> None:
        running = [one for one in pod["status"].get("containerStatuses") or () if "running" in one["state"]]
        self._record(
            pod,
            tuple(
                KubeletEvent("Killing", f"Stopping container {one['name']}", container=one["name"])
                for one in running
            ),
        )

    def _remember_images(self, pod: Object) -> None:
        name = pod["spec"]["nodeName"]
        host = self._hosts[name]
        present = {one["image"] for one in pod["status"].get("containerStatuses") or () if one["imageID"]}
        if not present <= host.images:
            self._hosts[name] = dataclasses.replace(host, images=host.images | present)

    def _free_ip(self, name: str) -> str:
        node = self.manager.server.find(NODES, "", name)
        cidr = (node or {}).get("spec", {}).get("podCIDR") or "10.244.0.0/24"
        taken = {pod["status"].get("podIP") for pod in self.manager.index.on_node(name)}
        hosts = ipaddress.ip_network(cidr).hosts()
        return next((str(address) for address in hosts if str(address) not in taken), "")
