"""Names of seeds and of OpenYurt's releases; imports nothing, for the command line's parser."""

from __future__ import annotations

SEEDS: tuple[str, ...] = ("small", "edge-500", "empty")
"""The seed files of this package."""
RELEASES: tuple[str, ...] = ("v1.7", "v1.6", "v1.3")
"""The releases of OpenYurt that are known, newest first."""
