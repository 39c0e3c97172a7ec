"""The mode ``--against``: this checkout beside another one on the same clusters, in interleaved rounds."""

from __future__ import annotations

import statistics
from pathlib import Path
from typing import Final

import msgspec

from bench.cluster import filled
from bench.cluster.filled import Cluster
from bench.cluster.processes import YURT_CONSOLE, Console, Operator
from bench.cluster.scale import Scale
from bench.report.machine import machine
from bench.report.model import Fact, Report, Section, ViewRow, report
from bench.report.statistics import duration_text, size_text
from bench.suites.operator import register, wait_effective
from bench.suites.page_views import FLOOR_CLIENTS, measure_views
from bench.suites.views import ADMIN, View, floor_views
from tests.planes.control_plane import ControlPlane

HERE, OTHER = "here", "other"
_OPERATOR_ROUNDS: Final = 3


class _ConsoleRound(msgspec.Struct, frozen=True):
    ready: float
    memory_ready: int
    memory_after: int
    rows: list[ViewRow]


def run(folder: Path, size: Scale, other: Path, *, rounds: int, users: int) -> Report:
    """Memory, CPU a view and time to ready of both, medians over ``rounds``.

    ``other`` is a checkout with its ``.venv``. Consoles run on the filled cluster; operators with ``users``
    accounts on one of their own, with controllers. Raises RuntimeError.
    """
    before = machine()
    programs = {HERE: YURT_CONSOLE, OTHER: other / ".venv" / "bin" / "yurt-console"}
    if not programs[OTHER].exists():
        raise RuntimeError(f"{programs[OTHER]} does not exist")
    views = floor_views(size)
    consoles: dict[str, list[_ConsoleRound]] = {name: [] for name in programs}
    with filled.start(folder, size) as cluster:
        for number in range(rounds):
            for name, program in _in_turn(programs, number):
                consoles[name].append(_console_round(cluster, folder, program, views))
    operators = _operators(folder, programs, users)
    return report(
        f"This checkout beside another: {size.nodes:,} nodes, {size.pods:,} pods, {users:,} accounts",
        {**before, "other": str(other)},
        _console_section(consoles, views),
        _operator_section(operators, users),
    )


def _console_round(cluster: Cluster, folder: Path, program: Path, views: tuple[View, ...]) -> _ConsoleRound:
    with Console(cluster.kubeconfig, folder / "console.log", program=program) as console:
        ready = console.wait_ready()
        memory_ready = console.memory()
        rows = measure_views(
            views, console, {ADMIN: cluster.accounts.admin}, folder, 1, clients=(FLOOR_CLIENTS,)
        )
        return _ConsoleRound(ready, memory_ready, console.memory(), rows)


def _operators(folder: Path, programs: dict[str, Path], users: int) -> dict[str, list[int]]:
    """Resident bytes of each operator once it is idle, by round."""
    memory: dict[str, list[int]] = {name: [] for name in programs}
    log = folder / "operator.log"
    plane = ControlPlane.start(folder / "operators")
    try:
        filled.install(plane)
        register(plane.api, users)
        with Operator(plane.kubeconfig, log) as operator:
            wait_effective(plane.api, operator, users)
        for number in range(_OPERATOR_ROUNDS):
            for name, program in _in_turn(programs, number):
                with Operator(plane.kubeconfig, log, program) as operator:
                    operator.wait_idle()
                    memory[name].append(operator.memory())
    finally:
        plane.stop()
    return memory


def _in_turn(programs: dict[str, Path], number: int) -> list[tuple[str, Path]]:
    """Both programs; every other round begins with the other one."""
    return list(programs.items())[:: -1 if number % 2 else 1]


def _console_section(rounds: dict[str, list[_ConsoleRound]], views: tuple[View, ...]) -> Section:
    def both(what: str, unit: str, values: dict[str, float]) -> Fact:
        return _fact(what, unit, values[HERE], values[OTHER])

    def medians(of: str) -> dict[str, float]:
        return {
            name: statistics.median(getattr(each, of) for each in found) for name, found in rounds.items()
        }

    facts = [
        both("serve: time to ready", "s", medians("ready")),
        both("serve: memory when ready", "bytes", medians("memory_ready")),
        both("serve: memory after the views", "bytes", medians("memory_after")),
    ]
    for index, view in enumerate(views):
        cpu, p99, ratio = (
            {
                name: statistics.median(of(each.rows[index]) for each in found)
                for name, found in rounds.items()
            }
            for of in (_cpu, _p99, _cpu_ratio)
        )
        facts += [
            both(f"{view.what}: CPU a view, {FLOOR_CLIENTS} clients", "ms", cpu),
            both(f"{view.what}: CPU a view", "x the floor", ratio),
            both(f"{view.what}: p99, {FLOOR_CLIENTS} clients", "ms", p99),
        ]
    return Section(tuple(facts))


def _operator_section(memory: dict[str, list[int]], users: int) -> Section:
    here, other = (statistics.median(memory[name]) for name in (HERE, OTHER))
    return Section((_fact(f"operator: memory when idle, {users:,} accounts", "bytes", here, other),))


def _cpu(row: ViewRow) -> float:
    return row.console_cpu[FLOOR_CLIENTS]


def _p99(row: ViewRow) -> float:
    return row.console[FLOOR_CLIENTS].p99


def _cpu_ratio(row: ViewRow) -> float:
    return row.floor.cpu_ratio if row.floor else 0.0


def _fact(what: str, unit: str, here: float, other: float) -> Fact:
    return Fact(what, _text(here, unit), f"other: {_text(other, unit)}; here / other = {here / other:.2f}")


def _text(value: float, unit: str) -> str:
    match unit:
        case "bytes":
            return size_text(value)
        case "ms":
            return duration_text(value)
        case _:
            return f"{value:.2f} {unit}"
