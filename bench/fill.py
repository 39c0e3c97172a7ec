"""Fills a cluster as fast as its API server takes it: ``python -m bench.fill KUBECONFIG NODES PODS TENANTS``.

A program of its own on many connections. The API server drops the status of what is created (a node's
is the exception), so a pod costs two writes: POST, then PUT of its metadata and status. That is cheaper
than a patch, which the API server has to read, apply and decode again.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import msgspec
import uvloop

from bench import address, workloads
from bench.objects import Object, event, node, pools, service, tenant_namespace
from bench.scale import PODS_A_DEPLOYMENT, Scale

_CONNECTIONS = 48
_ATTEMPTS = 8
_PODS_AN_EVENT = 4
_ADDRESSES = {
    "Namespace": "/api/v1/namespaces",
    "Node": "/api/v1/nodes",
    "Pod": "/api/v1/namespaces/{}/pods",
    "Service": "/api/v1/namespaces/{}/services",
    "Event": "/api/v1/namespaces/{}/events",
    "NodePool": "/apis/apps.openyurt.io/v1beta2/nodepools",
    "Deployment": "/apis/apps/v1/namespaces/{}/deployments",
    "StatefulSet": "/apis/apps/v1/namespaces/{}/statefulsets",
    "DaemonSet": "/apis/apps/v1/namespaces/{}/daemonsets",
    "Job": "/apis/batch/v1/namespaces/{}/jobs",
    "CronJob": "/apis/batch/v1beta1/namespaces/{}/cronjobs",
}


def contents(scale: Scale) -> Iterator[Iterator[Object]]:
    """Everything a cluster of this size holds, in waves: a wave needs what the ones before it made."""
    yield (tenant_namespace(tenant) for tenant in range(scale.tenants))
    yield (thing for tenant in range(scale.tenants) for thing in _tenant(scale, tenant))
    yield (node(scale, number) for number in range(scale.nodes))
    yield iter(pools(scale))


def _tenant(scale: Scale, tenant: int) -> Iterator[Object]:
    yield from workloads.others(scale, tenant)
    yield from workloads.deployments(scale, tenant)
    for number, pod in enumerate(workloads.pods(scale, tenant)):
        yield pod
        if number % PODS_A_DEPLOYMENT == 0:
            yield service(tenant, pod["metadata"]["labels"]["app"])
        if number % _PODS_AN_EVENT == 0:
            yield event(tenant, number, pod["metadata"]["name"])


async def fill(server: address.Address, scale: Scale) -> int:
    """Write everything; returns how many objects. Raises `RuntimeError` when the API server refuses one."""
    written = 0
    connector = aiohttp.TCPConnector(limit=_CONNECTIONS, ssl=server.tls() or False)
    headers = {**server.headers, "Content-Type": "application/json"}
    async with aiohttp.ClientSession(server.url, connector=connector, headers=headers) as session:
        for wave in contents(scale):
            async with asyncio.TaskGroup() as writers:
                tasks = [writers.create_task(_write_all(session, wave)) for _ in range(_CONNECTIONS)]
            written += sum(task.result() for task in tasks)
    return written


async def _write_all(session: aiohttp.ClientSession, objects: Iterator[Object]) -> int:
    count = 0
    for thing in objects:
        collection = _ADDRESSES[thing["kind"]].format(thing["metadata"].get("namespace", ""))
        await _write(session, "POST", collection, thing)
        if "status" in thing and thing["kind"] != "Node":
            name = thing["metadata"]["name"]
            stated = {key: value for key, value in thing.items() if key != "spec"}
            await _write(session, "PUT", f"{collection}/{name}/status", stated)
        count += 1
    return count


async def _write(session: aiohttp.ClientSession, method: str, path: str, thing: Object) -> None:
    body = msgspec.json.encode(thing)
    for attempt in range(_ATTEMPTS):
        async with session.request(method, path, data=body) as reply:
            text = await reply.read()
        if reply.status < 300 or (reply.status == 409 and attempt):
            return
        if reply.status < 500 and reply.status != 429:
            raise RuntimeError(f"{method} {path}: {reply.status} {text[:300].decode(errors='replace')}")
        await asyncio.sleep(0.1 * 2**attempt)
    raise RuntimeError(f"{method} {path}: still refused after {_ATTEMPTS} attempts")


def main() -> None:
    """Fill the cluster that the arguments name and say how long it took."""
    kubeconfig, nodes, pods, tenants = sys.argv[1:]
    scale = Scale(int(nodes), int(pods), int(tenants))
    started = time.monotonic()
    written = uvloop.run(fill(address.read(Path(kubeconfig)), scale))
    print(f"wrote {written:,} objects in {time.monotonic() - started:.0f} s", flush=True)


if __name__ == "__main__":
    main()
