"""Watches: where they begin, what they tell, how they end."""

from __future__ import annotations

import time
from collections.abc import Iterator

from tests.conformance.servers.targets import MERGE, Json, Target


def told(events: Iterator[Json], count: int) -> list[tuple[str, str]]:
    """The next events about the test's own objects, as type and name."""
    found: list[tuple[str, str]] = []
    while len(found) < count:
        event = next(events)
        name = event["object"]["metadata"]["name"]
        if name != "kube-root-ca.crt":
            found.append((event["type"], name))
    return found


def test_a_watch_goes_on_where_a_list_ended(api: Target, config_maps: str) -> None:
    api.create(config_maps, {"metadata": {"name": "a"}})
    version = api.get(config_maps)["metadata"]["resourceVersion"]
    api.create(config_maps, {"metadata": {"name": "b"}})

    with api.watch(f"{config_maps}?watch=1&resourceVersion={version}&timeoutSeconds=20") as events:
        first = told(events, 1)
        api.ask("PATCH", f"{config_maps}/a", {"data": {"x": "1"}}, content_type=MERGE)
        api.ask("DELETE", f"{config_maps}/a")
        rest = told(events, 2)

    assert first == [("ADDED", "b")]
    assert rest == [("MODIFIED", "a"), ("DELETED", "a")]


def test_a_watch_without_a_version_begins_with_what_is_there(api: Target, config_maps: str) -> None:
    api.create(config_maps, {"metadata": {"name": "a"}})

    with api.watch(f"{config_maps}?watch=1&timeoutSeconds=20&fieldSelector=metadata.name%3Da") as events:
        event = next(events)

    assert (event["type"], event["object"]["metadata"]["name"]) == ("ADDED", "a")
    assert (event["object"]["kind"], event["object"]["apiVersion"]) == ("ConfigMap", "v1")


def test_a_deletion_is_told_with_the_version_of_the_deletion(api: Target, config_maps: str) -> None:
    made = api.create(config_maps, {"metadata": {"name": "a"}, "data": {"x": "1"}})
    version = made["metadata"]["resourceVersion"]

    with api.watch(f"{config_maps}?watch=1&resourceVersion={version}&timeoutSeconds=20") as events:
        api.ask("DELETE", f"{config_maps}/a")
        event = next(event for event in events if event["object"]["metadata"]["name"] == "a")

    assert event["type"] == "DELETED"
    assert event["object"]["data"] == {"x": "1"}
    assert int(event["object"]["metadata"]["resourceVersion"]) > int(version)


def test_leaving_and_joining_a_selection_is_told_as_end_and_beginning(api: Target, config_maps: str) -> None:
    made = api.create(config_maps, {"metadata": {"name": "a", "labels": {"tier": "x"}}, "data": {"n": "1"}})
    version = made["metadata"]["resourceVersion"]
    query = f"watch=1&resourceVersion={version}&labelSelector=tier%3Dx&timeoutSeconds=20"

    with api.watch(f"{config_maps}?{query}") as events:
        api.ask(
            "PATCH",
            f"{config_maps}/a",
            {"metadata": {"labels": {"tier": "y"}}, "data": {"n": "2"}},
            content_type=MERGE,
        )
        left = next(events)
        api.ask("PATCH", f"{config_maps}/a", {"metadata": {"labels": {"tier": "x"}}}, content_type=MERGE)
        joined = next(events)

    assert left["type"] == "DELETED"
    # the last state inside the selection, at the version of the change that left it
    assert left["object"]["data"] == {"n": "1"}
    assert int(left["object"]["metadata"]["resourceVersion"]) > int(version)
    assert (joined["type"], joined["object"]["data"]) == ("ADDED", {"n": "2"})


def test_a_watch_ends_when_its_time_is_up(api: Target, config_maps: str) -> None:
    began = time.monotonic()

    with api.watch(f"{config_maps}?watch=1&resourceVersion=0&timeoutSeconds=1") as events:
        kinds = {event["type"] for event in events}

    assert kinds <= {"ADDED"}
    assert 0.5 < time.monotonic() - began < 5


def test_the_old_addresses_of_watches_still_answer(api: Target, namespace: str, config_maps: str) -> None:
    api.create(config_maps, {"metadata": {"name": "a"}})

    path = f"/api/v1/watch/namespaces/{namespace}/configmaps/a?timeoutSeconds=1"
    with api.watch(path) as events:
        found = [(event["type"], event["object"]["metadata"]["name"]) for event in events]

    assert found == [("ADDED", "a")]


def test_a_watch_tells_what_no_write_changed_nothing_about(api: Target, config_maps: str) -> None:
    made = api.create(config_maps, {"metadata": {"name": "a"}, "data": {"x": "1"}})
    version = made["metadata"]["resourceVersion"]

    with api.watch(f"{config_maps}?watch=1&resourceVersion={version}&timeoutSeconds=20") as events:
        api.ask("PUT", f"{config_maps}/a", made)
        api.ask("PATCH", f"{config_maps}/a", {"data": {"x": "2"}}, content_type=MERGE)
        event = next(event for event in events if event["object"]["metadata"]["name"] == "a")

    assert event["object"]["data"] == {"x": "2"}


def test_a_bookmark_comes_before_the_end_and_carries_only_a_version(api: Target, config_maps: str) -> None:
    made = api.create(config_maps, {"metadata": {"name": "a"}})
    version = made["metadata"]["resourceVersion"]
    query = f"watch=1&resourceVersion={version}&allowWatchBookmarks=1&timeoutSeconds=4"

    with api.watch(f"{config_maps}?{query}") as events:
        api.create(config_maps, {"metadata": {"name": "b"}})
        found = [event for event in events if event["object"]["metadata"].get("name") != "kube-root-ca.crt"]

    assert {event["type"] for event in found[1:]} == {"BOOKMARK"}
    assert found[0]["type"] == "ADDED"
    bookmark = found[-1]["object"]
    assert (bookmark["kind"], bookmark["apiVersion"]) == ("ConfigMap", "v1")
    assert int(bookmark["metadata"]["resourceVersion"]) >= int(
        found[0]["object"]["metadata"]["resourceVersion"]
    )
    assert "name" not in bookmark["metadata"]
