"""The rules of a reflector, each against a scripted server over real sockets."""

from __future__ import annotations

import asyncio
import itertools
import json
import logging
from dataclasses import replace

import pytest

from tests.cache.api_server import ApiServer, serving, version
from tests.cache.copying import SETTINGS, Copy, RecordedBackoff, copying, eventually, hurried
from yurt_console.cache.store import Change


def fill(server: ApiServer, count: int = 7, plural: str = "pods", namespace: str = "a") -> None:
    for number in range(count):
        server.put(plural, f"{plural}-{number}", namespace)


async def settle(copy: Copy) -> None:
    """Reach the quiet state in which a test begins."""
    await copy.in_step()
    copy.feed.changes.clear()
    copy.feed.states.clear()
    copy.server.requests.clear()


async def test_the_first_list_comes_in_pages_and_becomes_visible_in_one_step() -> None:
    async with serving() as server:
        fill(server, 7)
        async with copying(server) as copy:
            await copy.in_step()
            pages = server.lists("pods")
            assert [page["limit"] for page in pages] == ["3", "3", "3"]
            assert ["continue" in page for page in pages] == [False, True, True]
            assert copy.feed.changes == [Change("pods", frozenset({"a"}))]
            assert copy.state().filled
            assert copy.state().relists == 0


async def test_what_changes_while_the_first_list_is_read_is_not_missed() -> None:
    async with serving() as server:
        fill(server, 7)
        server.fail(503, plural="pods", matches=lambda request: "continue" in request.query)
        async with copying(server, backoff=hurried(first=0.2, cap=0.2)) as copy:
            await eventually(lambda: len(server.lists("pods")) == 2)
            server.delete("pods", "pods-0", "a")
            server.put("pods", "late", "a")
            await copy.in_step()
            assert len(copy.feed.changes) == 3


async def test_a_write_reaches_the_table_and_the_feed() -> None:
    async with serving() as server, copying(server) as copy:
        await settle(copy)
        server.put("pods", "p", "a")
        await copy.in_step()
        server.delete("pods", "p", "a")
        await copy.in_step()
        assert copy.feed.changes == [
            Change("pods", frozenset({"a"})),
            Change("pods", frozenset({"a"}), removed=1),
        ]
        assert server.lists("pods") == []


async def test_a_heartbeat_is_told_to_nobody() -> None:
    async with serving() as server:
        server.put("nodes", "n", status={"conditions": [{"type": "Ready", "lastHeartbeatTime": "1"}]})
        async with copying(server, "nodes") as copy:
            await settle(copy)
            server.put("nodes", "n", status={"conditions": [{"type": "Ready", "lastHeartbeatTime": "2"}]})
            server.put("nodes", "marker")
            await copy.in_step()
            assert [change.scopes for change in copy.feed.changes] == [{"marker"}]


async def test_a_bookmark_advances_the_version_and_nothing_else() -> None:
    async with serving() as server:
        fill(server)
        async with copying(server) as copy:
            await settle(copy)
            server.put("nodes", "elsewhere")  # the cluster moves on without this kind
            server.bookmark("pods")
            server.end_watches()
            await copy.in_step()
            await eventually(lambda: server.watched("pods"))
            assert server.watched("pods")[0]["resourceVersion"] == version(server.revision)
            assert server.watched("pods")[0]["allowWatchBookmarks"] == "true"
            assert copy.feed.changes == []


async def test_a_dropped_connection_is_resumed_without_a_list() -> None:
    async with serving() as server:
        fill(server)
        async with copying(server) as copy:
            await settle(copy)
            server.cut()
            server.delete("pods", "pods-0", "a")
            server.put("pods", "new", "b")
            await copy.in_step()
            assert server.lists("pods") == []
            assert copy.feed.states == [("stale", "pods"), ("live", "pods")]
            assert copy.state().relists == 0


async def test_a_watch_that_ends_in_its_time_is_followed_by_the_next_without_penalty() -> None:
    async with serving() as server:
        fill(server)
        settings = replace(SETTINGS, cache=replace(SETTINGS.cache, watch_seconds=1, probe_timeout=5.0))
        async with copying(server, settings=settings, backoff=hurried(first=30.0, cap=30.0)) as copy:
            await settle(copy)
            await eventually(lambda: len(server.watched("pods")) >= 2)
            assert copy.feed.states == []
            assert server.lists("pods") == []
            server.put("pods", "new", "b")
            await copy.in_step()


async def test_a_watch_is_asked_to_end_in_about_the_time_that_is_set() -> None:
    async with serving() as server, copying(server) as copy:
        await copy.in_step()
        assert 54 <= int(server.watched("pods")[0]["timeoutSeconds"]) <= 66


