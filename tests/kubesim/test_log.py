"""The revision log against a model: current state, past states, changes, compaction."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubesim.storage import log as log_module
from kubesim.storage.log import Compacted, Log, Ref

NAMES = st.sampled_from(["a", "b", "c"])
SPACES = st.sampled_from(["x", "x-y"])
STEPS = st.lists(st.tuples(st.sampled_from(["put", "remove", "compact"]), SPACES, NAMES), max_size=40)


def ref(namespace: str = "x", name: str = "a") -> Ref:
    return Ref("", "things", namespace, name)


def thing(place: Ref, **more: Any) -> dict[str, Any]:
    metadata = {"name": place.name, "namespace": place.namespace}
    return {"apiVersion": "v1", "kind": "Thing", "metadata": metadata, **more}


def versions(records: list[log_module.Record]) -> list[tuple[str, int]]:
    return [(record.ref.key, record.revision) for record in records]


@given(STEPS)
def test_every_past_that_is_not_compacted_can_be_listed(steps: list[tuple[str, str, str]]) -> None:
    log, pasts = Log(), dict[int, list[tuple[str, int]]]()
    for what, namespace, name in steps:
        place = ref(namespace, name)
        if what == "put":
            log.put(place, thing(place))
        elif what == "remove" and log.get(place) is not None:
            log.remove(place)
        elif what == "compact":
            log.compact(log.revision - 2)
        pasts[log.revision] = versions(log.list("", "things"))

    for revision, past in pasts.items():
        if revision < log.compacted:
            with pytest.raises(Compacted):
                log.list_at(revision, "", "things")
        else:
            assert versions(log.list_at(revision, "", "things")) == past
            inside = [each for each in past if each[0].startswith("x/")]
            assert versions(log.list_at(revision, "", "things", "x")) == inside


@given(STEPS)
def test_changes_since_any_revision_lead_to_the_present(steps: list[tuple[str, str, str]]) -> None:
    log, pasts = Log(), dict[int, dict[str, int]]({1: {}})
    for what, namespace, name in steps:
        place = ref(namespace, name)
        if what == "put":
            log.put(place, thing(place))
        elif what == "remove" and log.get(place) is not None:
            log.remove(place)
        pasts[log.revision] = dict(versions(log.list("", "things")))

    present = dict(versions(log.list("", "things")))
    for revision, past in pasts.items():
        state = dict(past)
        for change in log.since(revision, "", "things"):
            key = change.record.ref.key
            assert (change.type == "ADDED") is (key not in state)
            if change.type == "DELETED":
                del state[key]
            else:
                state[key] = change.record.revision
        assert state == present


def test_an_object_carries_its_revision_in_both_its_forms() -> None:
    log = Log()
    sent = thing(ref(), data={"k": "v"})

    record = log.put(ref(), sent)

    assert record.object["metadata"]["resourceVersion"] == "2"
    assert (
        record.members == b'"metadata":{"name":"a","namespace":"x","resourceVersion":"2"},"data":{"k":"v"}}'
    )
    assert "resourceVersion" not in sent["metadata"]


def test_a_deletion_has_a_revision_of_its_own() -> None:
    log = Log()
    log.put(ref(), thing(ref()))

    gone = log.remove(ref())

    assert (gone.revision, gone.created, gone.object["metadata"]["resourceVersion"]) == (3, 2, "3")
    assert log.get(ref()) is None


async def test_a_watch_gets_the_past_it_asks_for_and_then_the_present() -> None:
    log = Log()
    log.put(ref(), thing(ref()))
    with log.subscribe("", "things", "x", since=1) as watch:
        log.put(ref("other"), thing(ref("other")))
        log.put(ref(), thing(ref(), data="2"))

        found = [await anext(watch), await anext(watch)]

    assert [(change.type, change.record.revision) for change in found] == [("ADDED", 2), ("MODIFIED", 4)]


async def test_a_watcher_that_lags_is_dropped_and_holds_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_module, "_BACKLOG", 3)
    log = Log()
    slow, quick = log.subscribe("", "things"), log.subscribe("", "things")
    for _ in range(5):
        log.put(ref(), thing(ref(), data=str(log.revision)))
        quick.take()

    revisions = [change.record.revision async for change in slow]

    assert slow.dropped
    assert revisions == [2, 3, 4]
    assert not quick.dropped
    assert list(log.watches()) == [quick]


async def test_a_watch_that_is_closed_wakes_whoever_waits_on_it() -> None:
    log = Log()
    watch = log.subscribe("", "things")
    waiting = asyncio.create_task(anext(watch, None))
    await asyncio.sleep(0)

    watch.close()

    assert await asyncio.wait_for(waiting, 5) is None


def test_watching_a_compacted_past_is_refused() -> None:
    log = Log()
    for _ in range(3):
        log.put(ref(), thing(ref(), data=str(log.revision)))
    log.compact(3)

    log.subscribe("", "things", since=3)
    with pytest.raises(Compacted, match="too old resource version: 2 \\(3\\)"):
        log.subscribe("", "things", since=2)
