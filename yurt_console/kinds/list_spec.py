"""The declaration of a list: what its rows look like, how they sort, and what they depend on (no HTTP)."""

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
    """What rows are rendered with. ``inventory`` raises for tables that the list does not depend on."""

    inventory: Inventory
    time: str
    """RFC 3339, UTC; "" for lists that do not depend on the clock. Read it as ``now``."""
    detail: bool = False

    @property
    def now(self) -> str:
        """The time. Raises `LookupError` in a list that does not depend on the clock."""
        if not self.time:
            raise LookupError("a list that reads the time must have a Clock in depends_on")
        return self.time


@dataclasses.dataclass(frozen=True, slots=True)
class RowView(Generic[R]):
    """How the rows of a list look in one `RenderContext`."""

    row: Callable[..., Any]
    """The reply's row, made of the row and, with ``joined``, of what that returns."""
    status: Callable[[R], str]
    keys: Mapping[str, Callable[[R], Any]]
    """What each sortable field compares by."""
    joined: Callable[[R], Hashable] | None = None
    """All that ``row`` shows beside the row. None: it may show anything that the list depends on, and is
    rendered again whenever that changes."""


@dataclasses.dataclass(frozen=True, slots=True)
class ListInfo:
    """What an envelope says beside its rows."""

    total: int
    stale_since: str | None
    hint: str
    changed: str = ""
    """When the list's rows last changed, RFC 3339, "" if never."""
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
    """None given: a slash and the plural."""
    envelope: Callable[[list[Any], ListInfo], Any] | None = None
    """None: the reply's type, called with rows, total and ``staleSince``."""
    rows: Callable[[Inventory, str | None], Collection[R]] | None = None
    """None: the scope's rows of the kind's table."""
    default_sort: str = "name"
    exact: tuple[str, ...] = ("name",)
    """Fields of ``sorts`` that a parameter of the same name filters by equality; texts only."""
    depends_on: tuple[Dependency, ...] = ()
    """Everything that rows, ``status``, ``keys`` and ``beside`` read except the kind's own rows."""
    beside: Callable[[RenderContext, str | None], Any] = lambda _context, _scope: None
    """What the envelope says beside the page."""
    texts: Callable[[R], tuple[str, ...]] = lambda _row: ()
    """What ``q`` searches beside name, namespace and labels."""
    detailed: bool = False
    """Whether ``detail`` adds anything."""
    admins_only: bool = False

    @property
    def reads_clock(self) -> bool:
        """Whether rows depend on the time."""
        return any(isinstance(dependency, Clock) for dependency in self.depends_on)
