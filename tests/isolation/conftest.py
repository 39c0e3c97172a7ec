"""One platform for all isolation tests: cluster, operator with webhook, console, two tenants."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.isolation.platform import running
from tests.isolation.tenants import Two, register
from tests.journeys.product import Product
from tests.planes.installed import identity
from tests.planes.targets import TARGETS


@pytest.fixture(scope="package", params=TARGETS)
def two(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Two]:
    """The whole product as processes with the permissions of their own ServiceAccounts."""
    folder = tmp_path_factory.mktemp("isolation")
    with running(request.param, folder) as platform:
        product = Product(platform.plane, folder)
        try:
            product.serve("--kubeconfig", str(identity(platform.plane, "yurt-console", folder)))
            yield Two(
                platform,
                product,
                *(register(platform, product, word) for word in ("quarry", "sawmill")),
            )
            assert "Traceback" not in (folder / "serve.log").read_text()
        finally:
            product.stop()
