"""Fixtures that more than one folder of tests needs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.control_plane import MISSING, ControlPlane, available


@pytest.fixture(scope="session")
def control_plane(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControlPlane]:
    """One real control plane for all tests that do not stop it, with controllers and OpenYurt 1.7's CRDs."""
    if not available():
        pytest.skip(MISSING)
    plane = ControlPlane.start(tmp_path_factory.mktemp("control-plane") / "kube")
    try:
        plane.install_openyurt("v1.7")
        yield plane
    finally:
        plane.stop()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever asks for a control plane is marked ``real``."""
    for item in items:
        if "control_plane" in getattr(item, "fixturenames", ()):
            item.add_marker("real")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say plainly when the suites for the real control plane were left out."""
    if not available():
        terminalreporter.write_line(MISSING)
