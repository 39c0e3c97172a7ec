"""What differs between OpenYurt's releases for a machine that joins: which label puts it into its pool.

| release | nodepools served (stored)           | label a joining node must set        |
| 1.0-1.3 | v1alpha1, v1beta1 (v1alpha1)        | apps.openyurt.io/desired-nodepool    |
| 1.4-1.6 | v1alpha1, v1beta1 (v1beta1)         | apps.openyurt.io/nodepool            |
| 1.7     | v1alpha1, v1beta1, v1beta2 (v1beta2)| the same; without it the node reverts |

yurtadm's ``--nodepool-name`` is not used: no released chart lets a joining machine read its pool.
Source: docs/reference/openyurt.md.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from yurt_console.yurt.well_known_labels import DESIRED_NODE_POOL_LABEL, NODE_POOL_LABEL

_VERSION = re.compile(r"v?([0-9]{1,4})\.([0-9]{1,4})\.([0-9]{1,4}(?:-[0-9A-Za-z.]{1,64})?)")
_NEWEST_DESIRED, _NEWEST_STATIC_POD, _NEWEST = "v1.3.4", "v1.6.1", "v1.7.0"


class ReleaseError(ValueError):
    """A version that is none, or that is too old to join machines for."""


@dataclass(frozen=True, slots=True)
class Release:
    """The OpenYurt release whose yurtadm a machine joins with."""

    version: str
    """As released: "v1.7.0"."""
    pool_labels: tuple[str, ...]
    """The labels a joining node sets to its pool's name."""
    hub_asks: bool = False
    """Whether yurthub asks for a client certificate of its own, as it does up to 1.6."""

    def archive(self, architecture: str) -> str:
        """The name of yurtadm's archive; it holds ``linux-<architecture>/yurtadm``."""
        return f"yurtadm-{self.version}-linux-{architecture}.tar.gz"


def release(version: str, pool_label: str = NODE_POOL_LABEL) -> Release:
    """The release of a version such as "v1.6.1" or "1.6.1".

    Raises `ReleaseError` for what is no version and for releases before 1.0. ``pool_label`` is the
    setting, for builds of OpenYurt that name their label otherwise.
    """
    match = _VERSION.fullmatch(version)
    if match is None:
        raise ReleaseError(f"{version!r} is not a version of OpenYurt, such as v1.7.0")
    major, minor = int(match[1]), int(match[2])
    if major < 1:
        raise ReleaseError(f"OpenYurt {version} cannot be joined with this console: it needs 1.0 or newer")
    label = DESIRED_NODE_POOL_LABEL if (major, minor) < (1, 4) else pool_label
    return Release(f"v{major}.{minor}.{match[3]}", (label,), hub_asks=(major, minor) < (1, 7))


def discovered(served: Collection[str], stored: str = "", pool_label: str = NODE_POOL_LABEL) -> Release:
    """The newest release that agrees with the versions of ``nodepools`` served and stored.

    v1beta1 alone was served from 1.0 to 1.6, with different labels; where ``stored`` is not known, the
    node gets both, of which either release ignores the other. Without any nodepools, the newest.
    """
    if "v1beta2" in served or not served:
        return release(_NEWEST, pool_label)
    if stored == "v1beta1":
        return release(_NEWEST_STATIC_POD, pool_label)
    if stored == "v1alpha1" or "v1beta1" not in served:
        return release(_NEWEST_DESIRED)
    return Release(_NEWEST_STATIC_POD, (pool_label, DESIRED_NODE_POOL_LABEL), hub_asks=True)
