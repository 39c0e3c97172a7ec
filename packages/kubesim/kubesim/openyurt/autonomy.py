"""Node autonomy: whether an edge node's pods stay when the node is unreachable. Pure.

Source: openyurt, pkg/yurtmanager/controller/nodelifecycle.
"""

from __future__ import annotations

from apimachinery import durations
from kubesim.openyurt import well_known_labels
from kubesim.storage.log import Object


def is_autonomous(node: Object) -> bool:
    """Whether OpenYurt's annotations keep the pods of an edge node when it is unreachable."""
    labels, annotations = node["metadata"].get("labels") or {}, node["metadata"].get("annotations") or {}
    if not any(labels.get(key) == "true" for key in well_known_labels.EDGE_WORKER_LABELS):
        return False
    if any(
        annotations.get(key) == "true"
        for key in (well_known_labels.BINDING_ANNOTATION, *well_known_labels.AUTONOMY_ANNOTATIONS)
    ):
        return True
    try:
        durations.parse(annotations.get(well_known_labels.AUTONOMY_DURATION_ANNOTATION, "none"))
    except durations.DurationError:
        return False
    return True
