"""``python -m bench``: start a cluster, fill it, measure a console on it, print the report.

Exit status 1 for a broken promise, 2 when nothing could be measured.
"""

from __future__ import annotations

import argparse
import contextlib
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import msgspec

from bench import options
from bench.cluster.scale import Scale
from bench.report import markdown
from bench.report.model import Report
from bench.suites import comparison, console, floor, operator, registrations, simulator, web_page
from tests.e2e import browser
from tests.planes.control_plane import MISSING, available

_ROOT = Path(__file__).parent.parent


def main() -> int:
    """Measure what the arguments name."""
    arguments = options.parse()
    size = Scale(arguments.nodes, arguments.pods, arguments.tenants)
    problem = _problem(arguments, size)
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
            report = _measure(arguments, size, folder.resolve())
        except (RuntimeError, OSError, subprocess.SubprocessError) as error:
            print(f"could not measure: {error}", file=sys.stderr)
            return 2
    print(markdown.render(report))
    if arguments.json:
        arguments.json.write_bytes(msgspec.json.format(msgspec.json.encode(report)))
    return 1 if report.broken and not arguments.no_check else 0


def _problem(arguments: argparse.Namespace, size: Scale) -> str:
    """The reason why nothing can be measured, "" when it can."""
    if size.problem():
        return size.problem()
    if not available() and not (arguments.floor and arguments.simulator):
        return MISSING
    if (arguments.page or arguments.operator) and not browser.available():
        return browser.MISSING
    return ""


def _measure(arguments: argparse.Namespace, size: Scale, folder: Path) -> Report:
    """The report of the mode that the arguments name."""
    rounds: int = arguments.repeats
    if arguments.floor and arguments.simulator:
        return floor.on_simulator(folder, arguments.console)
    if arguments.floor:
        return floor.on_cluster(folder, size, arguments.console)
    if arguments.against:
        return comparison.run(folder, size, arguments.against, rounds=rounds, users=arguments.users)
    if arguments.operator:
        return operator.run(folder, arguments.users, rounds)
    if arguments.registrations:
        return registrations.run(folder)
    if arguments.page:
        return web_page.run(folder, size, minutes=arguments.minutes, repeats=rounds)
    if arguments.simulator:
        return simulator.run(folder, rounds)
    return console.run(folder, size, browsers=arguments.browsers, seconds=arguments.seconds, rounds=rounds)


if __name__ == "__main__":
    sys.exit(main())
