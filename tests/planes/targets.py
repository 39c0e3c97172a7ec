"""Which clusters tests run on: the simulator always, real control planes of each version that is here."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.conformance.programs.kubectls import MISSING, PROGRAMS
from tests.planes.control_plane import ControlPlane, versions
from tests.planes.expectations import SIMULATED
from tests.planes.plane import RELEASE, Plane
from tests.planes.simulated_plane import SimulatedPlane

REAL = [pytest.param(f"real-{version}", marks=pytest.mark.real) for version in versions()]
TARGETS = [SIMULATED, *REAL]


def version_of(target: str) -> str:
    """The version of a real target, "" for the simulator."""
    return target.removeprefix("real-") if target != SIMULATED else ""


@contextmanager
def started(
    target: str, folder: Path, *, nodes: int = 0, controllers: bool = True, openyurt: str = RELEASE
) -> Iterator[Plane]:
    """A cluster of a test's own, which may be hurt, with OpenYurt of a release ("": none).

    Without ``controllers`` nobody touches what the test writes; the simulator always has its own.
    """
    plane: Plane
    if target == SIMULATED:
        plane = SimulatedPlane.start(folder, nodes=nodes, openyurt=openyurt or RELEASE)
    else:
        plane = ControlPlane.start(folder, version=version_of(target), nodes=nodes, controllers=controllers)
    try:
        if target != SIMULATED and openyurt:
            plane.install_openyurt(openyurt)
        if target == SIMULATED and not openyurt:
            plane.remove_openyurt()
        yield plane
    finally:
        plane.stop()


def kubectl(kubeconfig: Path, *args: str, stdin: str = "") -> str:
    """What a kubectl prints; the test is skipped where there is none."""
    if not PROGRAMS:
        pytest.skip(MISSING)
    command = [
        next(iter(PROGRAMS.values())),
        "--cache-dir",
        str(kubeconfig.parent / "cache"),
        "--kubeconfig",
        str(kubeconfig),
        *args,
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False, input=stdin, timeout=60)
    assert done.returncode == 0, (args, done.stderr)
    return done.stdout
