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
    """What any node's certificate may list of the whole cluster."""
    kubelet_config: str = "kubelet-config-1.20"
    """The ConfigMap with kubelets' configuration that kubeadm join reads."""
    cron_jobs: str = "v1beta1"
    """The version of CronJobs that is served and that we read."""
    endpoint_slices: str = "v1beta1"
    """The served version of EndpointSlices; later servers find a Service's endpoints by nothing else."""
    selectors_refused_as_1_20: bool = True
    """Selectors that mean nothing are refused in 1.20's words, which are ours."""
    applies_as_1_20: bool = True
    """Server-side apply orders lists and gives empty maps to managers as 1.20 does."""
    refuses_patches_as_1_20: bool = True
    """Patches that cannot be applied are refused with 1.20's codes and words."""
    patches_take_unmatched: bool = True
    """A strategic merge patch takes nulls and directives over into fields that the object lacks."""
    compaction_seen_after: float = 0
    """Seconds at most until lists of compacted versions answer 410: later servers have snapshots in memory,
    and look every 15 s for what was compacted."""


_BY_MINOR = {
    20: Expectations(),
    34: Expectations(
        token_secrets=False,
        webhook_asked_for_all_nodes=False,
        self_reviews=Expectations().self_reviews | {("authentication.k8s.io", "selfsubjectreviews")},
        nodes_read="services",
        kubelet_config="kubelet-config",
        cron_jobs="v1",
        endpoint_slices="v1",
        selectors_refused_as_1_20=False,
        applies_as_1_20=False,
        refuses_patches_as_1_20=False,
        patches_take_unmatched=False,
        compaction_seen_after=20,
    ),
}


def of(version: str) -> Expectations:
    """Those of a version such as "1.34.4"."""
    minor = int(version.split(".")[1])
    return _BY_MINOR[max(known for known in _BY_MINOR if known <= minor)]
