"""A simulated machine's kubelet over HTTP: registers its Node, sends heartbeats and runs pods.

Pods run through the same stages as inside the simulator; the API server may be a real one.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import functools
import ipaddress
import json
import logging
import time
from collections.abc import Coroutine, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import aiohttp

from apimachinery.times import rfc3339, rfc3339_micro
from kubesim.model import machines
from kubesim.model.machines import Machine
from kubesim.model.pod_stages import Host, KubeletEvent, carry_out, upcoming
from kubesim.node_agent.join import MERGE_PATCH, Api, Identity, JoinError, Object, Refused
from kubesim.runtime.clock import Clock, SystemClock
from kubesim.runtime.timers import TimerQueue

_LEASES = "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases"
_RENEW_EVERY, _STATUS_EVERY = 10.0, 300.0
_AGAIN = 5.0
_WATCH_SECONDS = 300

_logger = logging.getLogger(__name__)


async def run(identity: Identity, machine: Machine, *, registered: asyncio.Event | None = None) -> None:
    """Run this machine's kubelet until cancelled. Raises `JoinError` when the Node is refused."""
    async with Api(identity.address, identity.context()) as api:
        node = JoinedNode(api, machine)
        await node.register()
        if registered is not None:
            registered.set()
        await node.run_pods()


