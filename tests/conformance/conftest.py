"""Each test that takes ``api`` is asked of the simulator, and of a real API server when it is there."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conformance import golden as golden_replies
from tests.conformance.golden import Golden
from tests.conformance.servers.asking import Cluster
from tests.conformance.servers.place import Place, pretended
from tests.conformance.servers.targets import Target, real, simulator, unique
from tests.planes.control_plane import ControlPlanes
from tests.planes.expectations import SIMULATED
from tests.planes.targets import TARGETS, version_of


@pytest.fixture(scope="session")
def simulated() -> Iterator[Target]:
    """One simulator for all tests."""
    with simulator() as target:
        yield target


@pytest.fixture(scope="session", params=TARGETS)
def api(request: pytest.FixtureRequest) -> Iterator[Target]:
    """An API server, as an administrator sees it."""
    if request.param == SIMULATED:
        yield request.getfixturevalue("simulated")
        return
    planes: ControlPlanes = request.getfixturevalue("control_planes")
    with real(planes[version_of(request.param)]) as target:
        yield target


@pytest.fixture(scope="session", params=TARGETS)
def cluster(request: pytest.FixtureRequest) -> Iterator[Cluster]:
    """An API server with its authentication and authorization, for whoever holds a token."""
    if request.param == SIMULATED:
        with Cluster.simulated() as cluster:
            yield cluster
            cluster.close()
        return
    planes: ControlPlanes = request.getfixturevalue("control_planes")
    cluster = Cluster.real(planes[version_of(request.param)])
    yield cluster
    cluster.close()


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    """What the real API server of this version answers to this test."""
    api: Target | Cluster = request.getfixturevalue("api" if "api" in request.fixturenames else "cluster")
    target = SIMULATED if api.name == SIMULATED else f"real-{api.version}"
    return golden_replies.of(request, target, record=request.config.getoption("--record"))


@pytest.fixture
def namespace(api: Target) -> Iterator[str]:
    """A namespace of the test's own."""
    name = unique()
    api.create("/api/v1/namespaces", {"metadata": {"name": name}})
    yield name
    api.ask("DELETE", f"/api/v1/namespaces/{name}")


@pytest.fixture
def config_maps(namespace: str) -> str:
    """Where ConfigMaps of the test's namespace are."""
    return f"/api/v1/namespaces/{namespace}/configmaps"


@pytest.fixture(scope="session")
def machine(cluster: Cluster) -> Iterator[str]:
    """One more machine of the cluster, by its name."""
    with pretended(cluster) as name:
        yield name


@pytest.fixture
def place(cluster: Cluster, machine: str) -> Iterator[Place]:
    """A namespace of the test's own for pods on ``machine``."""
    place = Place(cluster, machine)
    yield place
    place.admin.ask("DELETE", f"/api/v1/namespaces/{place.namespace}")
