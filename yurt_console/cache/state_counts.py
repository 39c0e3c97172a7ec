"""Number of rows in each state, per scope, kept up to date as rows change; reading never walks rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Generic, TypeVar

from yurt_console.rows import Row

R = TypeVar("R", bound=Row)


class StateCounts(Generic[R]):
    """Counts rows by ``state`` within each ``scope``; state "" is not counted."""

    def __init__(self, scope: Callable[[R], str], state: Callable[[R], str]) -> None:
        self._scope = scope
        self._state = state
        self._scopes: dict[str, Counter[str]] = {}
        self._overall: Counter[str] = Counter()

    def by_state(self, scope: str | None) -> Mapping[str, int]:
        """Rows per state in the scope, or overall for None; a live view."""
        return self._overall if scope is None else self._scopes.get(scope, {})

    def replace(self, old: R | None, new: R | None) -> None:
        """Table follower: count ``new`` instead of ``old``; either may be None."""
        before = None if old is None else (self._scope(old), self._state(old))
        after = None if new is None else (self._scope(new), self._state(new))
        if before == after:
            return
        for place, step in ((before, -1), (after, 1)):
            if place is not None and place[1]:
                scope, state = place
                counted = self._scopes.setdefault(scope, Counter())
                _step(counted, state, step)
                _step(self._overall, state, step)
                if not counted:
                    del self._scopes[scope]


def _step(counted: Counter[str], state: str, step: int) -> None:
    counted[state] += step
    if not counted[state]:
        del counted[state]
