"""Findings: the results of diagnostics, each a sentence with a severity and a remedy."""

from __future__ import annotations

import msgspec


class Finding(msgspec.Struct, frozen=True):
    """The result of one check. ``severity`` is "ok", "doubt" or "WRONG"."""

    severity: str
    text: str
    remedy: str = ""

    @property
    def is_failure(self) -> bool:
        """Whether console or operator cannot work because of it."""
        return self.severity == "WRONG"

    def __str__(self) -> str:
        remedy = f"\n         -> {self.remedy}" if self.remedy else ""
        return f"{self.severity:<7}  {self.text}{remedy}"


def ok(text: str) -> Finding:
    """The check passed."""
    return Finding("ok", text)


def warn(text: str, remedy: str) -> Finding:
    """Console and operator work, but something is missing for users; or the check could not be made."""
    return Finding("doubt", text, remedy)


def fail(text: str, remedy: str) -> Finding:
    """Console or operator cannot work."""
    return Finding("WRONG", text, remedy)
