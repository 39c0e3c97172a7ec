"""Faults: each has its effect, ends when it should, and is for administrators only."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import msgspec
import pytest

from apimachinery.resources import CONFIG_MAPS, NAMESPACES, NODES, SERVICE_ACCOUNTS
from kubesim.cluster.simulation import Simulation
from kubesim.faults import faults
from kubesim.faults.app import PATH
from kubesim.faults.faults import Fault
from kubesim.model import machines
from kubesim.runtime.clock import ManualClock
from yurt_console.kube.client import Client
from yurt_console.kube.credentials import Credential, Credentials, Fixed
from yurt_console.kube.errors import (
    BadRequest,
    Forbidden,
    Gone,
    InternalError,
    KubeError,
    MethodNotAllowed,
    NotFound,
    ServiceUnavailable,
    TooManyRequests,
    Unreachable,
)

SOON = 10.0
"""A bound in seconds for what happens at once, even on a busy machine."""


class Clock(ManualClock):
    """A clock that reports new sleepers."""

    def __init__(self) -> None:
        super().__init__()
        self._asleep: asyncio.Queue[float] = asyncio.Queue()

    async def sleep(self, seconds: float) -> None:
        self._asleep.put_nowait(self.monotonic() + seconds)
        await super().sleep(seconds)

    async def sleeper(self, seconds: float) -> None:
        """Wait until something sleeps for that long."""
        due = self.monotonic() + seconds
        async with asyncio.timeout(SOON):
            while await self._asleep.get() != due:
                continue


@dataclass
class FaultyCluster:
    """A served cluster with a manual clock, and an administrator's client."""

    simulation: Simulation
    clock: Clock
    admin: Client

    async def bring(self, fault: Fault) -> str:
        """Inject a fault over HTTP."""
        reply = await self.admin.request("POST", PATH, body=msgspec.json.encode(fault))
        return str(msgspec.json.decode(reply)["done"])


@pytest.fixture
async def cluster() -> AsyncIterator[FaultyCluster]:
    clock = Clock()
    with Simulation.open(clock=clock) as simulation:
        async with simulation.serving() as address:
            ca = simulation.identity.authority.certificate_pem
            grant = Credential(simulation.identity.admin_token)
            async with Client(Credentials(address, Fixed(grant), ca), timeout=SOON) as admin:
                yield FaultyCluster(simulation, clock, admin)


async def test_throttled_requests_get_429_and_when_to_come_again_until_the_time_is_over(
    cluster: FaultyCluster,
) -> None:
    await cluster.bring(faults.Throttle(seconds=5))

    with pytest.raises(TooManyRequests) as refused:
        await cluster.admin.list(NAMESPACES)
    assert refused.value.retry_after == 1
    await cluster.clock.advance(5)
    assert await cluster.admin.list(NAMESPACES)


@pytest.mark.parametrize(("code", "error"), [(500, InternalError), (503, ServiceUnavailable)])
async def test_a_failing_server_answers_with_the_error_that_was_asked_for(
    cluster: FaultyCluster, code: int, error: type[KubeError]
) -> None:
    cluster.simulation.faults.bring(faults.Errors(seconds=5, code=code))  # type: ignore[arg-type]

    with pytest.raises(error):
        await cluster.admin.list(NAMESPACES)


async def test_a_slow_server_answers_late_and_a_hanging_one_when_it_is_over_or_cleared(
    cluster: FaultyCluster,
) -> None:
    cluster.simulation.faults.bring(faults.Latency(milliseconds=300, seconds=60))
    slow = asyncio.create_task(cluster.admin.list(NAMESPACES))
    await cluster.clock.sleeper(0.3)
    await cluster.clock.advance(0.3)
    assert await slow

    cluster.simulation.faults.clear()
    cluster.simulation.faults.bring(faults.Hang(seconds=60))
    hanging = asyncio.create_task(cluster.admin.list(NAMESPACES))
    await cluster.clock.sleeper(60)
    assert not hanging.done()
    await cluster.bring(faults.Clear())
    assert await hanging


