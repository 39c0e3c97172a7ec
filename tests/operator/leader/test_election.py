"""Several operators at one cluster: one leads, and another takes over from it however it ends."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from apimachinery.resources import EVENTS, LEASES
from tests.operator.process import Operator, credentials
from tests.planes.plane import Plane
from tests.planes.waiting import until
from yurt_console.custom_resources import USERS
from yurt_console.operator.process import LOST

__all__ = ["credentials"]


@pytest.fixture
def pair(installed: Plane, credentials: Path, tmp_path: Path) -> Iterator[tuple[Operator, Operator]]:
    """A leader, and a second one that waits."""
    leader = Operator(installed, credentials, tmp_path / "leader.log")
    other = Operator(installed, credentials, tmp_path / "other.log")
    with leading(leader, other):
        yield leader, other


@pytest.fixture
def pair_in_earnest(
    installed: Plane, credentials: Path, tmp_path: Path
) -> Iterator[tuple[Operator, Operator]]:
    """The same with the Lease as long as it is by default."""
    leader = Operator(installed, credentials, tmp_path / "leader.log", more=())
    other = Operator(installed, credentials, tmp_path / "other.log", more=())
    with leading(leader, other):
        yield leader, other


@contextmanager
def leading(leader: Operator, other: Operator) -> Iterator[None]:
    """The first leads and the second waits; both are stopped in the end."""
    try:
        leader.start()
        until(lambda: leads(leader), 20, "the first leads")
        other.start()
        until(lambda: "leads; waiting" in other.log.read_text(), 20, "the second waits")
        yield
    finally:
        for operator in (leader, other):
            if operator.process is not None:
                operator.process.send_signal(signal.SIGCONT)
            operator.stop()  # gives the Lease back, for whoever comes next


def leads(operator: Operator) -> bool:
    return holder(operator.plane) in operator.log.read_text() and " leads\n" in operator.log.read_text()


def holder(plane: Plane) -> str:
    found = plane.api.find(LEASES, "yurt-console-operator", "yurt-console")
    return str(found["spec"].get("holderIdentity") or "nobody") if found else "nobody"


def test_a_clean_stop_hands_over_at_once(pair: tuple[Operator, Operator]) -> None:
    leader, other = pair
    begun = time.monotonic()
    assert leader.stop() == 0
    assert time.monotonic() - begun < 3
    assert f"{holder(leader.plane)} leads" not in leader.log.read_text(), "the Lease was not given back"
    until(lambda: leads(other), 5, "the second leads")
    other.effective(other.create("handed@example.com"))


def test_a_frozen_leader_is_replaced_and_does_nothing_when_it_wakes_up(
    pair_in_earnest: tuple[Operator, Operator],
) -> None:
    leader, other = pair_in_earnest
    frozen = leader.process
    assert frozen is not None
    name = leader.create("before@example.com")
    leader.effective(name)
    os.kill(frozen.pid, signal.SIGSTOP)
    begun = time.monotonic()
    meanwhile = other.create("meanwhile@example.com")
    other.effective(meanwhile, 30)
    assert time.monotonic() - begun < 30
    assert leads(other)
    last = leader.log.read_text()
    other.plane.api.patch(USERS, meanwhile, {"metadata": {"labels": {"touched": "true"}}})
    os.kill(frozen.pid, signal.SIGCONT)
    assert frozen.wait(10) == LOST
    leader.process = None
    said = leader.log.read_text().removeprefix(last)
    assert "lost the Lease" in said
    assert meanwhile not in said
    assert other.process is not None
    assert other.process.poll() is None


def test_everything_is_done_once_however_many_operators_run(pair: tuple[Operator, Operator]) -> None:
    leader, other = pair
    names = [leader.create(f"once-{number}@example.com") for number in range(5)]
    for name in names:
        leader.effective(name)

    def told() -> list[str]:
        return [
            event["involvedObject"]["name"]
            for event in leader.plane.api.list(EVENTS, "default")
            if event["reason"] == "Prepared" and event["involvedObject"]["name"] in names
        ]

    until(lambda: set(told()) == set(names), 10, "each account's Event is there")
    assert len(told()) == len(names)
    assert not any(name in other.log.read_text() for name in names)


def test_a_killed_leader_is_replaced(pair: tuple[Operator, Operator]) -> None:
    leader, other = pair
    leader.stop(signal.SIGKILL)
    other.effective(other.create("killed-leader@example.com"), 15)
