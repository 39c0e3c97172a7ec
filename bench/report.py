"""What was measured, what was promised, and the table that shows both (pure).

Nothing here measures, and no number here is anything but a promise of the design (its section 6).
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Sequence

import msgspec


def percentile(values: Iterable[float], percent: float) -> float:
    """The smallest value that at least ``percent`` per cent of ``values`` do not exceed (nearest rank)."""
    ordered = sorted(values)
    if not ordered:
        raise ValueError("no values")
    return ordered[max(0, math.ceil(percent * len(ordered) / 100) - 1)]


class Latency(msgspec.Struct, frozen=True):
    """Milliseconds for one view; ``count`` is how many views were measured in all repeats."""

    p50: float
    p99: float
    count: int


def latency(repeats: Sequence[Sequence[float]]) -> Latency:
    """The medians, over the repeats, of each repeat's median and 99th percentile."""
    return Latency(
        p50=statistics.median(percentile(repeat, 50) for repeat in repeats),
        p99=statistics.median(percentile(repeat, 99) for repeat in repeats),
        count=sum(len(repeat) for repeat in repeats),
    )


class Promise(msgspec.Struct, frozen=True):
    """A number that must not be exceeded."""

    what: str
    limit: float
    unit: str

    def kept(self, measured: float) -> bool:
        """Whether ``measured``, as the table shows it, is within the limit."""
        return measured <= self.limit

    def __str__(self) -> str:
        return f"{self.what} <= {self.limit:g} {self.unit}".rstrip()


class Check(msgspec.Struct, frozen=True):
    """A promise and what was measured; of ``row``."""

    row: str
    promise: Promise
    measured: float

    @property
    def kept(self) -> bool:
        """Whether the promise was kept."""
        return self.promise.kept(self.measured)

    def __str__(self) -> str:
        measured = f"{self.measured:.4g} {self.promise.unit}".rstrip()
        return f"{self.row}: {self.promise.what} was {measured}, promised <= {self.promise.limit:g}"


class ViewRow(msgspec.Struct, frozen=True, kw_only=True):
    """One page: the console beside the API server, keyed by the number of clients at once."""

    what: str
    promises: tuple[str, ...]
    console: dict[int, Latency]
    console_cpu: dict[int, float]
    """Milliseconds of the console's CPU for one view."""
    api_server: dict[int, Latency]
    """Without an entry where asking would only measure the machine's memory."""
    size: int
    """Bytes of the console's body, not compressed."""
    packed: int
    """Bytes of the same, gzipped."""
    api_server_size: int
    """Bytes of all its bodies, 0 when this row is not about the API server."""


class Fact(msgspec.Struct, frozen=True):
    """One number that is no view."""

    what: str
    promise: str
    measured: str
    beside: str


class Report(msgspec.Struct, frozen=True):
    """All of one run."""

    title: str
    machine: dict[str, str]
    views: tuple[ViewRow, ...]
    facts: tuple[Fact, ...]
    checks: tuple[Check, ...]

    @property
    def broken(self) -> tuple[Check, ...]:
        """The promises that were not kept."""
        return tuple(check for check in self.checks if not check.kept)


def size_text(size: float) -> str:
    """Bytes as people read them, in powers of ten: 5.5 MB, 612 kB."""
    for unit, scale in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if size >= scale:
            return f"{size / scale:.3g} {unit}"
    return f"{size:.0f} B"


def duration_text(milliseconds: float) -> str:
    """Milliseconds as people read them: 0.41 ms, 12 ms, 1.3 s."""
    if milliseconds >= 1000:
        return f"{milliseconds / 1000:.3g} s"
    return f"{milliseconds:.2g} ms" if milliseconds < 100 else f"{milliseconds:.0f} ms"


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table whose columns line up."""
    lines = [list(header), *(list(row) for row in rows)]
    widths = [max(3, *(len(line[column]) for line in lines)) for column in range(len(header))]
    lines.insert(1, ["-" * width for width in widths])
    return "\n".join(
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + " |"
        for line in lines
    )


def render(report: Report) -> str:
    """The whole report as Markdown."""
    clients = sorted({count for row in report.views for count in row.console})
    header = ["page (median / p99)", "promised"]
    header += [f"console, {count} at once" for count in clients]
    header += [f"API server, {count} at once" for count in clients]
    header += ["CPU a view", "body", "gzipped", "API server's body"]
    rows = [
        [
            row.what,
            ", ".join(row.promises) or "-",
            *(_latency_text(row.console.get(count)) for count in clients),
            *(_latency_text(row.api_server.get(count)) if row.api_server_size else "-" for count in clients),
            " / ".join(duration_text(row.console_cpu[count]) for count in sorted(row.console_cpu)),
            size_text(row.size),
            size_text(row.packed),
            size_text(row.api_server_size) if row.api_server_size else "-",
        ]
        for row in report.views
    ]
    facts = [[fact.what, fact.promise or "-", fact.measured, fact.beside or "-"] for fact in report.facts]
    parts = [
        f"# {report.title}",
        "\n".join(f"{name}: {value}" for name, value in report.machine.items()),
        *([table(header, rows)] if rows else []),
        table(["what", "promised", "measured", "beside"], facts),
    ]
    kept = len(report.checks) - len(report.broken)
    parts.append(f"{kept} of {len(report.checks)} promises kept.")
    parts += [f"NOT KEPT: {check}" for check in report.broken]
    return "\n\n".join(parts) + "\n"


def _latency_text(measured: Latency | None) -> str:
    return f"{duration_text(measured.p50)} / {duration_text(measured.p99)}" if measured else "not asked"
