"""How events are ordered, grouped and believed."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.rows import bare, event
from yurt_console.rows import Event
from yurt_console.yurt import events

TIMES = st.sampled_from(
    [
        "",
        "2024-03-01T08:00:00Z",
        "2024-03-01T08:00:00.000001Z",
        "2024-03-01T08:00:01Z",
        "2024-02-29T08:00:00Z",
    ]
)
EVENTS = st.lists(
    st.builds(
        lambda index, first, last, count, reason: event(
            f"e{index}", first=first, last=last, count=count, reason=reason
        ),
        st.integers(0, 99),
        TIMES,
        TIMES,
        st.integers(0, 5),
        st.sampled_from(["Started", "Killing"]),
    )
)


def test_fractions_of_a_second_are_later_than_the_second() -> None:
    second = event("a", last="2024-03-01T08:00:00Z")
    fraction = event("b", last="2024-03-01T08:00:00.5Z")
    assert events.newest_first([second, fraction]) == [fraction, second]


def test_an_event_with_one_time_or_none_has_a_place() -> None:
    assert events.last_time(event(last="", first="2024-01-01T00:00:00Z")) == "2024-01-01T00:00:00Z"
    assert events.first_time(event(first="", last="2024-01-01T00:00:00Z")) == "2024-01-01T00:00:00Z"
    assert (
        events.last_time(event(first="", last="", created="2024-01-01T00:00:00Z")) == "2024-01-01T00:00:00Z"
    )
    assert events.newest_first([bare(Event)]) == [bare(Event)]


@given(EVENTS)
def test_grouping_keeps_every_count_and_the_order(found: list[Event]) -> None:
    groups = events.grouped(found)
    assert sum(max(group.count, 1) for group in groups) == sum(max(each.count, 1) for each in found)
    assert len(groups) == len({each.reason for each in found})
    assert groups == events.newest_first(groups)
    for group in groups:
        same = [each for each in found if each.reason == group.reason]
        assert events.order(group)[0] == max(events.order(each)[0] for each in same)
        firsts = [events.first_time(each).removesuffix("Z") for each in same]
        assert events.first_time(group).removesuffix("Z") == min(firsts)


def test_repetitions_become_one_event() -> None:
    early = event("a", first="2024-03-01T08:00:00Z", last="2024-03-01T08:00:00Z", count=2)
    late = event("b", first="2024-03-01T09:00:00Z", last="2024-03-01T09:30:00Z", count=3)
    other = event("c", about_name="web-2", last="2024-03-01T08:30:00Z")
    one, two = events.grouped([early, other, late])
    assert (one.name, one.first, one.last, one.count) == (
        "b",
        "2024-03-01T08:00:00Z",
        "2024-03-01T09:30:00Z",
        5,
    )
    assert two == other


def test_events_about_nodes_are_trusted_only_in_the_namespace_kubernetes_uses() -> None:
    assert events.trusted(event(namespace="default", kind="Node", about_name="edge-1"))
    assert not events.trusted(event(namespace="tenant-a", kind="Node", about_name="edge-1"))
    assert not events.trusted(event(namespace="tenant-a", kind="NodePool"))
    assert events.trusted(event(namespace="tenant-a", kind="Pod"))


def test_an_event_names_what_it_is_about() -> None:
    assert events.about(event()) == ("Pod", ("tenant-a", "web-1"))
