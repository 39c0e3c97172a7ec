"""Declaration of a list: rows, sort keys, filters and dependencies. Independent of HTTP."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Hashable, Mapping
from typing import Any, Generic, TypeVar

from yurt_console.inventory.dependencies import Clock, Dependency
from yurt_console.inventory.inventory import Inventory
from yurt_console.rows import Row

R = TypeVar("R", bound=Row)


@dataclasses.dataclass(frozen=True, slots=True)
class RenderContext:
    """Context in which rows are rendered. ``inventory`` raises for tables that the list does not declare."""

    inventory: Inventory
    time: str
    """RFC 3339, UTC; "" for lists that do not depend on the clock. Read it as ``now``."""
    detail: bool = False

    @property
    def now(self) -> str:
        """The current time. Raises `LookupError` in a list that does not depend on the clock."""
        if not self.time:
            raise LookupError("a list that reads the time must have a Clock in depends_on")
        return self.time


@dataclasses.dataclass(frozen=True, slots=True)
class RowView(Generic[R]):
    """Rendering of the rows of a list in one `RenderContext`."""

    row: Callable[..., Any]
    """Maps a row, and the result of ``joined`` if there is one, to the row of the response."""
    status: Callable[[R], str]
    keys: Mapping[str, Callable[[R], Any]]
    """Sort key of each sortable field."""
    joined: Callable[[R], Hashable] | None = None
    """Everything that ``row`` reads beside the row. None: it may read all declared dependencies, and
    runs again whenever one of them changes."""


@dataclasses.dataclass(frozen=True, slots=True)
class ListInfo:
    """Fields of an envelope beside its rows."""

    total: int
    stale_since: str | None
    hint: str
    changed: str = ""
    """Time of the last change of a row (RFC 3339); "" if there is none."""
    beside: Any = None
    """The result of `ListSpec.beside`."""


@dataclasses.dataclass(frozen=True, slots=True)
class ListSpec(Generic[R]):
    """One list of a kind."""

    summary: str
    view: Callable[[RenderContext], RowView[R]]
    sorts: tuple[str, ...]
    reply: Any
    """The envelope's type."""
    path: str = ""
    """Path of the route; "" means a slash and the plural."""
    envelope: Callable[[list[Any], ListInfo], Any] | None = None
    """Makes the envelope. None: ``reply`` is called with rows, total and ``staleSince``."""
    rows: Callable[[Inventory, str | None], Collection[R]] | None = None
    """Rows of a scope. None: those of the kind's table."""
    default_sort: str = "name"
    exact: tuple[str, ...] = ("name",)
    """Fields of ``sorts`` that a parameter of the same name filters by equality; texts only."""
    depends_on: tuple[Dependency, ...] = ()
    """Everything that rows, ``status``, ``keys`` and ``beside`` read, except rows of the kind itself."""
    beside: Callable[[RenderContext, str | None], Any] = lambda _context, _scope: None
    """Further field of the envelope."""
    texts: Callable[[R], tuple[str, ...]] = lambda _row: ()
    """Texts that ``q`` searches beside name, namespace and labels."""
    detailed: bool = False
    """Whether ``detail`` adds fields."""
    admins_only: bool = False

    @property
    def reads_clock(self) -> bool:
        """Whether rows depend on the time."""
        return any(isinstance(dependency, Clock) for dependency in self.depends_on)
