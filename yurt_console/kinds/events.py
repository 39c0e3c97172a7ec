"""Events: newest first, with repetitions grouped."""

from __future__ import annotations

from operator import attrgetter
from typing import Final

import msgspec

from apimachinery import resources
from yurt_console.cache.wire import events as wire
from yurt_console.inventory.dependencies import FixedScopeRows, ScopeRows
from yurt_console.inventory.table_spec import TableSpec, namespace
from yurt_console.kinds.kind_spec import KindSpec
from yurt_console.kinds.list_spec import ListSpec, RowView
from yurt_console.rows import Event
from yurt_console.yurt import events


class EventRow(msgspec.Struct, frozen=True, rename="camel"):
    """One Event: reason and message, and the involved object."""

    type: str
    reason: str
    message: str
    kind: str
    name: str
    namespace: str
    """Namespace of the involved object; "" for nodes and pools."""
    count: int
    first_time: str
    last_time: str
    source: str
    uid: str


class EventList(msgspec.Struct, frozen=True, rename="camel"):
    """A page of Events, newest first unless sorted otherwise."""

    items: list[EventRow]
    total: int
    stale_since: str | None


def event_row(event: Event) -> EventRow:
    """The row of an Event in lists."""
    return EventRow(
        type=event.type,
        reason=event.reason,
        message=event.message,
        kind=event.kind,
        name=event.about_name,
        namespace=event.about_namespace,
        count=event.count,
        first_time=events.first_time(event),
        last_time=events.last_time(event),
        source=event.source,
        uid=event.uid,
    )


_VIEW: Final = RowView(
    row=event_row,
    status=attrgetter("type"),
    keys={
        "lastTime": events.order,
        "firstTime": events.first_time,
        "type": attrgetter("type"),
        "reason": attrgetter("reason"),
        "kind": attrgetter("kind"),
        "name": attrgetter("about_name"),
        "namespace": attrgetter("about_namespace"),
        "count": attrgetter("count"),
    },
)


EVENTS: Final = KindSpec(
    resource=resources.EVENTS,
    table=TableSpec(resources.EVENTS, wire.EVENTS, scope=namespace),
    list=ListSpec(
        path="/clusterEvents",
        summary="What happened, newest first",
        rows=lambda inventory, scope: events.grouped(inventory.events_of(scope)),
        view=lambda _context: _VIEW,
        sorts=tuple(_VIEW.keys),
        default_sort="-lastTime",
        exact=("kind", "name"),
        reply=EventList,
        # a tenant also sees Events about their nodes and pools, which lie in another namespace
        depends_on=(
            FixedScopeRows("events", events.CLUSTER_NAMESPACE),
            ScopeRows("nodes"),
            ScopeRows("nodepools"),
        ),
        texts=lambda event: (event.reason, event.message, event.kind, event.about_name, event.source),
    ),
)
