"""Node autonomy: only edge workers have it, by any of OpenYurt's annotations."""

from __future__ import annotations

import pytest

from kubesim.openyurt.autonomy import is_autonomous

_EDGE = {"openyurt.io/is-edge-worker": "true"}
_DURATION = "node.openyurt.io/autonomy-duration"


@pytest.mark.parametrize("label", ["openyurt.io/is-edge-worker", "alibabacloud.com/is-edge-worker"])
@pytest.mark.parametrize(
    "annotations",
    [
        {"node.beta.openyurt.io/autonomy": "true"},
        {"node.beta.alibabacloud.com/autonomy": "true"},
        {"apps.openyurt.io/binding": "true"},
        {_DURATION: "72h"},
        {_DURATION: "0"},
        {_DURATION: "2h", "node.beta.openyurt.io/autonomy": "false"},
    ],
)
def test_an_annotated_edge_node_is_autonomous(label: str, annotations: dict[str, str]) -> None:
    assert is_autonomous({"metadata": {"labels": {label: "true"}, "annotations": annotations}})


@pytest.mark.parametrize(
    ("labels", "annotations"),
    [
        (_EDGE, {}),
        (_EDGE, None),
        (_EDGE, {"node.beta.openyurt.io/autonomy": "false", "apps.openyurt.io/binding": "yes"}),
        (_EDGE, {_DURATION: "for ever"}),
        ({}, {"node.beta.openyurt.io/autonomy": "true"}),
        (None, {_DURATION: "72h"}),
        ({"openyurt.io/is-edge-worker": "false"}, {"apps.openyurt.io/binding": "true"}),
    ],
)
def test_any_other_node_is_not(labels: dict[str, str] | None, annotations: dict[str, str] | None) -> None:
    assert not is_autonomous({"metadata": {"labels": labels, "annotations": annotations}})
