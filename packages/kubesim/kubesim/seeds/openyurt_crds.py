"""OpenYurt's CustomResourceDefinitions, as each release serves and stores them."""

from __future__ import annotations

import msgspec

from kubesim.seeds.files import documents
from kubesim.seeds.names import RELEASES
from kubesim.storage.log import Object

_SERVED: dict[str, dict[str, tuple[str, ...]]] = {
    "v1.7": {},
    "v1.6": {"nodepools": ("v1beta1", "v1alpha1")},
    "v1.3": {"nodepools": ("v1alpha1", "v1beta1"), "yurtappsets": ("v1alpha1",)},
}
"""The served versions of a kind, the stored one first, where a release differs from the newest."""


def openyurt_definitions(release: str = RELEASES[0]) -> list[Object]:
    """The CustomResourceDefinitions of a release."""
    # through JSON, because YAML's anchors share what they name
    newest = [msgspec.json.decode(msgspec.json.encode(one)) for one in documents("openyurt-crds.yaml")]
    return [_as_released(definition, release) for definition in newest]


def _as_released(definition: Object, release: str) -> Object:
    spec = definition["spec"]
    versions = spec["versions"]
    if served := _SERVED[release].get(spec["names"]["plural"]):
        versions = [{**one, "storage": one["name"] == served[0]} for one in versions if one["name"] in served]
    # oldest first, as in the released files
    return {**definition, "spec": {**spec, "versions": sorted(versions, key=lambda one: str(one["name"]))}}
