"""Event: wire struct and row. Reads both forms in core/v1: with a count, and as a series."""

from __future__ import annotations

from typing import Final

import msgspec

from yurt_console.cache.decoding import Decoder
from yurt_console.cache.wire.meta import ObjectMeta, seconds
from yurt_console.cache.wire.sharing import NO_LABELS, text
from yurt_console.rows import Event


class _Reference(msgspec.Struct, gc=False):
    kind: str = ""
    namespace: str = ""
    name: str = ""


class _Source(msgspec.Struct, gc=False):
    component: str = ""
    host: str = ""


class _Series(msgspec.Struct, gc=False, rename="camel"):
    count: int = 0
    last_observed_time: str | None = None


class WireEvent(msgspec.Struct, gc=False, rename="camel"):
    """core/v1 Event on the wire."""

    metadata: ObjectMeta
    involved_object: _Reference = msgspec.field(default_factory=_Reference)
    type: str = ""
    reason: str = ""
    message: str = ""
    count: int = 0
    first_timestamp: str | None = None
    last_timestamp: str | None = None
    event_time: str | None = None
    series: _Series | None = None
    source: _Source = msgspec.field(default_factory=_Source)
    reporting_component: str = ""


def event(wire: WireEvent) -> Event:
    """The row of an Event, without labels: no page needs them."""
    namespace, name, uid, created, _ = wire.metadata.identity()
    about, source, series = wire.involved_object, wire.source, wire.series or _Series()
    first = seconds(wire.first_timestamp or wire.event_time) or created
    last = seconds(series.last_observed_time or wire.last_timestamp or wire.event_time) or first
    return Event(
        namespace,
        name,
        uid,
        created,
        NO_LABELS,
        text(wire.type),
        text(wire.reason),
        text(wire.message),
        text(about.kind),
        text(about.namespace),
        text(about.name),
        series.count or wire.count or 1,
        first,
        last,
        text(", ".join(filter(None, (source.component or wire.reporting_component, source.host)))),
    )


EVENTS: Final = Decoder(WireEvent, event)
