"""The contract's clusterStatus."""

from __future__ import annotations

import msgspec

from yurt_console.kinds.registry import ON_OVERVIEW
from yurt_console.yurt.overview import cluster_status


def test_every_kind_is_there_in_the_contracts_order_and_spelling() -> None:
    rows = msgspec.to_builtins(cluster_status(ON_OVERVIEW, {"pods": (5, 4), "nodes": (2, 1, 9)}))
    assert [row["kind"] for row in rows] == list(ON_OVERVIEW)
    assert rows[0] == {"kind": "nodes", "totalNum": 2, "healthyNum": 1, "troubles": []}
    assert rows[2] == {"kind": "pods", "totalNum": 5, "healthyNum": 4, "troubles": []}
    assert rows[7] == {"kind": "cronjobs", "totalNum": 0, "healthyNum": 0, "troubles": []}


def test_what_is_wrong_is_told_most_frequent_first_and_never_without_an_end() -> None:
    words = {"Error": 2, "Pending": 7, "CrashLoopBackOff": 2, "A": 1, "B": 1, "C": 1}
    rows = msgspec.to_builtins(cluster_status(ON_OVERVIEW, {"pods": (20, 6)}, {"pods": words}))
    assert [(trouble["status"], trouble["num"]) for trouble in rows[2]["troubles"]] == [
        ("Pending", 7),
        ("CrashLoopBackOff", 2),
        ("Error", 2),
        ("A", 1),
        ("B", 1),
    ]
