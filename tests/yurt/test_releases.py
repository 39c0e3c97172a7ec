"""OpenYurt releases: labels and certificates of a joining machine."""

from __future__ import annotations

import pytest

from yurt_console.yurt.releases import ReleaseError, release, release_serving

POOL, DESIRED = "apps.openyurt.io/nodepool", "apps.openyurt.io/desired-nodepool"
OLD, CURRENT = ("v1alpha1", "v1beta1"), ("v1alpha1", "v1beta1", "v1beta2")


@pytest.mark.parametrize(
    ("version", "labels"),
    [("v1.0.0", (DESIRED,)), ("v1.3.4", (DESIRED,)), ("1.4.0", (POOL,)), ("v1.6.1", (POOL,)),
     ("v1.7.0", (POOL,)), ("v1.10.2", (POOL,)), ("v2.0.0-rc.1", (POOL,))],
)  # fmt: skip
def test_the_label_of_each_release(version: str, labels: tuple[str, ...]) -> None:
    found = release(version)
    assert found.pool_labels == labels
    assert found.version == f"v{version.removeprefix('v')}"


@pytest.mark.parametrize(
    "version", ["", "latest", "v1", "1.7", "v1.7.0 ", "v1.7.0;id", "v1.7.0-$(id)", "v0.7.0", "v१.0.0"]
)
def test_what_is_no_release_for_joining_is_refused(version: str) -> None:
    with pytest.raises(ReleaseError):
        release(version)


@pytest.mark.parametrize(
    ("served", "stored", "version", "labels"),
    [
        (CURRENT, "v1beta2", "v1.7.0", (POOL,)),
        (CURRENT, "", "v1.7.0", (POOL,)),
        (OLD, "v1beta1", "v1.6.1", (POOL,)),
        (OLD, "v1alpha1", "v1.3.4", (DESIRED,)),
        (OLD, "", "v1.6.1", (POOL, DESIRED)),
        (("v1alpha1",), "", "v1.3.4", (DESIRED,)),
        ((), "", "v1.7.0", (POOL,)),
    ],
)
def test_the_release_is_found_from_the_versions_of_nodepools(
    served: tuple[str, ...], stored: str, version: str, labels: tuple[str, ...]
) -> None:
    found = release_serving(served, stored)
    assert (found.version, found.pool_labels) == (version, labels)


def test_a_build_may_name_its_label_otherwise() -> None:
    assert release_serving(CURRENT, pool_label="acme.io/pool").pool_labels == ("acme.io/pool",)
    assert release("v1.6.1", "acme.io/pool").pool_labels == ("acme.io/pool",)
