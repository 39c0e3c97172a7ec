"""Fixtures for test modules that say ``pytest_plugins = ("tests.conformance.guarded",)``."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conformance.asking import Cluster
from tests.targets import SIMULATED, TARGETS


@pytest.fixture(scope="session")
def guarded_simulator() -> Iterator[Cluster]:
    """One simulated cluster for all tests."""
    with Cluster.simulated() as cluster:
        yield cluster
        cluster.close()


@pytest.fixture(scope="session", params=TARGETS)
def cluster(request: pytest.FixtureRequest) -> Iterator[Cluster]:
    """The API server under test; tests clean up what they make."""
    if request.param == SIMULATED:
        yield request.getfixturevalue("guarded_simulator")
        return
    cluster = Cluster.real(request.getfixturevalue("control_plane"))
    yield cluster
    cluster.close()