@pytest.mark.parametrize("as_event", [False, True], ids=["as a status", "as an event"])
async def test_a_version_that_is_gone_leads_to_a_list_that_reports_what_vanished(as_event: bool) -> None:
    async with serving() as server:
        fill(server)
        server.gone_as_event = as_event
        async with copying(server) as copy:
            await settle(copy)
            server.cut()
            server.delete("pods", "pods-0", "a")
            server.put("pods", "new", "b")
            server.lose_history()
            await copy.in_step()
            assert copy.state().relists == 1
            assert copy.feed.changes == [Change("pods", frozenset({"a", "b"}), removed=1)]


async def test_a_version_lost_in_a_long_outage_leads_to_a_list_at_once() -> None:
    backoff = RecordedBackoff(0.01)
    async with serving() as server:
        fill(server)
        server.fail(500, plural="pods", times=8)
        server.fail(410, plural="pods", watch=True)
        async with copying(server, backoff=backoff) as copy:
            await eventually(lambda: copy.state().relists == 1)
            await copy.in_step()
            assert backoff.asked == [1, 2, 3, 4, 5, 6, 7, 8]


async def test_versions_that_are_lost_again_and_again_make_the_copy_stale_between_the_lists() -> None:
    backoff = RecordedBackoff(1.1)
    async with serving() as server:
        fill(server)
        server.fail(410, plural="pods", watch=True, times=2)
        async with copying(server, backoff=backoff) as copy:
            await eventually(lambda: ("stale", "pods") in copy.feed.states)
            assert backoff.asked == [1]
            await copy.in_step()
            assert copy.feed.states[-1] == ("live", "pods")


async def test_a_list_whose_continue_token_expires_begins_anew() -> None:
    async with serving() as server:
        fill(server, 7)
        server.fail(500, plural="pods", matches=lambda request: "continue" in request.query)
        async with copying(server, backoff=hurried(first=0.2, cap=0.2)) as copy:
            await eventually(lambda: len(server.lists("pods")) == 2)
            server.delete("pods", "pods-0", "a")
            server.revision += 1
            server.lose_history()
            await copy.in_step()
            assert ["continue" in page for page in server.lists("pods")] == [
                False, True, True, False, True,
            ]  # fmt: skip


async def test_a_continue_token_that_only_ever_fails_is_given_up() -> None:
    async with serving() as server:
        fill(server, 7)
        server.fail(500, plural="pods", times=3, matches=lambda request: "continue" in request.query)
        async with copying(server) as copy:
            await copy.in_step()
            assert [page.get("continue", "") == "" for page in server.lists("pods")].count(True) == 2


@pytest.mark.parametrize("status", [429, 503])
async def test_retry_after_is_honoured(status: int) -> None:
    async with serving() as server:
        fill(server)
        async with copying(server) as copy:
            await settle(copy)
            server.fail(status, watch=True, headers={"Retry-After": "1"})
            server.cut()
            await eventually(lambda: len(server.watched("pods")) == 2)
            await copy.in_step()
            asked = [time for path, query, time in server.requests if "watch" in query]
            assert asked[1] - asked[0] >= 1.0


async def test_a_server_that_fails_is_asked_ever_more_seldom_and_never_in_a_tight_loop() -> None:
    async with serving() as server:
        fill(server)
        server.fail(500, plural="pods", times=6)
        async with copying(server, backoff=hurried(first=0.02, cap=0.1)) as copy:
            await copy.in_step()
            asked = [time for path, _, time in server.requests if path.endswith("/pods")][:7]
            pauses = [later - earlier for earlier, later in itertools.pairwise(asked)]
            assert all(pause >= 0.002 for pause in pauses)
            assert max(pauses) >= 0.01


async def test_watches_that_end_at_once_without_a_word_are_not_a_tight_loop() -> None:
    async with serving() as server:
        fill(server)
        server.fail(200, watch=True, times=10_000, body="\n")
        async with copying(server, backoff=hurried(first=0.05, cap=5.0)) as copy:
            await eventually(lambda: copy.state().filled)
            await asyncio.sleep(0.5)
            assert 2 <= len(server.watched("pods")) <= 20
            server.faults.clear()
            server.put("pods", "new", "a")
            await copy.in_step()


