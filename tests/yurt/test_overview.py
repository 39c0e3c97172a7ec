"""The contract's clusterStatus."""

from __future__ import annotations

import msgspec

from yurt_console.yurt.overview import KINDS, cluster_status


def test_every_kind_is_there_in_the_contracts_order_and_spelling() -> None:
    rows = msgspec.to_builtins(cluster_status({"pods": (5, 4), "nodes": (2, 1, 9)}))
    assert [row["kind"] for row in rows] == list(KINDS)
    assert rows[0] == {"kind": "nodes", "totalNum": 2, "healthyNum": 1}
    assert rows[2] == {"kind": "pods", "totalNum": 5, "healthyNum": 4}
    assert rows[7] == {"kind": "cronjobs", "totalNum": 0, "healthyNum": 0}
