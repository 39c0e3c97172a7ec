"""How events are ordered, grouped and believed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec

from yurt_console.rows import Event, Key

CLUSTER_NAMESPACE: Final = "default"
"""Where Kubernetes keeps events about objects that have no namespace."""
CLUSTER_KINDS: Final = frozenset({"Node", "NodePool", "User"})


def about(event: Event) -> tuple[str, Key]:
    """The kind and key of the object that the event is about."""
    return event.kind, (event.about_namespace, event.about_name)


def believed(event: Event) -> bool:
    """Whether the event may be shown: anybody may write one about a node into their own namespace."""
    return event.kind not in CLUSTER_KINDS or event.namespace == CLUSTER_NAMESPACE


def first_time(event: Event) -> str:
    """When it happened first, as far as the event says: some writers give one time only."""
    return event.first or event.last or event.created


def last_time(event: Event) -> str:
    """When it happened last, as far as the event says."""
    return event.last or event.first or event.created


def order(event: Event) -> tuple[str, str, str]:
    """A key that sorts the oldest first; newest first is its reverse.

    Without their "Z", times with and without fractions of a second sort as text.
    """
    return last_time(event).removesuffix("Z"), event.created, event.name


def newest_first(events: Iterable[Event]) -> list[Event]:
    """The events, the newest first."""
    return sorted(events, key=order, reverse=True)


def grouped(events: Iterable[Event]) -> list[Event]:
    """Newest first, with repetitions of one event (same object, reason, message, source) as one.

    The newest stands for all: with the sum of their counts, since the first of them.
    """
    groups: dict[tuple[str, ...], list[Event]] = {}
    for event in newest_first(events):
        groups.setdefault(_sameness(event), []).append(event)
    return [_together(group) for group in groups.values()]


def _sameness(event: Event) -> tuple[str, ...]:
    what = (event.type, event.reason, event.message, event.source)
    return (*what, event.namespace, event.kind, event.about_namespace, event.about_name)


def _together(group: list[Event]) -> Event:
    if len(group) == 1:
        return group[0]
    newest = group[0]
    first = min((first_time(event) for event in group), key=lambda time: time.removesuffix("Z"))
    count = sum(max(event.count, 1) for event in group)
    return msgspec.structs.replace(newest, first=first, last=last_time(newest), count=count)
