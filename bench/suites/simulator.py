"""The mode ``--simulator``: its speed beside a real API server's, and a console on its largest seed."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from bench.cluster import filled
from bench.cluster.endpoint import read_kubeconfig
from bench.cluster.processes import Console, Process, Simulator, run_cli
from bench.load.api_server_speed import CONCURRENCY, PAGE, Speeds, SpeedTask
from bench.load.programs import run_program
from bench.report.machine import machine
from bench.report.model import Fact, Report, Section, report
from bench.report.statistics import duration_text, latency, size_text
from bench.suites.page_views import checks, measure_views
from bench.suites.views import ADMIN, CACHED, Promises, View
from tests.planes.control_plane import ControlPlane
from yurt_console.tenancy.identity.principals import ADMIN as ADMIN_ROLE

PODS = 5000
SEED = "edge-500"
_IDLE_SECONDS = 60.0
"""Six rounds of heartbeats."""
_VIEWS = tuple(
    View(
        what=f"{SEED}: {target}",
        role=ADMIN,
        console=((target,),),
        promises=Promises(floor=CACHED),
    )
    for target in ("/clusterOverview", "/pods?limit=50")
)
_ROWS: tuple[tuple[str, Callable[[Speeds], Sequence[float]]], ...] = (
    (f"{PODS:,} pods in pages of {PAGE}", lambda speeds: speeds.paged),
    (f"{PODS:,} pods at once", lambda speeds: speeds.whole),
    ("create a pod, one after another", lambda speeds: speeds.create),
    ("patch a pod, one after another", lambda speeds: speeds.patch),
    ("a patch until a watch delivers it", lambda speeds: speeds.watched),
)


def run(folder: Path, repeats: int) -> Report:
    """Measure the simulator. Raises RuntimeError."""
    before = machine()
    speed = _beside_api_server(folder, repeats)
    with Simulator(folder, SEED) as simulator:
        seeded = simulator.wait_ready()
        kubeconfig = simulator.kubeconfig
        run_cli("install", "--kubeconfig", str(kubeconfig))
        token = filled.account(read_kubeconfig(kubeconfig), filled.ADMIN_EMAIL, ADMIN_ROLE)
        with Console(kubeconfig, folder / "console.log") as console:
            ready = console.wait_ready()
            shares = _cpu_shares((simulator, console))
            rows = measure_views(_VIEWS, console, {ADMIN: token}, folder, repeats)
            memory = f"{size_text(simulator.memory())} and {size_text(console.memory())}"
    facts = (
        Fact(f"{SEED}: seeded and serving", f"{seeded:.1f} s", f"a console on it is ready in {ready:.1f} s"),
        Fact(f"{SEED}: CPU with all heartbeats", f"{shares[0]:.1%} of a core", f"console {shares[1]:.1%}"),
        Fact(f"{SEED}: memory of simulator and console", memory),
    )
    return report(
        f"The simulator: its speed, and {SEED} with a console",
        before,
        speed,
        Section(facts),
        checks(_VIEWS, rows),
        views=tuple(rows),
    )


def _beside_api_server(folder: Path, repeats: int) -> Section:
    """Lists, watches and writes of simulator and API server, in turn."""
    plane = ControlPlane.start(folder / "speed", controllers=False)
    try:
        with Simulator(folder, "empty") as simulator:
            simulator.wait_ready()
            servers = [read_kubeconfig(simulator.kubeconfig), read_kubeconfig(plane.kubeconfig)]
            for server in servers:
                run_program("api_server_speed", SpeedTask(server, fill=PODS), Speeds)
            results: list[list[Speeds]] = [[], []]
            for _ in range(repeats):
                for server, speeds in zip(servers, results, strict=True):
                    speeds.append(run_program("api_server_speed", SpeedTask(server), Speeds))
            memory = simulator.memory()
    finally:
        plane.stop()
    simulated, real = results
    rates = [statistics.median(each.patch_rate for each in speeds) for speeds in results]
    return Section(
        (
            *(
                _times(what, [of(each) for each in simulated], [of(each) for each in real])
                for what, of in _ROWS
            ),
            Fact(
                f"patches a second, {CONCURRENCY} at once",
                f"{rates[0]:,.0f}",
                f"API server {rates[1]:,.0f} ({rates[0] / rates[1]:.2g} x)",
            ),
            Fact(f"memory with {PODS:,} pods, {size_text(simulated[0].size)} of JSON", size_text(memory)),
        )
    )


def _times(what: str, simulated: Sequence[Sequence[float]], real: Sequence[Sequence[float]]) -> Fact:
    """Median and 99th percentile of both, and the ratio of the medians."""
    own, reference = latency(simulated), latency(real)
    return Fact(
        f"{what} (median / p99)",
        f"{duration_text(own.p50)} / {duration_text(own.p99)}",
        f"API server {duration_text(reference.p50)} / {duration_text(reference.p99)} "
        f"({own.p50 / reference.p50:.2g} x)",
    )


def _cpu_shares(processes: Sequence[Process]) -> list[float]:
    """The part of a core that each process takes while nothing is requested."""
    before = [process.cpu() for process in processes]
    time.sleep(_IDLE_SECONDS)
    return [(process.cpu() - spent) / _IDLE_SECONDS for process, spent in zip(processes, before, strict=True)]
