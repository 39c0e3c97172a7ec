"""The operator while the API server is away: it stays, and goes on when the server is back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.operator.process import Operator
from tests.planes.targets import TARGETS, started
from tests.planes.waiting import until
from yurt_console.cli import main


@pytest.fixture(params=TARGETS)
def operator(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Operator]:
    """An operator on a cluster of its own, which may be hurt."""
    with started(request.param, tmp_path / "kube", openyurt="") as plane:
        operator = Operator(plane, plane.kubeconfig, tmp_path / "operator.log")
        try:
            operator.start()  # before the User kind exists: it waits for it
            until(lambda: "waiting for yurt-console install" in operator.log.read_text(), 10, "it says so")
            assert main.main(["install", "--kubeconfig", str(plane.kubeconfig)]) == 0
            yield operator
        finally:
            operator.stop()


def test_it_outlives_the_api_server_and_forgotten_history(operator: Operator) -> None:
    operator.effective(operator.create("before@example.com"))
    operator.plane.kill()
    operator.plane.compact()  # what happened before is forgotten: the watch answers 410
    operator.plane.restart()
    operator.effective(operator.create("after@example.com"), 15)
    assert operator.stop() == 0


def test_it_can_be_stopped_while_the_api_server_is_away(operator: Operator) -> None:
    operator.effective(operator.create("before@example.com"))
    operator.plane.kill()
    assert operator.stop() == 0
