"""Accounts that end before they were whole, or after somebody took something away: nothing of them stays."""

from __future__ import annotations

import pytest

from tests.tenancy.examples import TENANT_NAME
from tests.tenancy.world import EVERYTHING, World, deleted, forward, settled, world
from yurt_console.tenancy.naming import FINALIZER

STEPS = len(world().execute())


def nothing_is_left(of: World) -> None:
    assert of.objects == {}
    assert of.account["metadata"].get("finalizers", []) == []


@pytest.mark.parametrize("made", range(STEPS + 1))
def test_an_account_that_is_deleted_after_any_step_of_its_making_leaves_nothing(made: int) -> None:
    half = world()
    half.execute(stop_after=made)
    half.account["metadata"]["deletionTimestamp"] = half.now.isoformat()
    half.execute()
    nothing_is_left(half)


@pytest.mark.parametrize("kind", EVERYTHING)
@pytest.mark.parametrize("end", ["deleted", "expired"])
def test_an_account_that_ends_while_something_of_it_is_missing_leaves_nothing(kind: str, end: str) -> None:
    lame = deleted() if end == "deleted" else settled()
    assert lame.account["metadata"]["finalizers"] == [FINALIZER]
    gone = [one for one in lame.objects if one[0] == kind or (kind == "Namespace" and one[1] == TENANT_NAME)]
    for place in gone:
        del lame.objects[place]
    lame.now += forward(30)
    lame.execute()
    nothing_is_left(lame)
