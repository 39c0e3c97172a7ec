"""The report of one run: promises, what was measured for them, and absolute figures (pure)."""

from __future__ import annotations

import msgspec

from bench.report.statistics import Latency


class Promise(msgspec.Struct, frozen=True):
    """An upper bound. ``unit`` says what the number is of: "x the floor", "%", or "" for a count."""

    what: str
    limit: float
    unit: str

    def is_met(self, measured: float) -> bool:
        """Whether ``measured`` is within the bound."""
        return measured <= self.limit

    def __str__(self) -> str:
        return f"<= {self.limit:g} {self.unit}".rstrip()


class Check(msgspec.Struct, frozen=True):
    """A promise about ``row`` and the number compared with it.

    For a ratio, ``value`` and ``reference`` are its two absolute figures as text.
    """

    row: str
    promise: Promise
    measured: float
    value: str = ""
    reference: str = ""

    @property
    def is_met(self) -> bool:
        """Whether the number is within the bound."""
        return self.promise.is_met(self.measured)

    def __str__(self) -> str:
        measured = f"{self.measured:.4g} {self.promise.unit}".rstrip()
        return f"{self.row}: {self.promise.what} was {measured}, promised <= {self.promise.limit:g}"


class FloorComparison(msgspec.Struct, frozen=True):
    """One view beside the floor with the same clients; ratios are medians over interleaved rounds."""

    clients: int
    floor: Latency
    floor_cpu: float
    """Milliseconds of the floor's CPU for one view."""
    cpu_ratio: float
    p99_ratio: float


class ViewRow(msgspec.Struct, frozen=True, kw_only=True):
    """Absolute figures of one view, keyed by the number of clients at once."""

    what: str
    console: dict[int, Latency]
    console_cpu: dict[int, float]
    """Milliseconds of the console's CPU for one view."""
    floor: FloorComparison | None
    api_server: dict[int, Latency]
    """Without an entry where the replies would exceed the memory of the machine."""
    size: int
    """Bytes of the console's body, not compressed."""
    gzipped: int
    api_server_size: int
    """Bytes of all its bodies, 0 when this row has no request to the API server."""


class Fact(msgspec.Struct, frozen=True):
    """A figure without a promise; ``beside`` is what to compare it with."""

    what: str
    measured: str
    beside: str = ""


class Report(msgspec.Struct, frozen=True):
    """Everything that one run measured."""

    title: str
    machine: dict[str, str]
    views: tuple[ViewRow, ...]
    facts: tuple[Fact, ...]
    checks: tuple[Check, ...]

    @property
    def broken(self) -> tuple[Check, ...]:
        """Broken promises."""
        return tuple(check for check in self.checks if not check.is_met)


class Section(msgspec.Struct, frozen=True):
    """Facts and checks of one measurement, for a `Report`."""

    facts: tuple[Fact, ...] = ()
    checks: tuple[Check, ...] = ()


def report(
    title: str, machine: dict[str, str], *sections: Section, views: tuple[ViewRow, ...] = ()
) -> Report:
    """A `Report` of several sections, in their order."""
    return Report(
        title=title,
        machine=machine,
        views=views,
        facts=tuple(fact for section in sections for fact in section.facts),
        checks=tuple(check for section in sections for check in section.checks),
    )
