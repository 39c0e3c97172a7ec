"""The quick mode: the console beside the floor, for four views."""

from __future__ import annotations

from pathlib import Path

import msgspec

from bench.cluster import filled
from bench.cluster.endpoint import Endpoint, fetch, read_kubeconfig
from bench.cluster.processes import YURT_CONSOLE, Console, Simulator, run_cli
from bench.cluster.scale import Scale
from bench.report.machine import machine
from bench.report.model import Report, report
from bench.suites.page_views import FLOOR_CLIENTS, checks, measure_views
from bench.suites.views import ADMIN, floor_views
from yurt_console.tenancy.identity.principals import ADMIN as ADMIN_ROLE

SEED = "edge-500"
_ROUNDS = 5
_SECONDS = 0.5


class _Total(msgspec.Struct):
    total: int


def on_cluster(folder: Path, size: Scale, program: Path = YURT_CONSOLE) -> Report:
    """Measure on a real, filled API server."""
    with filled.start(folder, size) as cluster:
        return measure(cluster.kubeconfig, cluster.accounts.admin, folder, program)


def on_simulator(folder: Path, program: Path = YURT_CONSOLE) -> Report:
    """Measure on the simulator with its largest seed."""
    with Simulator(folder, SEED) as simulator:
        simulator.wait_ready()
        kubeconfig = simulator.kubeconfig
        run_cli("install", "--kubeconfig", str(kubeconfig))
        token = filled.account(read_kubeconfig(kubeconfig), filled.ADMIN_EMAIL, ADMIN_ROLE)
        return measure(kubeconfig, token, folder, program)


def measure(kubeconfig: Path, token: str, folder: Path, program: Path = YURT_CONSOLE) -> Report:
    """CPU a view and p99 with 20 clients, of console and floor. Raises RuntimeError."""
    with Console(kubeconfig, folder / "console.log", program=program) as console:
        console.wait_ready()
        admin = Endpoint(console.endpoint.url, token)
        nodes, pods = (
            msgspec.json.decode(fetch(admin, f"/{resource}?limit=1"), type=_Total).total
            for resource in ("nodes", "pods")
        )
        views = floor_views(Scale(nodes=nodes, pods=pods))
        rows = measure_views(
            views,
            console,
            {ADMIN: token},
            folder,
            _ROUNDS,
            clients=(FLOOR_CLIENTS,),
            seconds=_SECONDS,
        )
    title = f"The console beside the floor: {nodes:,} nodes, {pods:,} pods"
    return report(title, machine(), checks(views, rows), views=tuple(rows))
