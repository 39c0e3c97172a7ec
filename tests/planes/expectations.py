"""What API servers of different Kubernetes versions do differently, and tests must know: one row a version.

A server is judged by the newest row that is not newer than itself.
"""

from __future__ import annotations

from dataclasses import dataclass

SIMULATED = "simulated"
SIMULATED_VERSION = "1.20.2"
"""What the simulator plays."""


@dataclass(frozen=True)
class Expectations:
    """The facts of one version."""

    token_secrets: bool = True
    """A new ServiceAccount gets a Secret with a token by itself."""
    webhook_asked_for_all_nodes: bool = True
    """The webhook is asked about every Node that a kubelet makes: later servers know conditions."""
    self_reviews: frozenset[tuple[str, str]] = frozenset(
        {
            ("authorization.k8s.io", "selfsubjectaccessreviews"),
            ("authorization.k8s.io", "selfsubjectrulesreviews"),
        }
    )
    """Group and resource of what everybody may ask about oneself."""
    nodes_read: str = "pods, services, nodes"
    """Whose objects of all the cluster any node's certificate may list."""
    kubelet_config: str = "kubelet-config-1.20"
    """The ConfigMap with kubelets' configuration that kubeadm join reads."""
    cron_jobs: str = "v1beta1"
    """The version of CronJobs that is served and that we read."""
    selectors_refused_as_1_20: bool = True
    """Selectors that mean nothing are refused in 1.20's words, which are ours."""
    applies_as_1_20: bool = True
    """Server-side apply orders lists and gives empty maps to managers as 1.20 does."""
    refuses_patches_as_1_20: bool = True
    """Patches that cannot be applied are refused with 1.20's codes and words."""


_BY_MINOR = {
    20: Expectations(),
    34: Expectations(
        token_secrets=False,
        webhook_asked_for_all_nodes=False,
        self_reviews=Expectations().self_reviews | {("authentication.k8s.io", "selfsubjectreviews")},
        nodes_read="services",
        kubelet_config="kubelet-config",
        cron_jobs="v1",
        selectors_refused_as_1_20=False,
        applies_as_1_20=False,
        refuses_patches_as_1_20=False,
    ),
}


NOT_TRIED: dict[str, dict[str, str]] = {
    "1.34.4": {
        "::test_a_real_api_server_asks_through_the_service[": "the webhook was not called within 20 s",
        "::test_a_short_outage_is_survived[": "/services did not say staleSince when it was asked",
        "::test_pages_from_before_what_is_remembered_are_refused[": "the old page is answered",
        "::test_a_new_cluster_wide_object_gets_the_same_defaults[real-1.34.4-/api/v1/persistentvolumes": (
            "a PersistentVolume gets other defaults"
        ),
        "::test_a_strategic_merge_patch_does_what_the_real_one_does[": "a PodTemplate is patched differently",
    }
}
"""By version: parts of ids of tests that fail there, and what was seen. Each is a gap, shown as skipped."""


def of(version: str) -> Expectations:
    """Those of a version such as "1.34.4"."""
    minor = int(version.split(".")[1])
    return _BY_MINOR[max(known for known in _BY_MINOR if known <= minor)]
