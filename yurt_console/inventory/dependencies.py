"""Dependencies of a list beside its own rows. Versions, staleness and allowed reads derive from them.

A list reads the inventory through `limited`, in which tables that are not declared raise. So everything that
a list shows counts in its versions, and through them in its ETag.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any, NoReturn, Protocol

from yurt_console.cache.group_totals import GroupTotals
from yurt_console.cache.store import Table
from yurt_console.inventory.inventory import Inventory


class Dependency(Protocol):
    """Data that a list reads beside its own rows."""

    @property
    def plural(self) -> str:
        """The plural of the table read, "" for none."""

    def version(self, inventory: Inventory, scope: str | None, now: str) -> object:
        """A value that changes with the data, for ``scope`` at ``now`` (RFC 3339, UTC)."""

    def readable(self, table: Table[Any]) -> Any:
        """The part of the table that may be read."""


@dataclass(frozen=True, slots=True)
class ScopeRows:
    """The rows of another table in the requested scope."""

    plural: str

    def version(self, inventory: Inventory, scope: str | None, now: str) -> object:
        """The version of the scope's rows."""
        return inventory.version(self.plural, scope)

    def readable(self, table: Table[Any]) -> Any:
        """The whole table."""
        return table


@dataclass(frozen=True, slots=True)
class AllRows:
    """The rows of another table in all scopes, for tables that are not grouped by tenant."""

    plural: str

    def version(self, inventory: Inventory, scope: str | None, now: str) -> object:
        """The version of the whole table."""
        return inventory.version(self.plural, None)

    def readable(self, table: Table[Any]) -> Any:
        """The whole table."""
        return table


@dataclass(frozen=True, slots=True)
class FixedScopeRows:
    """The rows of a table in one fixed scope, whatever scope is requested. None: counted elsewhere."""

    plural: str
    scope: str

    def version(self, inventory: Inventory, scope: str | None, now: str) -> object:
        """The version of that scope's rows."""
        return None if scope is None else inventory.version(self.plural, self.scope)

    def readable(self, table: Table[Any]) -> Any:
        """The whole table."""
        return table


@dataclass(frozen=True, slots=True)
class Totals:
    """One of the totals of another table. Its version changes less often than the table's."""

    plural: str
    name: str

    def version(self, inventory: Inventory, scope: str | None, now: str) -> object:
        """The version of the totals of all groups."""
        return inventory.table(self.plural).totals[self.name].version

    def readable(self, table: Table[Any]) -> Any:
        """The declared totals only."""
        return _TotalsOnly(table.plural, {self.name: table.totals[self.name]})


@dataclass(frozen=True, slots=True)
class Clock:
    """The current time, rounded to the minute, if ``matters``."""

    matters: Callable[[Inventory, str | None], bool] = lambda _inventory, _scope: True
    plural: str = ""

    def version(self, inventory: Inventory, scope: str | None, now: str) -> object:
        """The minute."""
        return now[:16] if self.matters(inventory, scope) else ""

    def readable(self, table: Table[Any]) -> Any:
        """Nothing: the clock has no table."""
        raise LookupError("a clock has no table")


class UndeclaredRead(LookupError):
    """A list read a table that is missing in its ``depends_on``."""


class _Undeclared:
    """Placeholder of a table that the list does not declare: every read raises."""

    def __init__(self, plural: str) -> None:
        self._plural = plural

    def __getattr__(self, name: str) -> NoReturn:
        raise UndeclaredRead(f"{name} of {self._plural}: declare it in depends_on")

    def __len__(self) -> NoReturn:
        raise UndeclaredRead(f"length of {self._plural}: declare it in depends_on")


class _TotalsOnly(_Undeclared):
    """View of a table that allows reads of declared totals only."""

    def __init__(self, plural: str, totals: dict[str, GroupTotals[Any]]) -> None:
        super().__init__(plural)
        self.totals = totals


def limited(inventory: Inventory, plural: str, dependencies: Collection[Dependency]) -> Inventory:
    """The inventory with the table ``plural`` and its dependencies. Other reads raise `UndeclaredRead`."""
    view = copy.copy(inventory)
    readable: dict[str, Any] = {}
    for dependency in dependencies:
        if dependency.plural and not isinstance(readable.get(dependency.plural), Table):
            readable[dependency.plural] = dependency.readable(inventory.table(dependency.plural))
    readable[plural] = inventory.table(plural)
    names = inventory.names
    view.set_tables({name: readable[name] if name in readable else _Undeclared(name) for name in names})
    return view


def plurals(dependencies: Iterable[Dependency]) -> tuple[str, ...]:
    """The distinct plurals of the tables read."""
    return tuple(dict.fromkeys(dependency.plural for dependency in dependencies if dependency.plural))
