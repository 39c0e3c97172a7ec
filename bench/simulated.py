"""The simulator's rows: its speed beside a real API server's, and a console on the large sample world."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from bench import address, cluster, report
from bench.address import Address
from bench.measure import Cell, program
from bench.processes import Console, Process, Simulator, command_line
from bench.report import Check, Fact, Promise, duration_text, percentile, size_text
from bench.speed import PAGE, TOGETHER, Speeds, Task
from bench.views import ADMIN, View
from tests.control_plane import ControlPlane
from yurt_console.tenancy.identity.principals import ADMIN as PLATFORM

PODS = 5000
_WORLD = "edge-500"
_IDLE_SECONDS = 60.0
"""Six rounds of heartbeats."""

_ROWS: tuple[tuple[str, Callable[[Speeds], Sequence[float]]], ...] = (
    (f"{PODS:,} pods in pages of {PAGE}", lambda found: found.paged),
    (f"{PODS:,} pods at once", lambda found: found.whole),
    ("create a pod, one after the other", lambda found: found.create),
    ("patch a pod, one after the other", lambda found: found.patch),
    ("a patch until a watch tells of it", lambda found: found.told),
)


def beside_real(folder: Path, repeats: int) -> list[Fact]:
    """Lists, watches and writes of both, in turn, so that what else the machine does hits both."""
    plane = ControlPlane.start(folder / "speed", controllers=False)
    try:
        with Simulator(folder, "empty") as simulator:
            simulator.wait_ready()
            servers = [address.read(simulator.kubeconfig), address.read(plane.kubeconfig)]
            for server in servers:
                program("speed", Task(server, fill=PODS), Speeds)
            tries: list[list[Speeds]] = [[], []]
            for _ in range(repeats):
                for server, found in zip(servers, tries, strict=True):
                    found.append(program("speed", Task(server), Speeds))
            memory = simulator.memory()
    finally:
        plane.stop()
    ours, theirs = tries
    facts = [_times(what, [of(each) for each in ours], [of(each) for each in theirs]) for what, of in _ROWS]
    rates = [statistics.median(each.patch_rate for each in found) for found in tries]
    facts.append(
        Fact(
            what=f"patches a second, {TOGETHER} at once",
            promise="",
            measured=f"{rates[0]:,.0f}",
            beside=f"{rates[1]:,.0f} ({rates[0] / rates[1]:.2g} x)",
        )
    )
    facts.append(
        Fact(f"memory with {PODS:,} pods, {size_text(ours[0].size)} of JSON", "", size_text(memory), "")
    )
    return facts


def _times(what: str, ours: Sequence[Sequence[float]], theirs: Sequence[Sequence[float]]) -> Fact:
    """Median and 99th percentile of both, and the medians' ratio."""
    own, real = report.latency(ours), report.latency(theirs)
    return Fact(
        what=f"{what} (median / p99)",
        promise="",
        measured=f"{duration_text(own.p50)} / {duration_text(own.p99)}",
        beside=f"{duration_text(real.p50)} / {duration_text(real.p99)} ({own.p50 / real.p50:.2g} x)",
    )


def large_world(folder: Path, repeats: int) -> tuple[list[Fact], list[Check]]:
    """`edge-500` alive, a console on it: the CPU of both, and how soon the console answers."""
    with Simulator(folder, _WORLD) as simulator:
        sown = simulator.wait_ready()
        kubeconfig = simulator.kubeconfig
        command_line("install", "--kubeconfig", str(kubeconfig))
        token = cluster.account(address.read(kubeconfig), cluster.ADMIN_EMAIL, PLATFORM)
        with Console(kubeconfig, folder / "console.log") as console:
            ready = console.wait_ready()
            shares = _shares((simulator, console), _IDLE_SECONDS)
            cells = _pages(console, Address(console.address.url, token), repeats)
            memory = f"{size_text(simulator.memory())} and {size_text(console.memory())}"
    facts = [
        Fact(
            f"{_WORLD}: sown, and served", "", f"{sown:.1f} s", f"a console on it is ready in {ready:.1f} s"
        ),
        Fact(
            f"{_WORLD}: CPU with all heartbeats",
            "",
            f"{shares[0]:.1%} of a core",
            f"the console beside it: {shares[1]:.1%}",
        ),
        Fact(f"{_WORLD}: memory of simulator and console", "", memory, ""),
    ]
    checks = []
    for cell, limit in cells:
        what = f"{_WORLD}: console, {cell.view.what}, {cell.clients} at once (median / p99)"
        found = report.latency(cell.repeats)
        promise = Promise("p99", limit, "ms")
        cpu = duration_text(statistics.median(cell.cpu))
        slowest = duration_text(max(percentile(each, 100) for each in cell.repeats))
        measured = f"{duration_text(found.p50)} / {duration_text(found.p99)}"
        facts.append(Fact(what, str(promise), measured, f"{cpu} of CPU a page, the slowest took {slowest}"))
        checks.append(Check(what, promise, found.p99))
    return facts, checks


def _pages(console: Console, server: Address, repeats: int) -> list[tuple[Cell, float]]:
    """The pages with what the design promises of them, in milliseconds at p99."""
    cells = []
    for path, limits in (("/clusterOverview", {1: 5.0, 20: 5.0}), ("/pods?limit=50", {1: 5.0, 20: 30.0})):
        view = View(what=path, who=ADMIN, console=((path,),), api_server=(), promises={})
        cells += [(Cell(view, server, view.console, clients), limit) for clients, limit in limits.items()]
    for _ in range(repeats):
        for cell, _limit in cells:
            cell.measure(at_least=300, seconds=1.0, watched=console)
    return cells


def _shares(processes: Sequence[Process], seconds: float) -> list[float]:
    """The part of a core that each takes when nobody asks for anything."""
    before = [process.cpu() for process in processes]
    time.sleep(seconds)
    return [(process.cpu() - spent) / seconds for process, spent in zip(processes, before, strict=True)]
