"""Substring search over many short texts, joined into one for scanning, with postings of letter pairs.

A needle of two letters is found by its posting; a longer one among the texts that have two of its pairs. A
posting is made by one scan, when its pair is first searched for.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections.abc import Collection
from itertools import accumulate, islice
from typing import Final

SEPARATOR: Final = "\0"
"""Between two texts. It cannot be typed, so no needle spans it."""
_RARE: Final = 16
"""A needle in more than every sixteenth text is found faster by looking into each text."""
_TAIL: Final = 8
"""Texts appended since all were joined are at most an eighth of those, and `_SPARE` more."""
_SPARE: Final = 64
_PAIR: Final = 2
_POSTINGS: Final = 1024
"""Postings that are kept; the least recently made go first."""


class SubstringIndex:
    """Texts by number, in the order in which they were appended."""

    def __init__(self) -> None:
        self._texts: list[str] = []
        self._joined = ""
        self._starts: list[int] = []
        self._postings: dict[str, array[int]] = {}
        self.weight = 0
        """Bytes of the postings."""

    def __len__(self) -> int:
        return len(self._texts)

    def append(self, text: str) -> None:
        """Add a text with the next number."""
        self._texts.append(text)

    def numbers(self, needle: str) -> Collection[int]:
        """The numbers of the texts that contain ``needle``, each once."""
        if len(self._texts) > len(self._starts) * (_TAIL + 1) // _TAIL + _SPARE:
            self._join()
        joined, found = len(self._starts), self._find(needle)
        tail = [number for number in range(joined, len(self._texts)) if needle in self._texts[number]]
        return [*found, *tail] if tail else found

    def _join(self) -> None:
        self._joined = SEPARATOR.join(self._texts)
        self._starts = [0, *accumulate(len(text) + 1 for text in self._texts[:-1])]
        self._postings.clear()
        self.weight = 0

    def _find(self, needle: str) -> array[int] | list[int]:
        """The numbers of the joined texts that contain ``needle``."""
        if len(needle) < _PAIR:
            return self._scan(needle)
        if len(needle) == _PAIR:
            return self._posting(needle)
        pairs = {needle[at : at + _PAIR] for at in range(len(needle) - 1)}
        fewest, *more = sorted(map(self._posting, pairs), key=len)
        if len(fewest) * _RARE > len(self._starts):
            return self._scan(needle)
        candidates = set(fewest).intersection(more[0]) if more else fewest
        texts = self._texts
        return [number for number in candidates if needle in texts[number]]

    def _posting(self, pair: str) -> array[int]:
        posting = self._postings.get(pair)
        if posting is None:
            while len(self._postings) >= _POSTINGS:
                oldest = self._postings.pop(next(iter(self._postings)))
                self.weight -= oldest.itemsize * len(oldest)
            posting = self._postings[pair] = self._scan(pair)
            self.weight += posting.itemsize * len(posting)
        return posting

    def _scan(self, needle: str) -> array[int]:
        starts = self._starts
        most = len(starts) // _RARE
        # a pattern finds needles of two or three letters twice as fast as `str.find`
        hits = [hit.start() for hit in islice(re.compile(re.escape(needle)).finditer(self._joined), most + 1)]
        if len(hits) > most:
            return array("I", [number for number in range(len(starts)) if needle in self._texts[number]])
        return array("I", dict.fromkeys([bisect_right(starts, at) - 1 for at in hits]))