async def test_a_malformed_line_is_counted_logged_once_and_mended_by_a_list(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with serving() as server:
        fill(server)
        async with copying(server) as copy:
            await settle(copy)
            with caplog.at_level(logging.WARNING, logger="yurt_console.cache"):
                server.send("pods", b"{nonsense\n")
                server.send("pods", b"{nonsense\n")
                server.put("pods", "after", "a")
                await copy.in_step()
            assert copy.state().skipped == 2
            assert len([record for record in caplog.records if "skipped" in record.getMessage()]) == 1
            assert "nonsense" not in caplog.text
            assert server.lists("pods") == []
            server.end_watches()  # what the line should have said is found out when the watch is renewed
            await eventually(lambda: copy.state().relists == 1)
            await copy.in_step()


async def test_a_malformed_object_is_left_out_alone_by_list_and_by_watch() -> None:
    async with serving() as server:
        fill(server)
        server.put("pods", "odd", "a", spec={"containers": "none"})
        async with copying(server) as copy:
            await settle(copy)
            assert copy.state().skipped == 1
            server.put("pods", "pods-1", "a", spec={"nodeName": 7})
            await copy.in_step()
            assert copy.names() == {f"pods-{number}" for number in (0, 2, 3, 4, 5, 6)}
            assert copy.state().skipped == 2
            server.put("pods", "odd", "a", spec={})
            await copy.in_step()
            assert "odd" in copy.names()


async def test_an_error_event_that_is_not_gone_is_a_failure_like_any_other() -> None:
    async with serving() as server:
        fill(server)
        async with copying(server) as copy:
            await settle(copy)
            status = {"kind": "Status", "code": 500, "message": "etcdserver: no leader"}
            server.send("pods", json.dumps({"type": "ERROR", "object": status}).encode() + b"\n")
            await eventually(lambda: ("stale", "pods") in copy.feed.states)
            server.put("pods", "new", "a")
            await copy.in_step()
            assert server.lists("pods") == []


async def test_a_kind_that_may_not_be_read_is_unavailable_with_the_reason_and_tried_again() -> None:
    async with serving() as server:
        fill(server)
        body = json.dumps({"kind": "Status", "code": 403, "reason": "Forbidden", "message": "no rights"})
        server.fail(403, plural="pods", times=3, body=body)
        async with copying(server, "pods", "nodes") as copy:
            await eventually(copy.cache.ready.is_set)
            assert not copy.state().filled
            assert copy.state().stale_since is not None
            assert "no rights" in copy.state().reason
            await copy.in_step()
            assert copy.state().reason == ""


async def test_a_kind_keeps_its_rows_when_the_right_to_read_it_is_taken_away() -> None:
    async with serving() as server:
        fill(server)
        async with copying(server) as copy:
            await settle(copy)
            server.fail(403, plural="pods", times=1000)
            server.cut()
            await eventually(lambda: copy.state().stale_since is not None)
            assert len(copy.table()) == 7


async def test_a_kind_whose_definition_is_absent_is_empty_and_found_when_it_appears() -> None:
    async with serving() as server:
        del server.groups["apps.openyurt.io"]
        async with copying(server, "nodepools") as copy:
            await eventually(lambda: copy.state("nodepools").absent)
            await eventually(copy.cache.ready.is_set)
            assert copy.state("nodepools").stale_since is None
            assert copy.names("nodepools") == set()
            server.groups["apps.openyurt.io"] = {"v1alpha1": {"nodepools"}}
            server.put("nodepools", "hangzhou")
            await copy.in_step()
            assert not copy.state("nodepools").absent
            assert copy.names("nodepools") == {"hangzhou"}


async def test_a_kind_whose_definition_disappears_is_emptied_and_reported() -> None:
    async with serving() as server:
        server.put("nodepools", "hangzhou")
        async with copying(server, "nodepools") as copy:
            await settle(copy)
            del server.groups["apps.openyurt.io"]
            server.cut()
            await eventually(lambda: copy.state("nodepools").absent)
            assert copy.names("nodepools") == set()
            assert copy.feed.changes == [Change("nodepools", frozenset({"hangzhou"}), removed=1)]


async def test_a_kind_whose_served_version_changes_is_followed_in_the_new_one() -> None:
    async with serving() as server:
        server.put("nodepools", "hangzhou")
        async with copying(server, "nodepools") as copy:
            await settle(copy)
            server.groups["apps.openyurt.io"] = {"v1beta1": {"nodepools"}}
            server.cut()
            server.put("nodepools", "shanghai")
            await copy.in_step()
            assert copy.names("nodepools") == {"hangzhou", "shanghai"}
            assert copy.feed.changes == [Change("nodepools", frozenset({"shanghai"}))]


async def test_a_server_that_is_still_starting_does_not_make_a_kind_vanish() -> None:
    async with serving() as server:
        server.put("nodepools", "hangzhou")
        async with copying(server, "nodepools") as copy:
            await settle(copy)
            groups, server.groups = server.groups, {}
            server.fail(503, times=1000, matches=lambda request: request.path == "/readyz")
            server.cut()
            await eventually(lambda: len(server.requests) > 20)
            assert copy.names("nodepools") == {"hangzhou"}
            server.groups = groups
            server.faults.clear()
            await copy.in_step()
            assert copy.feed.changes == []
