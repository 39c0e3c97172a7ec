"""The server goes away, hangs, comes back, comes back as an older self, or as another one."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from tests.cache.api_server import NEVER, ApiServer, serving
from tests.cache.copying import SETTINGS, RecordedBackoff, copying, eventually, hurried


def fill(server: ApiServer) -> None:
    for number in range(5):
        server.put("pods", f"pods-{number}", "a")
        server.put("nodes", f"nodes-{number}")


def move_on(server: ApiServer) -> None:
    server.delete("pods", "pods-0", "a")
    server.put("pods", "pods-1", "a", spec={"nodeName": "elsewhere"})
    server.put("pods", "pods-new", "b")
    server.delete("nodes", "nodes-0")


async def test_an_outage_makes_everything_stale_since_the_last_proof_of_life_and_then_equal_again() -> None:
    async with serving() as server:
        fill(server)
        async with copying(server, "pods", "nodes") as copy:
            await copy.in_step()
            before = time.time()
            await server.down()
            await eventually(lambda: all(copy.state(kind).stale_since for kind in ("pods", "nodes")))
            since = copy.cache.stale_since()
            assert since is not None
            assert before - 1.0 <= since <= time.time()
            assert len(copy.table("pods")) == 5
            move_on(server)
            await server.up()
            await copy.in_step()
            assert copy.cache.stale_since() is None
            assert copy.state("pods").relists == 0
            assert copy.cache.ready.is_set()


async def test_after_a_long_outage_the_return_is_noticed_at_once_and_not_at_the_end_of_a_pause() -> None:
    async with serving() as server:
        fill(server)
        async with copying(server, "pods", "nodes", backoff=hurried(first=600.0, cap=600.0)) as copy:
            await copy.in_step()
            await server.down()
            await eventually(lambda: not copy.cache.probe.alive)
            move_on(server)
            await server.up()
            await copy.in_step()


async def test_a_request_that_fails_when_the_server_is_back_is_tried_again_soon() -> None:
    """A connection from before may break then; the next attempt must not wait as after a long outage."""
    backoff = RecordedBackoff(0.01)
    async with serving() as server:
        fill(server)
        async with copying(server, backoff=backoff) as copy:
            await copy.in_step()
            await server.down()
            await eventually(lambda: not copy.cache.probe.alive and max(backoff.asked, default=0) > 5)
            server.fail(503, plural="pods", matches=lambda _: copy.cache.probe.alive)
            await server.up()
            await copy.in_step()
            await eventually(lambda: not server.faults)
            assert backoff.asked[-1] < 5


async def test_a_server_that_hangs_is_found_by_the_probe_and_its_watches_are_renewed() -> None:
    async with serving() as server:
        fill(server)
        async with copying(server, "pods", "nodes") as copy:
            await copy.in_step()
            server.awake.clear()
            server.flowing.clear()  # the open watches will never say anything again
            await eventually(lambda: all(copy.state(kind).stale_since for kind in ("pods", "nodes")))
            move_on(server)
            server.awake.set()
            server.requests.clear()
            await eventually(lambda: server.watched("pods") and server.watched("nodes"))
            server.flowing.set()
            await copy.in_step()
            assert server.lists("pods") == []


async def test_a_list_that_hangs_on_a_dead_connection_goes_on_when_the_server_is_back() -> None:
    async with serving() as server:
        fill(server)
        server.fail(NEVER, plural="pods", matches=lambda request: "continue" in request.query)
        async with copying(server) as copy:
            await eventually(lambda: len(server.lists("pods")) == 2)
            server.awake.clear()
            await eventually(lambda: not copy.cache.probe.alive)
            server.awake.set()
            await copy.in_step()
            assert ["continue" in page for page in server.lists("pods")] == [False, True, True]


async def test_a_half_open_watch_is_given_up_shortly_after_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("yurt_console.kube.client._WATCH_GRACE", 0.5)
    # Only this connection is dead: the probe is answered, so nothing but the watch's own end can tell.
    async with serving() as server:
        fill(server)
        settings = replace(SETTINGS, cache=replace(SETTINGS.cache, watch_seconds=1, probe_timeout=5.0))
        async with copying(server, settings=settings) as copy:
            await copy.in_step()
            server.flowing.clear()
            move_on(server)
            server.requests.clear()
            await eventually(lambda: ("stale", "pods") in copy.feed.states)
            assert copy.cache.probe.alive
            since = copy.state().stale_since
            assert since is not None
            assert time.time() - since > settings.cache.watch_seconds  # not since the probe's last answer
            server.flowing.set()
            await copy.in_step()
            assert server.lists("pods") == []


async def test_a_server_restored_from_an_older_backup_is_listed_anew() -> None:
    async with serving() as server:
        fill(server)
        backup = server.backup()
        server.put("pods", "made-after-the-backup", "b")
        server.put("pods", "pods-1", "a", spec={"nodeName": "elsewhere"})
        async with copying(server, "pods", "nodes") as copy:
            await copy.in_step()
            assert "made-after-the-backup" in copy.names()
            server.restore(backup)
            server.delete("pods", "pods-0", "a")  # with a version that we have seen on something else
            await copy.in_step()
            assert "made-after-the-backup" not in copy.names()
            assert "pods-0" not in copy.names()


async def test_a_server_restored_while_it_was_away_is_listed_anew() -> None:
    async with serving() as server:
        fill(server)
        backup = server.backup()
        move_on(server)
        async with copying(server, "pods", "nodes") as copy:
            await copy.in_step()
            await server.down()
            await eventually(lambda: copy.cache.stale_since() is not None)
            server.restore(backup)
            await server.up()
            await copy.in_step()
            assert "pods-new" not in copy.names()
            assert "pods-0" in copy.names()


async def test_another_cluster_with_newer_versions_behind_the_same_address_is_listed_anew() -> None:
    async with serving() as server:
        fill(server)
        async with copying(server, "pods", "nodes") as copy:
            await copy.in_step()
            await server.down()
            server.objects.clear()
            server.revision += 1000
            server.cluster_uid = "second-cluster"
            await server.up()
            await copy.in_step()
            assert copy.names() == set()


async def test_a_probe_that_may_not_ask_readyz_asks_for_the_version() -> None:
    async with serving() as server:
        server.fail(403, times=100_000, matches=lambda request: request.path == "/readyz")
        async with copying(server) as copy:
            await copy.in_step()
            await eventually(lambda: [path for path, _, _ in server.requests].count("/version") >= 3)
            assert copy.cache.probe.alive
            assert copy.cache.stale_since() is None


async def test_while_the_server_is_up_a_failed_probe_alone_makes_everything_stale_until_one_succeeds() -> (
    None
):
    async with serving() as server:
        fill(server)
        async with copying(server, "pods", "nodes") as copy:
            await copy.in_step()
            server.fail(500, times=3, matches=lambda request: request.path == "/readyz")
            await eventually(lambda: copy.cache.stale_since() is not None)
            assert "does not answer" in copy.state("pods").reason
            await copy.in_step()
            assert copy.feed.states.count(("stale", "pods")) == copy.feed.states.count(("live", "pods")) == 1