async def test_cut_watches_break_off_without_an_end_and_can_be_resumed(cluster: FaultyCluster) -> None:
    admin = cluster.admin
    page = msgspec.json.decode(await admin.list_page(CONFIG_MAPS, "default"))
    version = page["metadata"]["resourceVersion"]
    async with admin.watch(CONFIG_MAPS, "default", resource_version=version, timeout_seconds=60) as lines:
        await admin.create(CONFIG_MAPS, {"metadata": {"name": "a", "namespace": "default"}})
        assert b'"a"' in await anext(lines)
        assert await cluster.bring(faults.CutWatches()) == "1 open streams were cut"
        with pytest.raises(Unreachable):
            await asyncio.wait_for(anext(lines), SOON)
    await admin.create(CONFIG_MAPS, {"metadata": {"name": "b", "namespace": "default"}})
    async with admin.watch(CONFIG_MAPS, "default", resource_version=version, timeout_seconds=60) as lines:
        assert [b'"a"' in await anext(lines), b'"b"' in await anext(lines)] == [True, True]


async def test_expired_history_answers_410_to_whoever_resumes_from_before(cluster: FaultyCluster) -> None:
    page = msgspec.json.decode(await cluster.admin.list_page(NAMESPACES, limit=1))
    version = page["metadata"]["resourceVersion"]
    await cluster.admin.create(NAMESPACES, {"metadata": {"name": "later"}})

    await cluster.bring(faults.ExpireHistory())

    with pytest.raises(Gone):
        async with cluster.admin.watch(NAMESPACES, resource_version=version, timeout_seconds=60) as lines:
            async for line in lines:
                assert b'"code":410' in line
                raise Gone.of("in the stream")
    with pytest.raises(Gone):
        await cluster.admin.list_page(NAMESPACES, limit=1, continue_=page["metadata"]["continue"])


async def test_a_lost_node_falls_silent_and_comes_back(cluster: FaultyCluster) -> None:
    machine = machines.Machine("edge-1")
    cluster.simulation.server.create(NODES, "", machines.node(machine, "2026-01-01T00:00:00Z"))

    await cluster.bring(faults.LoseNode(name="edge-1"))
    assert machines.kubelet(cluster.simulation.server.get(NODES, "", "edge-1")) == machines.STOPPED
    await cluster.bring(faults.ReturnNode(name="edge-1"))
    assert machines.kubelet(cluster.simulation.server.get(NODES, "", "edge-1")) == machines.RUNNING

    with pytest.raises(NotFound, match='nodes "edge-2" not found'):
        await cluster.bring(faults.LoseNode(name="edge-2"))


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{}", b'{"fault": "flood"}', b'{"fault": "hang"}', b'{"fault": "hang", "seconds": -1}',
     b'{"fault": "hang", "seconds": 1e9}', b'{"fault": "errors", "seconds": 1, "code": 200}',
     b'{"fault": "clear", "all": true}', b'{"fault": "lose-node", "name": ""}'],
)  # fmt: skip
async def test_what_is_no_fault_is_refused_in_words(cluster: FaultyCluster, body: bytes) -> None:
    with pytest.raises(BadRequest, match="not a fault that can be simulated"):
        await cluster.admin.request("POST", PATH, body=body)


async def test_only_administrators_bring_faults_and_faults_never_keep_them_from_it(
    cluster: FaultyCluster,
) -> None:
    server = cluster.simulation.server
    server.create(SERVICE_ACCOUNTS, "default", {"metadata": {"name": "somebody"}})
    request = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}}
    reply = await cluster.admin.create(
        SERVICE_ACCOUNTS, request, "default", name="somebody", subresource="token"
    )
    credentials = cluster.admin.credentials
    source = Fixed(Credential(reply["status"]["token"]))
    clear = msgspec.json.encode(faults.Clear())
    async with (
        Client(Credentials(credentials.server, source, credentials.ca)) as somebody,
        Client(Credentials(credentials.server, ca=credentials.ca)) as nobody,
    ):
        for client in (somebody, nobody):
            for method in ("POST", "GET"):
                with pytest.raises(Forbidden):
                    await client.request(method, PATH, body=clear)
    with pytest.raises(MethodNotAllowed):
        await cluster.admin.request("DELETE", PATH)
    for fault in (faults.Throttle(seconds=60), faults.Errors(seconds=60), faults.Hang(seconds=60)):
        await cluster.bring(fault)
    await cluster.bring(faults.Clear())
    assert await cluster.admin.list(NAMESPACES)


async def test_history_is_forgotten_after_five_to_ten_minutes_without_being_asked(
    cluster: FaultyCluster,
) -> None:
    log = cluster.simulation.server.log
    await cluster.clock.sleeper(300)
    await cluster.admin.create(NAMESPACES, {"metadata": {"name": "later"}})
    created = log.revision

    await cluster.clock.advance(300)
    assert log.compacted < created
    await cluster.clock.advance(300)
    assert log.compacted >= created
