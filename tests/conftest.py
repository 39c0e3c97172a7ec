"""Fixtures that more than one folder of tests needs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import settings

from tests.control_plane import MISSING, ControlPlane, available
from tests.plane import RELEASE, Plane
from tests.simulated_plane import SimulatedPlane
from tests.targets import SIMULATED, TARGETS

# How long an example takes says more about what else this machine does than about the code.
settings.register_profile("tests", deadline=None)
settings.load_profile("tests")


@pytest.fixture(scope="session")
def control_plane(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControlPlane]:
    """One real control plane for all tests that do not stop it, with controllers and OpenYurt 1.7's CRDs."""
    if not available():
        pytest.skip(MISSING)
    plane = ControlPlane.start(tmp_path_factory.mktemp("control-plane") / "kube")
    try:
        plane.install_openyurt(RELEASE)
        yield plane
    finally:
        plane.stop()


@pytest.fixture(scope="session")
def simulated_plane(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimulatedPlane]:
    """One simulated cluster for all tests that do not stop it."""
    plane = SimulatedPlane.start(tmp_path_factory.mktemp("simulated-plane") / "kube")
    yield plane
    plane.stop()


@pytest.fixture(scope="session", params=TARGETS)
def plane(request: pytest.FixtureRequest) -> Plane:
    """The cluster under test: simulated, and real where one is at hand; never stopped or stalled."""
    name = "simulated_plane" if request.param == SIMULATED else "control_plane"
    found: Plane = request.getfixturevalue(name)
    return found


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever asks for the real control plane is marked ``real``."""
    for item in items:
        if "control_plane" in getattr(item, "fixturenames", ()):
            item.add_marker("real")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say plainly when nothing ran on a real control plane."""
    if not available():
        terminalreporter.write_line(MISSING)
