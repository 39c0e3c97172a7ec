"""Statistics of repeated measurements, and figures as text (pure)."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Sequence

import msgspec


def percentile(values: Iterable[float], percent: float) -> float:
    """The smallest value that at least ``percent`` per cent of ``values`` do not exceed (nearest rank).

    Raises ValueError when there are no values.
    """
    ordered = sorted(values)
    if not ordered:
        raise ValueError("no values")
    return ordered[max(0, math.ceil(percent * len(ordered) / 100) - 1)]


class Latency(msgspec.Struct, frozen=True):
    """Milliseconds of one view; ``count`` is the number of views over all repeats."""

    p50: float
    p99: float
    count: int


def latency(repeats: Sequence[Sequence[float]]) -> Latency:
    """Medians, over the repeats, of each repeat's median and 99th percentile."""
    return Latency(
        p50=statistics.median(percentile(repeat, 50) for repeat in repeats),
        p99=statistics.median(percentile(repeat, 99) for repeat in repeats),
        count=sum(len(repeat) for repeat in repeats),
    )


def median_ratio(measured: Sequence[float], reference: Sequence[float]) -> float:
    """Median, over the rounds, of ``measured`` divided by the ``reference`` of the same round.

    Raises ValueError when the rounds differ in number, or there are none.
    """
    if not measured:
        raise ValueError("no values")
    return statistics.median(value / base for value, base in zip(measured, reference, strict=True))


def size_text(size: float) -> str:
    """Bytes in powers of ten: 5.5 MB, 612 kB."""
    for unit, scale in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if size >= scale:
            return f"{size / scale:.3g} {unit}"
    return f"{size:.0f} B"


def duration_text(milliseconds: float) -> str:
    """Milliseconds in two digits: 0.41 ms, 12 ms, 1.3 s."""
    if milliseconds >= 1000:
        return f"{milliseconds / 1000:.3g} s"
    return f"{milliseconds:.2g} ms" if milliseconds < 100 else f"{milliseconds:.0f} ms"


def median_and_slowest(times: Sequence[float]) -> str:
    """Median and maximum of milliseconds, "-" for none."""
    return f"{duration_text(statistics.median(times))} / {duration_text(max(times))}" if times else "-"


def median_and_p99(times: Sequence[float]) -> str:
    """Median and 99th percentile of milliseconds, "-" for none."""
    return " / ".join(duration_text(percentile(times, rank)) for rank in (50, 99)) if times else "-"
