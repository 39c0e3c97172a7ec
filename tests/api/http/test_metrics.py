"""/metrics: on a listener of its own, with bounded labels, about requests, streams and the cache."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
from prometheus_client.parser import text_string_to_metric_families

from tests.api.world import ADMIN, A, World, build, populate
from yurt_console import __version__
from yurt_console.api.http.request_stats import BUCKETS, UNMATCHED, RequestStats
from yurt_console.api.routes import SERVED
from yurt_console.cli.serve.server import server
from yurt_console.kube.errors import Unreachable


def address(listener: socket.socket) -> str:
    return f"http://127.0.0.1:{listener.getsockname()[1]}"


@contextlib.asynccontextmanager
async def exposed(world: World) -> AsyncIterator[tuple[aiohttp.ClientSession, str, str]]:
    """A console with a metrics listener: a client, the console's address and the metrics'."""
    console = world.console
    with socket.create_server(("127.0.0.1", 0)) as public, socket.create_server(("127.0.0.1", 0)) as own:
        running = server(console.settings, console.cluster, console.session_key, own)
        task = asyncio.create_task(running.serve([public]))
        try:
            async with aiohttp.ClientSession() as session, asyncio.timeout(20):
                yield session, address(public), address(own)
        finally:
            running.should_exit = True
            await task
            await console.cluster.impersonator.close()
            await world.client.close()


async def scraped(
    session: aiohttp.ClientSession, metrics: str
) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    """Every sample by name and labels."""
    async with session.get(f"{metrics}/metrics") as reply:
        assert reply.status == 200
        assert reply.headers["Content-Type"].startswith("text/plain; version=0.0.4")
        text = await reply.text()
    samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    return {(sample.name, frozenset(sample.labels.items())): sample.value for sample in samples}


def labels(**named: str) -> frozenset[tuple[str, str]]:
    return frozenset(named.items())


async def test_requests_streams_and_cache_are_exposed_on_their_own_listener_alone() -> None:
    world = await populate(await build())
    world.console.cluster.cache._reflectors["pods"].freshness.stale(1_700_000_000.0, "no answer")
    token = world.tokens[ADMIN]  # never expires: the clock is the real one
    async with exposed(world) as (session, console, metrics):
        for path in ("/pods", "/pods", "/nothing", "/metrics", f"/users/{A}", "/session?x=1"):
            async with session.get(console + path, headers={"Authorization": f"Bearer {token}"}) as reply:
                assert (reply.status == 404) == (path in ("/nothing", "/metrics"))
        async with session.request("PROPFIND", f"{console}/pods") as reply:
            assert reply.status == 405
        async with session.get(f"{console}/changes", headers={"Authorization": f"Bearer {token}"}) as stream:
            await stream.content.readline()
            samples = await scraped(session, metrics)
        for method, path, code in (("GET", "/", 404), ("GET", "/pods", 404), ("POST", "/metrics", 405)):
            async with session.request(method, metrics + path) as reply:
                assert reply.status == code

    requests = "yurt_console_http_requests_total"
    assert samples[requests, labels(route="list_pods", method="GET", code="200")] == 2
    assert samples[requests, labels(route=UNMATCHED, method="GET", code="404")] == 2
    assert samples[requests, labels(route=UNMATCHED, method="other", code="405")] == 1
    assert samples[requests, labels(route="get_user", method="GET", code="200")] == 1
    seconds = "yurt_console_http_request_duration_seconds"
    assert samples[f"{seconds}_count", labels(route="list_pods")] == 2
    assert samples[f"{seconds}_bucket", labels(route="list_pods", le="+Inf")] == 2
    assert samples["yurt_console_streams", labels(route="watch_changes")] == 1
    assert samples["yurt_console_cache_rows", labels(resource="pods")] == 3
    assert samples["yurt_console_cache_synced", labels(resource="pods")] == 0
    assert samples["yurt_console_cache_synced", labels(resource="nodes")] == 1
    assert samples["yurt_console_cache_stale_since_seconds", labels(resource="pods")] == 1_700_000_000
    assert samples["yurt_console_cached_replies_sent_total", labels()] == 1
    assert samples["process_resident_memory_bytes", labels()] > 0
    routes = {value for _, pairs in samples for name, value in pairs if name == "route"}
    assert routes <= {route.name for route in SERVED} | {UNMATCHED}
    assert not any(A in str(key) or token in str(key) for key in samples)


async def test_logins_and_registrations_refused_by_a_limit_are_counted_by_that_limit() -> None:
    limits: dict[str, Any] = {
        "login_failures_per_address": 1,
        "registrations_per_address": 2,
        "registrations": 1,
    }
    world = await populate(await build(**limits))
    person = {"email": "ann@example.com", "phone": "13800138000", "organization": "ACME"}
    async with exposed(world) as (session, console, metrics):
        codes = []
        for _ in range(3):
            async with session.get(f"{console}/login", params={"email": A, "token": "wrong"}) as reply:
                codes.append(reply.status)
        for _ in range(4):
            async with session.post(f"{console}/register", json=person) as reply:
                codes.append(reply.status)
        samples = await scraped(session, metrics)

    assert codes == [401, 429, 429, 503, 429, 429, 429]
    refused = {
        dict(pairs)["limit"]: (dict(pairs)["attempt"], count)
        for (name, pairs), count in samples.items()
        if name == "yurt_console_throttled_attempts_total"
    }
    assert refused == {
        "login_failures_per_address": ("login", 2),
        "registrations_per_address": ("registration", 2),
        "registrations": ("registration", 1),
    }


async def test_the_version_and_requests_to_the_api_server_are_exposed() -> None:
    world = await build()
    with contextlib.suppress(Unreachable):
        await world.client.version()
    async with exposed(world) as (session, _, metrics):
        samples = await scraped(session, metrics)

    assert samples["yurt_console_build_info", labels(version=__version__)] == 1
    host = world.client.server.removeprefix("https://")
    assert samples["rest_client_requests_total", labels(method="GET", code="<error>", host=host)] == 1


def test_an_observation_is_counted_in_the_bucket_that_bounds_it() -> None:
    stats = RequestStats()
    for seconds in (0.0, BUCKETS[0], BUCKETS[0] * 1.01, BUCKETS[-1] * 2):
        stats.observe("list_pods", "GET", 200, seconds)
    stats.observe("list_pods", "BREW", 405, 0.0)

    total, buckets = stats.seconds["list_pods"].total, stats.seconds["list_pods"].counts
    assert (buckets[0], buckets[1], buckets[-1], sum(buckets)) == (3, 1, 1, 5)
    assert total > BUCKETS[-1] * 2
    assert stats.counts == {("list_pods", "GET", 200): 4, ("list_pods", "other", 405): 1}
