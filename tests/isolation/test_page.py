"""docs/isolation.md names tests that exist, and every test of attacks is named there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
ABOUT_THE_PRODUCT_ITSELF = {
    "test_check_says_that_the_webhook_is_asked",
    "test_a_kubelet_that_restarts_finds_its_node",
    "test_administrators_nodes_join_as_ever",
    "test_other_namespaces_are_not_asked_about",
    "test_a_tenants_pod_is_sent_to_the_tenants_nodes",
}
"""Tests beside the attacks: what must go on working."""


def names_of_tests(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    functions = (node for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return {one.name for one in functions if one.name.startswith("test_")}


def test_every_test_that_the_page_names_is_there_and_no_attack_is_left_out() -> None:
    text = (ROOT / "docs" / "isolation.md").read_text(encoding="utf-8")
    named = {(file, name) for file, name in NAMED.findall(text)}
    assert len(named) > 30
    assert {(file, name) for file, name in named if name not in names_of_tests(ROOT / file)} == set()
    here = {name for file in Path(__file__).parent.glob("test_*.py") for name in names_of_tests(file)}
    ours = names_of_tests(Path(__file__))
    assert here - ours - ABOUT_THE_PRODUCT_ITSELF <= {name for _, name in named}
