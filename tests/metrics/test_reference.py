"""The reference of metrics: every family that a program exposes stands in it, and no other."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from tests.api.world import build
from yurt_console.api import metrics as console
from yurt_console.metrics import exposition
from yurt_console.operator.metrics import collectors as operator
from yurt_console.operator.stats import OperatorStats

REFERENCE = Path(__file__).parents[2] / "docs" / "reference" / "metrics.md"
SUFFIXES = {"counter": "_total", "info": "_info"}
"""What the text format adds to a family's name."""


class Row(NamedTuple):
    """One family as the reference has it."""

    name: str
    type: str
    labels: tuple[str, ...]
    text: str


def rows(heading: str) -> list[Row]:
    """The rows of the table under a heading."""
    section = re.split(r"^## ", REFERENCE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    [found] = [part for part in section if part.startswith(f"{heading}\n")]
    table = [line for line in found.splitlines() if line.startswith("| `")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in table]
    return [
        Row(name.strip("`"), kind, tuple(re.findall(r"`([a-z]+)`", labels)), text.replace("\\", ""))
        for name, kind, labels, text in cells
    ]


def exposed(*collectors: Collector) -> list[Row]:
    """What collectors expose."""
    return [as_row(family) for collector in collectors for family in collector.collect()]


def as_row(family: Metric) -> Row:
    labels = getattr(family, "_labelnames", ())  # also of a family without samples
    kind = "gauge" if family.type == "info" else family.type
    return Row(family.name + SUFFIXES.get(family.type, ""), kind, tuple(labels), family.documentation)


def shared() -> Iterator[Collector]:
    """The collectors that every program has, in the order of `exposition.registry`."""
    yield exposition.BuildInfo()
    yield exposition.RestClientMetrics(Counter(), "kubernetes:6443")


def without(rows: Iterable[Row], others: Iterable[Row]) -> list[Row]:
    names = {other.name for other in others}
    return [row for row in rows if row.name not in names]


async def test_every_metric_of_serve_stands_in_the_reference() -> None:
    world = await build()
    try:
        found = exposed(*console.all_collectors(world.console))
    finally:
        await world.console.cluster.impersonator.close()
        await world.client.close()

    assert rows("serve") == without(found, rows("Both"))


def test_every_metric_of_operator_stands_in_the_reference() -> None:
    found = exposed(*operator.all_collectors(OperatorStats(), "https://kubernetes:6443"))

    assert rows("operator") == without(found, rows("Both"))


def test_every_metric_of_both_stands_in_the_reference() -> None:
    build_info, requests = exposed(*shared())
    assert rows("Both")[:2] == [build_info._replace(labels=("version",)), requests]

    names = [as_row(family).name for family in exposition.registry().collect()]
    assert [row.name for row in rows("Both")] == [names[0], requests.name, *names[1:]]


def test_rows_are_told_apart_by_each_of_their_cells() -> None:
    [row, *_] = exposed(*operator.all_collectors(OperatorStats(), "https://kubernetes:6443"))

    assert row in rows("operator")
    others = (row._replace(name="a"), row._replace(type="a"), row._replace(labels=()), row._replace(text="a"))
    assert not set(others) & set(rows("operator"))
