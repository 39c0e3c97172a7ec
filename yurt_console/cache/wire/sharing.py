"""Equal values kept once: a hundred thousand pods repeat a few thousand texts, labels and images.

Texts are interned by Python, which forgets them with their last user. Mappings, tuples and large numbers
go through bounded pools: a full pool starts over, which costs sharing and never correctness.
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

NO_LABELS: Labels = {}
_NULL = b"null"
_mapping = msgspec.json.Decoder(dict[str, str])
_labels: dict[bytes, Labels] = {}
_values: dict[Hashable, Hashable] = {}

text = sys.intern


def once(value: T) -> T:
    """``value``, or the equal and immutable one met before."""
    known = _values.get(value)
    # 1 and True are equal and hash alike, so the type counts too.
    if known is not None and type(known) is type(value):
        return known
    if len(_values) >= LIMIT:
        _values.clear()
    _values[value] = value
    return value


def shared_labels(raw: msgspec.Raw) -> Labels:
    """The mapping of texts in ``raw``; the same object again for the same bytes. Never change it."""
    body = bytes(raw)
    known = _labels.get(body)
    if known is None:
        known = own_labels(raw)
        if len(_labels) >= LIMIT:
            _labels.clear()
        _labels[body] = known
    return known


def own_labels(raw: msgspec.Raw) -> Labels:
    """The mapping of texts in ``raw``, for kinds whose labels name the object itself."""
    body = memoryview(raw)
    if not body or body == _NULL:
        return NO_LABELS
    return {text(key): text(value) for key, value in _mapping.decode(body).items()} or NO_LABELS
