"""Findings: results of diagnostics, each with a text, a severity and a remedy."""

from __future__ import annotations

import msgspec


class Finding(msgspec.Struct, frozen=True):
    """The result of one check. ``severity`` is "ok", "warn" or "fail"."""

    severity: str
    text: str
    remedy: str = ""

    @property
    def is_failure(self) -> bool:
        """Whether it keeps console or operator from working."""
        return self.severity == "fail"

    def __str__(self) -> str:
        remedy = f"\n      -> {self.remedy}" if self.remedy else ""
        return f"{self.severity:<4}  {self.text}{remedy}"


def ok(text: str) -> Finding:
    """The check passed."""
    return Finding("ok", text)


def warn(text: str, remedy: str) -> Finding:
    """Console and operator work, but a feature is missing, or the check was not possible."""
    return Finding("warn", text, remedy)


def fail(text: str, remedy: str) -> Finding:
    """Console or operator cannot work."""
    return Finding("fail", text, remedy)
