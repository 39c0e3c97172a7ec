"""The table of Events, indexed by the cluster-scoped object that an Event is about."""

from __future__ import annotations

from collections.abc import Callable

from yurt_console.cache.store import Newest, Table
from yurt_console.rows import Event
from yurt_console.yurt import events


def event_table(limit: int, owner: Callable[[str, str], str]) -> Table[Event]:
    """A table that keeps the newest ``limit`` Events of each namespace.

    ``owner``: the tenant of a node, pool or User, by kind and name, "" for none. A tenant is also notified of
    Events about these objects, which lie in another namespace.
    """

    def extra_scopes(event: Event) -> frozenset[str]:
        if _about(event) is None:
            return frozenset()
        return frozenset({owner(event.kind, event.about_name)}) - {""}

    return Table(
        "events",
        scope=_namespace,
        indexes={"about": _about},
        extra_scopes=extra_scopes,
        newest=Newest(_namespace, _age, limit),
    )


def _namespace(event: Event) -> str:
    return event.namespace


def _about(event: Event) -> str | None:
    """The involved node, pool or User as ``Kind/name``; None for other objects and untrusted sources."""
    if event.kind not in events.CLUSTER_KINDS or not events.believed(event):
        return None
    return f"{event.kind}/{event.about_name}"


def _age(event: Event) -> str:
    return events.last_time(event).removesuffix("Z")