class JoinedNode:
    """One simulated machine in a cluster."""

    def __init__(self, api: Api, machine: Machine, clock: Clock | None = None) -> None:
        self._api, self._machine = api, machine
        self._clock = clock or SystemClock()
        self._timers = TimerQueue(self._clock)
        self._host = Host(machine.name, machine.ip)
        self._pods: dict[str, Object] = {}
        self._cidr = machine.pod_cidr or "10.244.0.0/24"
        self._uid = ""
        self._busy: set[asyncio.Task[None]] = set()

    async def register(self) -> None:
        """Create the Node, or adopt the one that exists for this machine. Raises `JoinError`."""
        fresh = machines.node(self._machine, self._stamp(), inside=False)
        try:
            node = await self._api.ask("POST", "/api/v1/nodes", fresh)
        except Refused as refused:
            if refused.code != 409:
                raise
            labels = machines.labels(dataclasses.replace(self._machine, labels={}))
            patch = {"metadata": {"labels": labels}}
            node = await self._api.ask("PATCH", self._node_path, patch, MERGE_PATCH)
        self._uid = node["metadata"]["uid"]
        self._cidr = node["spec"].get("podCIDR", self._cidr)
        await self._post_status()
        await self._renew()

    async def run_pods(self) -> None:
        """Send heartbeats and run pods until cancelled."""
        parts = (self._heartbeat(), self._report(), self._watch(), self._timers.run())
        async with asyncio.TaskGroup() as group:
            for part in parts:
                group.create_task(part)

    @property
    def _node_path(self) -> str:
        return f"/api/v1/nodes/{quote(self._machine.name)}"

    def _stamp(self) -> str:
        return rfc3339(self._clock.now())

    async def _heartbeat(self) -> None:
        while True:
            await self._clock.sleep(_RENEW_EVERY)
            await self._try(self._renew())

    async def _report(self) -> None:
        while True:
            await self._clock.sleep(_STATUS_EVERY)
            await self._try(self._post_status())

    async def _try(self, doing: Coroutine[Any, Any, None]) -> None:
        """Log and go on: a kubelet retries when the API server is unreachable."""
        try:
            await doing
        except JoinError as error:
            _logger.warning("node %s: %s", self._machine.name, error)

    async def _post_status(self) -> None:
        node = await self._api.ask("GET", self._node_path)
        fresh = machines.node(self._machine, self._stamp(), inside=False)["status"]
        before = (node.get("status") or {}).get("conditions") or []
        conditions = machines.ready_conditions(before, self._stamp())
        images = [{"names": [image]} for image in sorted(self._host.images)]
        status = {**fresh, "conditions": conditions, "images": images}
        await self._api.ask("PATCH", f"{self._node_path}/status", {"status": status}, MERGE_PATCH)

    async def _renew(self) -> None:
        name, now = self._machine.name, rfc3339_micro(self._clock.now())
        try:
            await self._api.ask(
                "PATCH", f"{_LEASES}/{quote(name)}", {"spec": {"renewTime": now}}, MERGE_PATCH
            )
        except Refused as refused:
            if refused.code != 404:
                raise
            owner = {"apiVersion": "v1", "kind": "Node", "name": name, "uid": self._uid}
            spec = {"holderIdentity": name, "leaseDurationSeconds": 40, "renewTime": now}
            await self._api.ask(
                "POST", _LEASES, {"metadata": {"name": name, "ownerReferences": [owner]}, "spec": spec}
            )

    async def _watch(self) -> None:
        """Watch the pods bound to this node."""
        path = f"/api/v1/pods?fieldSelector=spec.nodeName%3D{quote(self._machine.name)}"
        while True:
            try:
                listed = await self._api.ask("GET", path)
                self._replace(listed.get("items") or [])
                version = listed["metadata"]["resourceVersion"]
                await self._follow(
                    f"{path}&watch=1&timeoutSeconds={_WATCH_SECONDS}&resourceVersion={version}"
                )
            except (JoinError, aiohttp.ClientError, TimeoutError) as error:
                _logger.warning("node %s: cannot watch pods: %s", self._machine.name, type(error).__name__)
                await self._clock.sleep(_AGAIN)

    async def _follow(self, path: str) -> None:
        async with self._api.stream(path) as response:
            if response.status != 200:
                return
            async for line in response.content:
                event = json.loads(line)
                if event["type"] == "DELETED":
                    self._forget(event["object"]["metadata"]["uid"])
                elif event["type"] in ("ADDED", "MODIFIED"):
                    self._pod_changed(event["object"])
                elif event["type"] == "ERROR":
                    return

    def _replace(self, pods: list[Object]) -> None:
        present = {pod["metadata"]["uid"] for pod in pods}
        for uid in [uid for uid in self._pods if uid not in present]:
            self._forget(uid)
        for pod in pods:
            self._pod_changed(pod)

    def _forget(self, uid: str) -> None:
        self._pods.pop(uid, None)
        self._timers.cancel(uid)

    def _pod_changed(self, pod: Object) -> None:
        uid = pod["metadata"]["uid"]
        before = self._pods.get(uid)
        self._pods[uid] = pod
        if before is not None and _is_leaving(pod) and not _is_leaving(before):
            self._record(pod, _killings(pod))
        step = upcoming(pod, self._host)
        if step is None:
            self._timers.cancel(uid)
        else:
            self._timers.call_later(step.due - time.time(), uid, functools.partial(self._schedule_stage, uid))

    def _schedule_stage(self, uid: str) -> None:
        task = asyncio.create_task(self._run_stage(uid))
        self._busy.add(task)
        task.add_done_callback(self._busy.discard)

    async def _run_stage(self, uid: str) -> None:
        """Write one stage of a pod; the watch event of it brings the next."""
        pod, now = self._pods.get(uid), self._clock.now().timestamp()
        if pod is None:
            return
        host = dataclasses.replace(self._host, free_ip=self._free_ip())
        step = upcoming(pod, host)
        if step is None or step.due > now:
            self._pod_changed(pod)
            return
        metadata = pod["metadata"]
        path = f"/api/v1/namespaces/{metadata['namespace']}/pods/{metadata['name']}"
        outcome = carry_out(step, pod, host, now)
        try:
            if outcome.pod is None:
                options = {"gracePeriodSeconds": 0, "preconditions": {"uid": uid}}
                await self._api.ask("DELETE", path, options)
                return
            patch = {"metadata": {"uid": uid}, "status": outcome.pod["status"]}
            pulled = {one["image"] for one in outcome.pod["status"]["containerStatuses"] if one["imageID"]}
            self._host = dataclasses.replace(self._host, images=self._host.images | pulled)
            self._pod_changed(await self._api.ask("PATCH", f"{path}/status", patch, MERGE_PATCH))
            self._record(outcome.pod, outcome.happenings)
        except JoinError as error:
            _logger.warning("node %s: pod %s: %s", self._machine.name, metadata["name"], error)
            self._timers.call_later(_AGAIN, uid, functools.partial(self._schedule_stage, uid))

    def _free_ip(self) -> str:
        taken = {(pod.get("status") or {}).get("podIP") for pod in self._pods.values()}
        hosts = ipaddress.ip_network(self._cidr).hosts()
        return next((str(address) for address in hosts if str(address) not in taken), "")

    def _record(self, pod: Object, happenings: tuple[KubeletEvent, ...]) -> None:
        for happening in happenings:
            task = asyncio.create_task(self._try(self._send_event(pod, happening)))
            self._busy.add(task)
            task.add_done_callback(self._busy.discard)

    async def _send_event(self, pod: Object, happening: KubeletEvent) -> None:
        metadata, now = pod["metadata"], datetime.now(UTC)
        involved: Mapping[str, str] = {
            "apiVersion": "v1",
            "kind": "Pod",
            "namespace": metadata["namespace"],
            "name": metadata["name"],
            "uid": metadata["uid"],
            **({"fieldPath": f"spec.containers{{{happening.container}}}"} if happening.container else {}),
        }
        event = {
            "metadata": {"name": f"{metadata['name']}.{time.time_ns():x}"},
            "involvedObject": involved,
            "reason": happening.reason,
            "message": happening.message,
            "type": "Warning" if happening.warning else "Normal",
            "source": {"component": "kubelet", "host": self._machine.name},
            "firstTimestamp": rfc3339(now),
            "lastTimestamp": rfc3339(now),
            "count": 1,
        }
        with contextlib.suppress(Refused):
            # the namespace may be terminating
            await self._api.ask("POST", f"/api/v1/namespaces/{metadata['namespace']}/events", event)


def _is_leaving(pod: Object) -> bool:
    return "deletionTimestamp" in pod["metadata"]


def _killings(pod: Object) -> tuple[KubeletEvent, ...]:
    statuses = (pod.get("status") or {}).get("containerStatuses") or ()
    return tuple(
        KubeletEvent("Killing", f"Stopping container {one['name']}", container=one["name"])
        for one in statuses
        if "running" in one["state"]
    )
