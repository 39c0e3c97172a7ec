"""Events: order, grouping of repetitions, and trust."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec

from yurt_console.rows import Event, Key

CLUSTER_NAMESPACE: Final = "default"
"""The namespace of Events about cluster-scoped objects."""
CLUSTER_KINDS: Final = frozenset({"Node", "NodePool", "User"})


def about(event: Event) -> tuple[str, Key]:
    """Kind and key of the involved object."""
    return event.kind, (event.about_namespace, event.about_name)


def trusted(event: Event) -> bool:
    """Whether an Event may be shown: its namespace must fit the involved object.

    Tenants can write Events about nodes and pools into their own namespaces; those are not trusted.
    """
    return event.kind not in CLUSTER_KINDS or event.namespace == CLUSTER_NAMESPACE


def first_time(event: Event) -> str:
    """When it first happened (RFC 3339, UTC); the last time when the writer sets one time only."""
    return event.first or event.last or event.created


def last_time(event: Event) -> str:
    """When it last happened (RFC 3339, UTC); the first time when the writer sets one time only."""
    return event.last or event.first or event.created


def order(event: Event) -> tuple[str, str, str]:
    """Sort key, the oldest first.

    Times are compared without their "Z": this way times with and without fractions of a second sort as text.
    """
    return last_time(event).removesuffix("Z"), event.created, event.name


def newest_first(events: Iterable[Event]) -> list[Event]:
    """The events, sorted by `order` in reverse."""
    return sorted(events, key=order, reverse=True)


def grouped(events: Iterable[Event]) -> list[Event]:
    """The events, newest first, with repetitions (same object, reason, message, source) merged.

    A merged event is the newest one, with the sum of all counts and the first time of the oldest.
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
