"""Go durations ("24h", "1h30m", "-1.5s"), the text form of metav1.Duration.

Source: Go's time.ParseDuration.
"""

from __future__ import annotations

import re
from fractions import Fraction

_NANOSECONDS = {
    "ns": 1,
    "us": 10**3,
    "\u00b5s": 10**3,  # micro sign
    "\u03bcs": 10**3,  # Greek mu
    "ms": 10**6,
    "s": 10**9,
    "m": 60 * 10**9,
    "h": 3600 * 10**9,
}
_PART = re.compile(r"(?=\.?[0-9])([0-9]*)(?:\.([0-9]*))?(ns|us|\u00b5s|\u03bcs|ms|s|m|h)")
_TEXT = re.compile(f"[+-]?(?:0|(?:{_PART.pattern})+)")
_LARGEST = 2**63
_LONGEST = 256


class DurationError(ValueError):
    """A malformed duration."""


def parse(text: str) -> int:
    """A duration in nanoseconds, as Go's ``time.ParseDuration``; fractions of a nanosecond are dropped.

    Raises `DurationError` for malformed text and for more than 292 years.
    """
    if len(text) > _LONGEST or not _TEXT.fullmatch(text):
        raise DurationError(f"time: invalid duration {text[:_LONGEST]!r}")
    total = 0
    for digits, decimals, unit in _PART.findall(text):
        part = int(digits or "0") + (Fraction(int(decimals), 10 ** len(decimals)) if decimals else 0)
        total += int(part * _NANOSECONDS[unit])
    if text[0] == "-":
        total = -total
    if not -_LARGEST <= total < _LARGEST:
        raise DurationError(f"time: invalid duration {text!r}")
    return total
