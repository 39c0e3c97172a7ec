"""Sums per group of rows, kept up to date as rows change; a total costs the same at any number of rows."""

from __future__ import annotations

from collections.abc import Callable, Collection
from operator import add, neg
from typing import Generic, TypeVar

from yurt_console.rows import Row

R = TypeVar("R", bound=Row)


class GroupTotals(Generic[R]):
    """Sums the ``width`` numbers of ``amounts(row)`` per ``group(row)``; group None is not counted."""

    def __init__(
        self, group: Callable[[R], str | None], amounts: Callable[[R], tuple[int, ...]], width: int
    ) -> None:
        self._group = group
        self._amounts = amounts
        self._zero = (0,) * width
        self._totals: dict[str, tuple[int, ...]] = {}
        self._members: dict[str, int] = {}
        self._overall = self._zero
        self.version = 0
        """Grows whenever any total changes."""

    def totals(self, group: str) -> tuple[int, ...]:
        """The group's sums; zeros for a group without rows."""
        return self._totals.get(group, self._zero)

    def groups(self) -> Collection[str]:
        """The groups that have rows now."""
        return self._totals.keys()

    def overall(self) -> tuple[int, ...]:
        """The sums over all groups."""
        return self._overall

    def replace(self, old: R | None, new: R | None) -> None:
        """Table follower: count ``new`` instead of ``old``; either may be None."""
        before, after = self._contribution(old), self._contribution(new)
        if before == after:
            return
        self.version += 1
        if before is not None:
            group, amounts = before
            self._add(group, -1, tuple(map(neg, amounts)))
        if after is not None:
            group, amounts = after
            self._add(group, 1, amounts)

    def _contribution(self, row: R | None) -> tuple[str, tuple[int, ...]] | None:
        group = None if row is None else self._group(row)
        return None if row is None or group is None else (group, self._amounts(row))

    def _add(self, group: str, members: int, amounts: tuple[int, ...]) -> None:
        self._overall = tuple(map(add, self._overall, amounts))
        members += self._members.get(group, 0)
        if members:
            self._members[group] = members
            self._totals[group] = tuple(map(add, self.totals(group), amounts))
        else:
            del self._members[group], self._totals[group]
