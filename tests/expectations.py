"""What API servers of different Kubernetes versions do differently, and tests must know: one row a version.

A server is judged by the newest row that is not newer than itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

SIMULATED = "simulated"
SIMULATED_VERSION = "1.20.2"
"""What the simulator plays."""


@dataclass(frozen=True)
class Expectations:
    """The facts of one version."""

    token_secrets: bool = True
    """A new ServiceAccount gets a Secret with a token by itself."""
    words: Mapping[str, str] = field(default_factory=dict)
    """What 1.20 says, and how this one says it."""

    def said(self, text: str) -> str:
        """How this version says a sentence of 1.20."""
        for old, new in self.words.items():
            text = text.replace(old, new)
        return text


_BY_MINOR = {
    20: Expectations(),
    34: Expectations(token_secrets=False),
}


def of(version: str) -> Expectations:
    """Those of a version such as "1.34.4"."""
    minor = int(version.split(".")[1])
    return _BY_MINOR[max(known for known in _BY_MINOR if known <= minor)]
