"""Fixtures of several test folders."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import settings

from tests.planes import machine as machines
from tests.planes.control_plane import MISSING, ControlPlane, ControlPlanes, available
from tests.planes.expectations import SIMULATED
from tests.planes.machine import Machine
from tests.planes.plane import Plane
from tests.planes.simulated_plane import SimulatedPlane
from tests.planes.targets import REAL, TARGETS, version_of

pytest_plugins = ("tests.scheduling",)
# The time of an example depends on the load of the machine more than on the code.
settings.register_profile("tests", deadline=None)
settings.load_profile("tests")


@pytest.fixture(scope="session")
def control_planes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControlPlanes]:
    """Real control planes, shared by all tests that do not stop them."""
    planes = ControlPlanes(tmp_path_factory.mktemp("control-planes"))
    yield planes
    planes.stop()


@pytest.fixture(scope="session", params=REAL or [pytest.param(SIMULATED)])
def control_plane(request: pytest.FixtureRequest, control_planes: ControlPlanes) -> ControlPlane:
    """A real control plane."""
    if request.param == SIMULATED:
        pytest.skip(MISSING)
    return control_planes[version_of(request.param)]


@pytest.fixture(scope="session", params=REAL or [pytest.param(SIMULATED)])
def machine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """A machine with real containers, in a cluster of its own."""
    if reason := machines.missing():
        pytest.skip(reason)
    folder = tmp_path_factory.mktemp("machine") / "kube"
    plane = ControlPlane.start(folder, version=version_of(request.param))
    try:
        started = Machine.start(plane, "edge-1")
        yield started
        started.stop()
    finally:
        plane.stop()


@pytest.fixture(scope="session")
def simulated_plane(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimulatedPlane]:
    """One simulated cluster, shared by all tests that do not stop it."""
    plane = SimulatedPlane.start(tmp_path_factory.mktemp("simulated-plane") / "kube")
    yield plane
    plane.stop()


@pytest.fixture(scope="session", params=TARGETS)
def plane(request: pytest.FixtureRequest) -> Plane:
    """The cluster under test: simulated, and real of each version; never stopped or stalled."""
    if request.param == SIMULATED:
        simulated: Plane = request.getfixturevalue("simulated_plane")
        return simulated
    planes: ControlPlanes = request.getfixturevalue("control_planes")
    return planes[version_of(request.param)]


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--record`` is for `tests.conformance.golden`."""
    parser.addoption("--record", action="store_true", help="write golden replies of real API servers")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Report when no test ran on a real control plane, or on a real machine."""
    if not available():
        terminalreporter.write_line(MISSING)
    elif reason := machines.missing():
        terminalreporter.write_line(reason)
