"""The table of Events, which also tells tenants what is said about their nodes and pools elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from yurt_console.cache.store import Change, Newest, Table
from yurt_console.rows import Event, Key
from yurt_console.yurt import events


class EventTable(Table[Event]):
    """The newest ``limit`` Events of each namespace. ``owner``: whose node or pool (kind, name) is."""

    def __init__(self, limit: int, owner: Callable[[str, str], str]) -> None:
        super().__init__(
            "events",
            scope=_namespace,
            indexes={"about": _about},
            newest=Newest(_namespace, _age, limit),
        )
        self._owner = owner

    def put(self, row: Event) -> Change | None:
        """Like any table's; told also to whose node or pool it is about."""
        return self._told(super().put(row), [row])

    def remove(self, key: Key) -> Change | None:
        """Like any table's; told as `put` is."""
        row = self.get(key)
        return self._told(super().remove(key), [row] if row else [])

    def replace(self, rows: Iterable[Event]) -> Change | None:
        """Like any table's; told as `put` is."""
        before = list(self.rows(events.CLUSTER_NAMESPACE))
        return self._told(super().replace(rows), [*before, *self.rows(events.CLUSTER_NAMESPACE)])

    def _told(self, change: Change | None, rows: Iterable[Event]) -> Change | None:
        if change is None:
            return None
        owners = {self._owner(row.kind, row.about_name) for row in rows if _about(row) is not None}
        return change._replace(scopes=change.scopes | (owners - {""}))


def _namespace(event: Event) -> str:
    return event.namespace


def _about(event: Event) -> str | None:
    """What cluster-scoped thing an Event is about, None when it is about another or not to be believed."""
    if event.kind not in events.CLUSTER_KINDS or not events.believed(event):
        return None
    return f"{event.kind}/{event.about_name}"


def _age(event: Event) -> str:
    return events.last_time(event).removesuffix("Z")
