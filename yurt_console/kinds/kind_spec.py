"""Declaration of a kind: everything needed to cache, list, count and show it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from apimachinery.resources import Resource
from yurt_console.inventory.table_spec import TableSpec
from yurt_console.kinds.list_spec import ListSpec
from yurt_console.rows import Row

R = TypeVar("R", bound=Row)


@dataclass(frozen=True, slots=True, kw_only=True)
class KindSpec(Generic[R]):
    """One kind. Its records are `registry.KINDS`."""

    resource: Resource
    table: TableSpec[R] | None = None
    """How its rows are cached; None: not cached, so it has no list."""
    list: ListSpec[R] | None = None
    """Its list; None: it has no list."""
    object_page: bool = False
    """Whether ``/objects`` shows single objects, requested as the caller."""
    tenant_label: str = ""
    """The label with the tenant, for the object page of a cluster-scoped kind."""
    on_overview: bool = False
    """Whether ``/clusterOverview`` counts it, in the order of `registry.KINDS`."""

    @property
    def plural(self) -> str:
        """The name of its table and, without one, of its resource."""
        return self.table.name if self.table else self.resource.plural

    @property
    def console_verbs(self) -> tuple[str, ...]:
        """The verbs that the console's own ServiceAccount needs in the whole cluster."""
        if self.table is None:
            return ()
        return ("get", "list") if self.table.polled else ("get", "list", "watch")
