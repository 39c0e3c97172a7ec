"""What somebody has to wait for who comes for the first time."""

from __future__ import annotations

import pytest

from tests.e2e.conftest import Visit
from tests.e2e.window.demo import Demo

MOST = 350_000
"""Bytes over the wire, compressed."""
_WEIGHT = """() => performance.getEntriesByType("resource")
  .filter(({ name }) => name.includes("/console/assets/"))
  .concat(performance.getEntriesByType("navigation"))
  .reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0)
"""


@pytest.mark.parametrize("path", ["/login", "/register", "/overview", "/nodes"])
async def test_the_first_page_is_light(visit: Visit, demo: Demo, path: str) -> None:
    visitor = await visit(demo.tenant if path in ("/overview", "/nodes") else None)
    await visitor.load(path)

    weight = await visitor.page.evaluate(_WEIGHT)

    assert 100_000 < weight < MOST
