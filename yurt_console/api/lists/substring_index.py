"""Substring search over many short texts by postings of letter pairs.

A needle of two letters is found by its posting, a longer one among the texts that have two of its pairs.
Texts are indexed some at each search, so that no search waits for all of them; the others are
looked into one by one.
"""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterable
from operator import add
from typing import Final

SEPARATOR: Final = "\0"
"""Between two texts in one. It cannot be typed, so no needle spans it."""
_PAIR: Final = 2
_AT_ONCE: Final = 32 * 1024
"""Characters that one search indexes: some ten milliseconds."""
TEXT_LIMIT: Final = 16 * 1024
"""Characters of a text that are searched."""
_NONE: Final = array("I")


class SubstringIndex:
    """Texts by number, in the order of `append`; each search indexes ``at_once`` characters of them."""

    def __init__(self, at_once: int = _AT_ONCE) -> None:
        self._at_once = at_once
        self._texts: list[str] = []
        self._indexed = 0
        """Texts that are in the postings: the first ones."""
        self._postings: dict[str, array[int]] = {}
        """For each pair of ASCII characters the texts that have it, ascending. Other pairs, of which one
        text can have any number, have none."""
        self.weight = 0
        """Bytes of texts and postings, about."""

    def __len__(self) -> int:
        return len(self._texts)

    def append(self, text: str) -> None:
        """Add a text with the next number; its first `TEXT_LIMIT` characters count."""
        self._texts.append(text[:TEXT_LIMIT])
        self.weight += min(len(text), TEXT_LIMIT)

    def numbers(self, needle: str) -> Collection[int]:
        """The numbers of the texts that contain ``needle``, each once."""
        if self._indexed < len(self._texts):
            self._index_some()
        if len(needle) < _PAIR or not needle.isascii():
            return self._scan(needle, range(len(self._texts)))
        found = self._find(needle)
        if self._indexed == len(self._texts):
            return found
        return [*found, *self._scan(needle, range(self._indexed, len(self._texts)))]

    def _find(self, needle: str) -> Collection[int]:
        """The numbers of the indexed texts that contain ``needle``."""
        pairs = set(map(add, needle, needle[1:]))
        fewest, *more = sorted((self._postings.get(pair, _NONE) for pair in pairs), key=len)
        if len(needle) == _PAIR:
            return fewest
        return self._scan(needle, set(fewest).intersection(more[0]) if more else fewest)

    def _scan(self, needle: str, numbers: Iterable[int]) -> list[int]:
        texts = self._texts
        return [number for number in numbers if needle in texts[number]]

    def _index_some(self) -> None:
        postings, budget = self._postings, self._at_once
        for number in range(self._indexed, len(self._texts)):
            text = self._texts[number]
            budget -= len(text)
            pairs = set(map(add, text, text[1:]))
            if not text.isascii():
                pairs = set(filter(str.isascii, pairs))
            for pair in pairs:
                posting = postings.get(pair)
                if posting is None:
                    posting = postings[pair] = array("I")
                posting.append(number)
            self.weight += _NONE.itemsize * len(pairs)
            self._indexed = number + 1
            if budget <= 0:
                break
