"""OpenYurt releases, as far as they differ for a joining machine: the label that assigns the pool.

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
    """An invalid version, or a release that is too old to join machines."""


@dataclass(frozen=True, slots=True)
class Release:
    """A release of OpenYurt: the version of yurtadm that a machine downloads to join."""

    version: str
    """With the "v": "v1.7.0"."""
    pool_labels: tuple[str, ...]
    """Labels that a joining node sets to the name of its pool."""
    yurthub_requests_certificate: bool = False
    """Whether yurthub requests a client certificate of its own: up to 1.6."""

    def archive(self, architecture: str) -> str:
        """File name of yurtadm's archive; it contains ``linux-<architecture>/yurtadm``."""
        return f"yurtadm-{self.version}-linux-{architecture}.tar.gz"


def release(version: str, pool_label: str = NODE_POOL_LABEL) -> Release:
    """The release of a version such as "v1.6.1" or "1.6.1".
     ``pool_label`` is the setting, for builds of OpenYurt with another label. Raises `ReleaseError` for an
    invalid version and for releases before 1.0.
    """
    match = _VERSION.fullmatch(version)
    if match is None:
        raise ReleaseError(f"{version!r} is not a version of OpenYurt, such as v1.7.0")
    major, minor = int(match[1]), int(match[2])
    if major < 1:
        raise ReleaseError(f"OpenYurt {version} cannot be joined with this console: it needs 1.0 or newer")
    label = DESIRED_NODE_POOL_LABEL if (major, minor) < (1, 4) else pool_label
    return Release(
        f"v{major}.{minor}.{match[3]}", (label,), yurthub_requests_certificate=(major, minor) < (1, 7)
    )


def release_serving(served: Collection[str], stored: str = "", pool_label: str = NODE_POOL_LABEL) -> Release:
    """The newest release that fits the served and stored versions of ``nodepools``.

    Releases 1.0 to 1.6 serve v1beta1 but differ in the label. When ``stored`` is unknown, the result has both
    labels; each release ignores the other's. When ``served`` is empty, the result is the newest release.
    """
    if "v1beta2" in served or not served:
        return release(_NEWEST, pool_label)
    if stored == "v1beta1":
        return release(_NEWEST_STATIC_POD, pool_label)
    if stored == "v1alpha1" or "v1beta1" not in served:
        return release(_NEWEST_DESIRED)
    return Release(
        _NEWEST_STATIC_POD, (pool_label, DESIRED_NODE_POOL_LABEL), yurthub_requests_certificate=True
    )
