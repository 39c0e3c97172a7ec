"""Events of cluster-scoped objects: index by object, notified tenants, retention."""

from __future__ import annotations

from collections.abc import Callable

from yurt_console.cache.store import Newest
from yurt_console.inventory.table_spec import namespace
from yurt_console.rows import Event
from yurt_console.yurt import events


def about(event: Event) -> str | None:
    """Index key: ``Kind/name`` of the involved node, pool or User. None for other or untrusted Events."""
    if event.kind not in events.CLUSTER_KINDS or not events.trusted(event):
        return None
    return f"{event.kind}/{event.about_name}"


def extra_scopes(event: Event, owner: Callable[[str, str], str]) -> frozenset[str]:
    """The tenant of the involved node, pool or User: notified although the Event is in another namespace.

    ``owner``: the tenant by kind and name, "" for none.
    """
    if about(event) is None:
        return frozenset()
    return frozenset({owner(event.kind, event.about_name)}) - {""}


def newest(limit: int) -> Newest[Event]:
    """Retention: the newest ``limit`` Events of each namespace."""
    return Newest(namespace, _age, limit)


def _age(event: Event) -> str:
    return events.last_time(event).removesuffix("Z")
