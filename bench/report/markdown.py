"""The report as Markdown: promises first, then absolute figures (pure)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bench.report.model import Check, Report, ViewRow
from bench.report.statistics import Latency, duration_text, size_text


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table with aligned columns."""
    lines = [list(header), *(list(row) for row in rows)]
    widths = [max(3, *(len(line[column]) for line in lines)) for column in range(len(header))]
    lines.insert(1, ["-" * width for width in widths])
    return "\n".join(
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + " |"
        for line in lines
    )


def render(report: Report) -> str:
    """The whole report."""
    parts = [
        f"# {report.title}",
        "\n".join(f"{name}: {value}" for name, value in report.machine.items()),
    ]
    if report.checks:
        parts += ["## Promises", _promises(report.checks)]
    if report.views:
        parts += ["## Views (information)", _views(report.views)]
    if report.facts:
        facts = [[fact.what, fact.measured, fact.beside or "-"] for fact in report.facts]
        parts += ["## Figures (information)", table(["what", "measured", "beside"], facts)]
    if report.checks:
        held = len(report.checks) - len(report.broken)
        parts.append(f"{held} of {len(report.checks)} promises kept.")
    parts += [f"NOT KEPT: {check}" for check in report.broken]
    return "\n\n".join(parts) + "\n"


def _promises(checks: Sequence[Check]) -> str:
    rows = [
        [
            f"{check.row}: {check.promise.what}",
            check.value or "-",
            check.reference or "-",
            f"{check.measured:.3g}",
            str(check.promise),
            "yes" if check.is_met else "NO",
        ]
        for check in checks
    ]
    return table(["what", "measured", "reference", "ratio or number", "promised", "kept"], rows)


def _views(views: Sequence[ViewRow]) -> str:
    clients = sorted({count for row in views for count in row.console})
    header = ["view (median / p99)", *(f"console, {count} at once" for count in clients), "floor"]
    header += [f"API server, {count} at once" for count in clients]
    header += ["CPU a view", "floor's CPU", "body", "gzipped", "API server's body"]
    rows = [
        [
            row.what,
            *(_latency_text(row.console.get(count)) for count in clients),
            f"{_latency_text(row.floor.floor)}, {row.floor.clients} at once" if row.floor else "-",
            *(_latency_text(row.api_server.get(count)) if row.api_server_size else "-" for count in clients),
            " / ".join(duration_text(row.console_cpu[count]) for count in sorted(row.console_cpu)),
            duration_text(row.floor.floor_cpu) if row.floor else "-",
            size_text(row.size),
            size_text(row.gzipped),
            size_text(row.api_server_size) if row.api_server_size else "-",
        ]
        for row in views
    ]
    return table(header, rows)


def _latency_text(measured: Latency | None) -> str:
    return f"{duration_text(measured.p50)} / {duration_text(measured.p99)}" if measured else "not requested"
