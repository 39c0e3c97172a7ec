"""How many rows of each scope are in which state, counted as rows come, change and go.

Where a `cache.tally.Tally` sums amounts, a `Census` tells words apart: it knows all words of a scope
without looking at any row.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Generic, TypeVar

from yurt_console.rows import Row

R = TypeVar("R", bound=Row)


class StateCounts(Generic[R]):
    """Rows by ``word`` for each ``scope``; a row whose word is "" is not counted."""

    def __init__(self, scope: Callable[[R], str], word: Callable[[R], str]) -> None:
        self._scope = scope
        self._word = word
        self._scopes: dict[str, Counter[str]] = {}
        self._overall: Counter[str] = Counter()

    def words(self, scope: str | None) -> Mapping[str, int]:
        """How many rows of the scope, or of all, have each word; a live view."""
        return self._overall if scope is None else self._scopes.get(scope, {})

    def replace(self, old: R | None, new: R | None) -> None:
        """Count ``new`` instead of ``old``; either may be None."""
        before = None if old is None else (self._scope(old), self._word(old))
        after = None if new is None else (self._scope(new), self._word(new))
        if before == after:
            return
        for place, step in ((before, -1), (after, 1)):
            if place is not None and place[1]:
                scope, word = place
                counted = self._scopes.setdefault(scope, Counter())
                _step(counted, word, step)
                _step(self._overall, word, step)
                if not counted:
                    del self._scopes[scope]


def _step(counted: Counter[str], word: str, step: int) -> None:
    counted[word] += step
    if not counted[word]:
        del counted[word]
