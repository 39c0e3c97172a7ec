"""Declaration of a cached kind: resource, decoder, scope and health."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from apimachinery.resources import Resource
from yurt_console.cache.decoding import Decoder
from yurt_console.rows import Row
from yurt_console.yurt import well_known_labels

R = TypeVar("R", bound=Row)


@dataclass(frozen=True, slots=True)
class Health(Generic[R]):
    """A kind's health: whether a row is healthy, and its state as in the ``status`` of the list."""

    healthy: Callable[[R], bool]
    state: Callable[[R], str]

    def trouble(self, row: R) -> str:
        """The state of an unhealthy row, "" for a healthy one."""
        return "" if self.healthy(row) else self.state(row)


@dataclass(frozen=True, slots=True)
class TableSpec(Generic[R]):
    """Declaration of one table: resource, decoder, and scope (tenant) of a row."""

    resource: Resource
    decoder: Decoder[R]
    scope: Callable[[R], str]
    """The tenant, "" for none."""
    plural: str = ""
    """The table's name; "" means the resource's plural."""
    health: Health[R] | None = None
    """None: the kind has no health, or its health depends on rows of other tables."""
    polled: bool = False
    """Listed periodically instead of watched. Readiness does not wait for the table."""

    @property
    def name(self) -> str:
        """The table's name: a plural that is unique among all tables."""
        return self.plural or self.resource.plural


def namespace(row: Row) -> str:
    """The scope of namespaced kinds."""
    return row.namespace


def own_name(row: Row) -> str:
    """The scope of kinds that are named after their tenant."""
    return row.name


def node_scope(row: Row) -> str:
    """The scope of a node: its tenant label, "" for none."""
    return row.labels.get(well_known_labels.TENANT_NODE_LABEL, "")


def pool_scope(row: Row) -> str:
    """The scope of a pool: its tenant label, "" for none."""
    return row.labels.get(well_known_labels.TENANT_LABEL, "")
