"""The command line of ``python -m bench``."""

from __future__ import annotations

import argparse
from pathlib import Path

from bench.cluster.processes import YURT_CONSOLE


def parse() -> argparse.Namespace:
    """The arguments of this run; exits when they are wrong."""
    parser = argparse.ArgumentParser(
        prog="python -m bench", description="Measure the promised numbers, as ratios within this run."
    )
    _add_size(parser)
    _add_modes(parser)
    parser.add_argument(
        "--keep", type=Path, metavar="DIR", help="keep the filled cluster here, and reuse it when it exists"
    )
    parser.add_argument(
        "--console",
        type=Path,
        metavar="PROGRAM",
        default=YURT_CONSOLE,
        help="the yurt-console that --floor measures, for another checkout's",
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every number here as well")
    parser.add_argument("--no-check", action="store_true", help="exit 0 whatever was measured")
    return parser.parse_args()


def _add_size(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--nodes", type=int, default=1000)
    parser.add_argument("--pods", type=int, default=10_000)
    parser.add_argument("--tenants", type=int, default=50)
    parser.add_argument("--browsers", type=int, default=200, help="open while pods change")
    parser.add_argument("--seconds", type=float, default=30, help="duration of the changes")
    parser.add_argument(
        "--repeats", type=int, default=5, help="rounds of every measurement; medians are shown"
    )
    parser.add_argument("--users", type=int, default=1000, help="accounts for --operator and --against")
    parser.add_argument("--minutes", type=float, default=10, help="duration of the changes for --page")


def _add_modes(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--floor", action="store_true", help="quick: four views beside the floor; with --simulator on that"
    )
    parser.add_argument(
        "--simulator", action="store_true", help="the simulator, beside the real API server, instead"
    )
    parser.add_argument(
        "--operator", action="store_true", help="the operator with --users accounts instead, and their page"
    )
    parser.add_argument("--page", action="store_true", help="the web page in a browser instead")
    parser.add_argument("--registrations", action="store_true", help="floods of registrations instead")
    parser.add_argument(
        "--against",
        type=Path,
        metavar="DIR",
        help="this checkout beside the checkout in DIR (with its .venv) instead: memory, CPU, time to ready",
    )
