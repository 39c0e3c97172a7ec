"""Fills a cluster through its API server: ``python -m bench.cluster.fill KUBECONFIG NODES PODS TENANTS``.

Writes over many connections. The API server drops the status on create (except a node's), so a pod takes two
requests: POST, then PUT of metadata and status, which is cheaper for the API server than a patch.
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

from bench.cluster import workloads
from bench.cluster.endpoint import Endpoint, read_kubeconfig
from bench.cluster.objects import Object, event, node, pools, service, tenant_namespace
from bench.cluster.scale import PODS_A_DEPLOYMENT, Scale

_CONNECTIONS = 48
_ATTEMPTS = 8
_PODS_AN_EVENT = 4
_COLLECTIONS = {
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
    """All objects of a cluster of this size, in waves; a wave depends on the waves before it."""
    yield (tenant_namespace(tenant) for tenant in range(scale.tenants))
    yield (obj for tenant in range(scale.tenants) for obj in _tenant(scale, tenant))
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


async def fill(server: Endpoint, scale: Scale) -> int:
    """Write all objects; returns their number. Raises RuntimeError when the API server refuses one."""
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
    for obj in objects:
        collection = _COLLECTIONS[obj["kind"]].format(obj["metadata"].get("namespace", ""))
        await _write(session, "POST", collection, obj)
        if "status" in obj and obj["kind"] != "Node":
            name = obj["metadata"]["name"]
            with_status = {key: value for key, value in obj.items() if key != "spec"}
            await _write(session, "PUT", f"{collection}/{name}/status", with_status)
        count += 1
    return count


async def _write(session: aiohttp.ClientSession, method: str, path: str, obj: Object) -> None:
    body = msgspec.json.encode(obj)
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
    """Fill the cluster of the arguments and print how long it took."""
    kubeconfig, nodes, pods, tenants = sys.argv[1:]
    scale = Scale(int(nodes), int(pods), int(tenants))
    started = time.monotonic()
    written = uvloop.run(fill(read_kubeconfig(Path(kubeconfig)), scale))
    print(f"wrote {written:,} objects in {time.monotonic() - started:.0f} s", flush=True)


if __name__ == "__main__":
    main()
