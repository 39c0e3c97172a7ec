"""``python -m bench``: start a cluster, fill it, run the console on it, measure, print the table.

Exit status 1 when a promise was not kept, 2 when it could not be measured.
"""

from __future__ import annotations

import argparse
import contextlib
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import msgspec

from bench import accounts, cluster, measure, page, registrations, report, simulated, summary
from bench.processes import Console
from bench.report import Report
from bench.scale import Scale
from bench.views import views
from tests.control_plane import MISSING, available
from tests.e2e import browser

_ROOT = Path(__file__).parent.parent


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__.split("\n")[0])
    parser.add_argument("--nodes", type=int, default=1000)
    parser.add_argument("--pods", type=int, default=10_000)
    parser.add_argument("--tenants", type=int, default=50)
    parser.add_argument("--browsers", type=int, default=200, help="open while pods change")
    parser.add_argument("--seconds", type=float, default=30, help="for which pods change under the browsers")
    parser.add_argument("--repeats", type=int, default=3, help="of every measurement; medians are shown")
    parser.add_argument(
        "--keep",
        type=Path,
        metavar="DIR",
        help="keep the filled cluster here, and use it again when it is there",
    )
    parser.add_argument(
        "--simulator",
        action="store_true",
        help="measure the simulator instead: beside the real API server, and its largest sample world",
    )
    parser.add_argument(
        "--operator",
        action="store_true",
        help="measure the operator instead, with --users accounts, and the page that lists them",
    )
    parser.add_argument("--users", type=int, default=1000, help="accounts for --operator")
    parser.add_argument(
        "--page",
        action="store_true",
        help="measure the web page instead, in a browser",
    )
    parser.add_argument(
        "--registrations",
        action="store_true",
        help="measure floods of registrations instead, from one address and from thousands",
    )
    parser.add_argument("--minutes", type=float, default=10, help="for which --page stays on a list")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every number here as well")
    parser.add_argument("--no-check", action="store_true", help="exit 0 whatever was measured")
    return parser.parse_args()


def main() -> int:
    """Measure what the arguments ask for."""
    arguments = _arguments()
    size = Scale(arguments.nodes, arguments.pods, arguments.tenants)
    problem = size.problem() or ("" if available() else MISSING)
    if not problem and arguments.page and not browser.available():
        problem = browser.MISSING
    if problem:
        print(problem, file=sys.stderr)
        return 2
    with contextlib.ExitStack() as cleanup:
        folder = arguments.keep
        if folder is None:
            (_ROOT / ".bench").mkdir(exist_ok=True)
            folder = Path(tempfile.mkdtemp(dir=_ROOT / ".bench"))
            cleanup.callback(shutil.rmtree, folder)
        folder.mkdir(parents=True, exist_ok=True)
        try:
            result = _chosen(arguments)(arguments, size, folder.resolve())
        except (RuntimeError, OSError, subprocess.SubprocessError) as failure:
            print(f"could not measure: {failure}", file=sys.stderr)
            return 2
    print(report.render(result))
    if arguments.json:
        arguments.json.write_bytes(msgspec.json.format(msgspec.json.encode(result)))
    return 1 if result.broken and not arguments.no_check else 0


def _chosen(arguments: argparse.Namespace) -> Callable[[argparse.Namespace, Scale, Path], Report]:
    """What to measure."""
    if arguments.operator:
        return _operator
    if arguments.registrations:
        return _registrations
    if arguments.page:
        return _page
    return _simulator if arguments.simulator else _measure


def _measure(arguments: argparse.Namespace, size: Scale, folder: Path) -> Report:
    machine = summary.machine()
    log = folder / "console.log"
    rows = views(size)
    _say(f"starting a cluster for {size.nodes:,} nodes and {size.pods:,} pods")
    with cluster.start(folder, size) as running:
        _say("time to ready")
        ready = measure.time_to_ready(running, log, arguments.repeats)
        with Console(running.kubeconfig, log) as console:
            console.wait_ready()
            idle = console.memory()
            _say("pages")
            pages = measure.views(rows, console, running, arguments.repeats)
            _say(f"{arguments.browsers} browsers")
            heard, share = measure.changes(console, running, arguments.browsers, arguments.seconds)
            memory, peak = console.memory(), console.peak_memory()
        _say("requests to Kubernetes")
        requests, count = measure.requests_a_view(running, log)
    entries = [
        *(summary.page(row, measured) for row, measured in zip(rows, pages, strict=True)),
        summary.changes(heard, share, arguments.browsers),
        summary.ready(ready),
        summary.memory(idle, memory, peak),
        summary.requests(requests, count),
    ]
    return Report(
        title=f"Yurt Console beside its API server: {size.nodes:,} nodes, {size.pods:,} pods",
        machine=machine,
        views=tuple(pages),
        facts=tuple(fact for fact, _ in entries if fact is not None),
        checks=tuple(check for _, checks in entries for check in checks),
    )


def _operator(arguments: argparse.Namespace, _size: Scale, folder: Path) -> Report:
    machine = summary.machine()
    _say(f"{arguments.users:,} accounts and an operator")
    facts, checks = accounts.kept(folder, arguments.users, arguments.repeats)
    title = f"The operator with {arguments.users:,} accounts"
    return Report(title=title, machine=machine, views=(), facts=tuple(facts), checks=tuple(checks))


def _registrations(_arguments: argparse.Namespace, _size: Scale, folder: Path) -> Report:
    machine = summary.machine()
    _say(f"{registrations.RATE} registrations a second, twice")
    facts, checks = registrations.measure(folder)
    title = "A console, an operator and floods of registrations"
    return Report(title=title, machine=machine, views=(), facts=tuple(facts), checks=tuple(checks))


def _simulator(arguments: argparse.Namespace, _size: Scale, folder: Path) -> Report:
    machine = summary.machine()
    _say(f"{simulated.PODS:,} pods in the simulator and in a real API server")
    facts = simulated.beside_real(folder, arguments.repeats)
    _say("the large sample world, with a console")
    world, checks = simulated.large_world(folder, arguments.repeats)
    return Report(
        title="The simulator: its speed, and edge-500 with a console",
        machine=machine,
        views=(),
        facts=(*facts, *world),
        checks=tuple(checks),
    )


def _page(arguments: argparse.Namespace, size: Scale, folder: Path) -> Report:
    machine = summary.machine()
    _say(f"starting a cluster for {size.nodes:,} nodes and {size.pods:,} pods")
    with (
        cluster.start(folder, size) as running,
        Console(running.kubeconfig, folder / "console.log") as console,
    ):
        console.wait_ready()
        _say(f"all lists in a browser, then {arguments.minutes:g} minutes of changes")
        facts, checks = page.facts(*page.measure(running, console, arguments.repeats, arguments.minutes))
    return Report(
        title=f"The page in a browser: {size.nodes:,} nodes, {size.pods:,} pods",
        machine=machine,
        views=(),
        facts=tuple(facts),
        checks=tuple(checks),
    )


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
