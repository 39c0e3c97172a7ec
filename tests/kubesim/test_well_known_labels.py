"""The simulated OpenYurt and the console spell OpenYurt's words alike, each by itself."""

from __future__ import annotations

import pytest

from kubesim.openyurt import well_known_labels as simulated
from yurt_console import custom_resources
from yurt_console.yurt import well_known_labels as ours

NAMES = [name for name in vars(simulated) if name.isupper() and name != "NODE_POOLS"]


@pytest.mark.parametrize("name", NAMES)
def test_a_label_is_spelled_as_the_console_spells_it(name: str) -> None:
    assert getattr(simulated, name) == getattr(ours, name)


def test_node_pools_are_served_as_the_console_reads_them() -> None:
    assert simulated.NODE_POOLS == custom_resources.NODE_POOLS
    assert len(NAMES) == 7


def test_the_simulator_knows_no_label_of_tenants() -> None:
    assert not [name for name in NAMES if "TENANT" in name]
