"""Deduplication of equal values: a hundred thousand pods repeat a few thousand texts, labels and images.

Python interns texts and frees them with their last user. Mappings, tuples and large numbers go through
bounded pools. A full pool is emptied: some values are then duplicated, none becomes wrong.
"""

from __future__ import annotations

import sys
from collections.abc import Hashable
from typing import TypeVar

import msgspec

from yurt_console.rows import Labels

T = TypeVar("T", bound=Hashable)

LIMIT = 4096
"""Entries of a pool; a pod's labels take about half a kilobyte, so a pool ends at a few megabytes."""
LONG = 1024
"""Bytes beyond which a value is not pooled: others would seldom have it, and a pool outlives its objects."""

NO_LABELS: Labels = {}
_NULL = b"null"
_mapping = msgspec.json.Decoder(dict[str, str])
_labels: dict[bytes, Labels] = {}
_values: dict[Hashable, Hashable] = {}

text = sys.intern


def shared(value: T) -> T:
    """``value``, or the equal and immutable one seen earlier. Tuples are of texts."""
    equal = _values.get(value)
    # 1 and True are equal and hash alike, so the type counts too.
    if equal is not None and type(equal) is type(value):
        return equal
    if isinstance(value, tuple) and sum(map(len, value)) > LONG:
        return value
    if len(_values) >= LIMIT:
        _values.clear()
    _values[value] = value
    return value


def shared_labels(raw: msgspec.Raw) -> Labels:
    """The mapping of texts in ``raw``; the same object for the same bytes. Callers must not change it."""
    if len(memoryview(raw)) > LONG:
        return own_labels(raw)
    body = bytes(raw)
    known = _labels.get(body)
    if known is None:
        known = own_labels(raw)
        if len(_labels) >= LIMIT:
            _labels.clear()
        _labels[body] = known
    return known


def own_labels(raw: msgspec.Raw) -> Labels:
    """The mapping of texts in ``raw``, not shared: for kinds with labels that differ in every object."""
    body = memoryview(raw)
    if not body or body == _NULL:
        return NO_LABELS
    return {text(key): text(value) for key, value in _mapping.decode(body).items()} or NO_LABELS
