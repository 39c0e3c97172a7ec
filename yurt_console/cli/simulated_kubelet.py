"""A simulated machine outside the API server: it is a Node, sends heartbeats and runs pods, through the API.

It knows and may do no more than a real kubelet; what pods do is told by `simulator.stages`.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import logging
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import msgspec

from yurt_console.kube import watching
from yurt_console.kube.client import Client, Object
from yurt_console.kube.errors import AlreadyExists, Conflict, KubeError, NotFound
from yurt_console.kube.resources import EVENTS, LEASES, NODES, PODS
from yurt_console.simulator import chance, machines
from yurt_console.simulator.clock import micro_timestamp, timestamp
from yurt_console.simulator.stages import Happening, Host, carry_out, upcoming

_log = logging.getLogger(__name__)
_LEASE_NAMESPACE, _LEASE_SECONDS, _RENEW_EVERY = "kube-node-lease", 40, 10.0
_STATUS_EVERY = 300.0
_WATCH_SECONDS = 300
_AGAIN = 2.0
"""Seconds before trying again what the API server did not answer."""
_MACHINE = machines.Machine("", cpu=4, memory_gib=4, storage_gib=64, architecture="arm64")


class SimulatedKubelet:
    """One machine with the credentials of its node."""

    def __init__(self, client: Client, name: str, labels: Mapping[str, str]) -> None:
        number = chance.number(name)
        ip = f"192.168.{number % 200 + 20}.{number // 200 % 250 + 2}"
        self._client = client
        self._machine = replace(_MACHINE, name=name, labels=labels, ip=ip)
        self._host = Host(name, ip)
        self._network = ipaddress.ip_network("10.250.0.0/24")
        self._pods: dict[str, Object] = {}
        self._news = asyncio.Event()

    async def register(self) -> None:
        """Make the Node, or take over the one that is there, and be Ready. Raises `KubeError`."""
        node = machines.node(self._machine, timestamp(datetime.now(UTC)), inside=False)
        with contextlib.suppress(AlreadyExists):
            await self._client.create(NODES, node)
        await self._post_status()
        await self._renew()

    async def run(self) -> None:
        """Live until cancelled, whatever the API server does."""
        async with asyncio.TaskGroup() as life:
            life.create_task(_every(_RENEW_EVERY, self._renew))
            life.create_task(_every(_STATUS_EVERY, self._post_status))
            life.create_task(_every(0, self._follow))
            life.create_task(_every(0, self._run_pods))

    async def _post_status(self) -> None:
        found = await self._client.get(NODES, self._host.name)
        now = timestamp(datetime.now(UTC))
        status = machines.node(self._machine, now, inside=False)["status"]
        before = (found.get("status") or {}).get("conditions") or []
        status["conditions"] = machines.ready_conditions(before, now)
        status["images"] = [{"names": [image]} for image in sorted(self._host.images)]
        await self._client.merge_patch(NODES, self._host.name, {"status": status}, subresource="status")
        if cidr := (found.get("spec") or {}).get("podCIDR"):
            self._network = ipaddress.ip_network(cidr)

    async def _renew(self) -> None:
        name, now = self._host.name, micro_timestamp(datetime.now(UTC))
        try:
            lease = await self._client.get(LEASES, name, _LEASE_NAMESPACE)
        except NotFound:
            node = await self._client.get(NODES, name)
            owner = {"apiVersion": "v1", "kind": "Node", "name": name, "uid": node["metadata"]["uid"]}
            spec = {"holderIdentity": name, "leaseDurationSeconds": _LEASE_SECONDS, "renewTime": now}
            metadata = {"name": name, "ownerReferences": [owner]}
            await self._client.create(LEASES, {"metadata": metadata, "spec": spec}, _LEASE_NAMESPACE)
        else:
            renewed = {**lease, "spec": {**lease["spec"], "renewTime": now}}
            await self._client.replace(LEASES, renewed, _LEASE_NAMESPACE)

    async def _follow(self) -> None:
        """Know the pods of this node: list, then watch until the watch ends."""
        mine = f"spec.nodeName={self._host.name}"
        page: Any = msgspec.json.decode(await self._client.list_page(PODS, field_selector=mine))
        self._pods = {pod["metadata"]["uid"]: pod for pod in page["items"] or ()}
        self._news.set()
        version = page["metadata"]["resourceVersion"]
        async with self._client.watch(
            PODS, resource_version=version, timeout_seconds=_WATCH_SECONDS, field_selector=mine
        ) as lines:
            async for line in lines:
                event = watching.parse(line)
                if event.kind == "ERROR":
                    raise event.error
                if event.kind == "BOOKMARK":
                    continue
                pod: Object = msgspec.json.decode(event.object)
                if event.kind == "DELETED":
                    self._pods.pop(pod["metadata"]["uid"], None)
                else:
                    self._pods[pod["metadata"]["uid"]] = pod
                self._news.set()

    async def _run_pods(self) -> None:
        """Take every pod through the steps that are due, then sleep until the next or until there is news."""
        self._news.clear()
        waits = [
            seconds for pod in list(self._pods.values()) if (seconds := await self._live(pod)) is not None
        ]
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._news.wait(), min(waits, default=None))

    async def _live(self, pod: Object) -> float | None:
        """One step of a pod; seconds until it has to be looked at again, None when nothing will come."""
        step, now = upcoming(pod, self._host), datetime.now(UTC).timestamp()
        if step is None or step.due > now:
            return None if step is None else step.due - now
        host = self._host
        if "podIP" not in pod["status"]:
            host = replace(host, free_ip=self._free_ip())
        outcome = carry_out(step, pod, host, now)
        metadata = pod["metadata"]
        try:
            if outcome.pod is None:
                body = {"gracePeriodSeconds": 0, "preconditions": {"uid": metadata["uid"]}}
                path = PODS.path("v1", metadata["namespace"], metadata["name"])
                await self._client.request("DELETE", path, body=body)
                self._pods.pop(metadata["uid"], None)
                return None
            written = await self._client.replace(PODS, outcome.pod, subresource="status")
        except NotFound:
            self._pods.pop(metadata["uid"], None)
            return None
        except Conflict:  # somebody else wrote; the watch will bring it
            return _AGAIN
        self._pods[metadata["uid"]] = written
        for happening in outcome.happenings:
            await self._tell(written, happening)
        if any(happening.reason == "Pulled" for happening in outcome.happenings):
            images = {one["image"] for one in written["spec"]["containers"]}
            self._host = replace(self._host, images=self._host.images | images)
        return 0

    async def _tell(self, pod: Object, happening: Happening) -> None:
        metadata = pod["metadata"]
        now = timestamp(datetime.now(UTC))
        about = {"kind": "Pod", "apiVersion": "v1", "resourceVersion": metadata["resourceVersion"]}
        about |= {key: metadata[key] for key in ("name", "namespace", "uid")}
        if happening.container:
            about["fieldPath"] = f"spec.containers{{{happening.container}}}"
        event = {
            "metadata": {"name": f"{metadata['name']}.{secrets.token_hex(8)}"},
            "involvedObject": about,
            "reason": happening.reason,
            "message": happening.message,
            "type": "Warning" if happening.warning else "Normal",
            "source": {"component": "kubelet", "host": self._host.name},
            "firstTimestamp": now,
            "lastTimestamp": now,
            "count": 1,
        }
        await self._client.create(EVENTS, event, metadata["namespace"])

    def _free_ip(self) -> str:
        taken = {pod["status"].get("podIP") for pod in self._pods.values()}
        return next((str(ip) for ip in self._network.hosts() if str(ip) not in taken), "")


async def _every(seconds: float, action: Callable[[], Awaitable[None]]) -> None:
    """Do something again and again; what the API server does not answer is tried again soon."""
    while True:
        try:
            await action()
        except KubeError as error:
            _log.warning("%s", error)
            await asyncio.sleep(_AGAIN)
        else:
            await asyncio.sleep(seconds)
