"""One line of ``yurt-console check``: how it looks."""

from __future__ import annotations

import msgspec


class Finding(msgspec.Struct, frozen=True):
    """Something that was looked at: a sentence, and what to do about it."""

    mark: str
    text: str
    remedy: str = ""

    @property
    def is_wrong(self) -> bool:
        """Whether console or operator cannot work because of it."""
        return self.mark == "WRONG"

    def __str__(self) -> str:
        remedy = f"\n         -> {self.remedy}" if self.remedy else ""
        return f"{self.mark:<7}  {self.text}{remedy}"


def fine(text: str) -> Finding:
    """As it should be."""
    return Finding("ok", text)


def doubtful(text: str, remedy: str) -> Finding:
    """Works, but somebody will miss something; or we could not look."""
    return Finding("doubt", text, remedy)


def wrong(text: str, remedy: str) -> Finding:
    """Console or operator cannot work."""
    return Finding("WRONG", text, remedy)
