"""Distribution of tests over workers of pytest-xdist: one module at a time, slow folders first.

The unit is a module, because its fixtures start processes; a folder with one shared platform is one unit.
xdist itself starts with the modules with most tests; here those with the fewest take longest.
"""

from __future__ import annotations

from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

WHOLE = ("tests/isolation", "tests/e2e")
"""Folders with one shared platform."""
SLOW = (
    *WHOLE,
    "tests/operator",
    "tests/journeys",
    "tests/soak",
    "tests/cli",
    "tests/conformance",
    "tests/kubesim",
)
"""Folders of tests that start processes or try thousands of examples, in the order in which they begin."""


def unit(nodeid: str) -> str:
    """The module, or folder, that one worker runs as a whole."""
    module = nodeid.split("::", 1)[0]
    return next((folder for folder in WHOLE if module.startswith(f"{folder}/")), module)


def place(nodeid: str) -> int:
    """Sort key: tests with the lowest start first."""
    return next((place for place, folder in enumerate(SLOW) if nodeid.startswith(f"{folder}/")), len(SLOW))


class ModuleScheduling(LoadScopeScheduling):  # type: ignore[misc] # xdist has no types
    """Gives each worker the next unit before it finishes the current one."""

    def _split_scope(self, nodeid: str) -> str:
        return unit(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ModuleScheduling:
    """Replace the scheduler of ``--dist``."""
    config.option.loadscopereorder = False
    return ModuleScheduling(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Bring the slow folders to the front where several workers share the tests."""
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: place(item.nodeid))
