"""Chance that comes out the same every time: numbers made from a seed and words, not drawn one after another.

Who asks first changes nothing, so two runs of one seed tell the same story.
"""

from __future__ import annotations

import hashlib

# Kubernetes' own letters for generated names: no vowels, nothing that looks alike
_LETTERS = "bcdfghjklmnpqrstvwxz2456789"
_WIDTH = 2**64


def number(*words: object) -> int:
    """A whole number below 2**64."""
    text = "\x00".join(map(str, words)).encode()
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest())


def between(low: float, high: float, *words: object) -> float:
    """A number from ``low`` to ``high``, each as likely."""
    return low + (high - low) * number(*words) / _WIDTH


def letters(count: int, *words: object) -> str:
    """A suffix as Kubernetes generates them."""
    rest, found = number(*words), []
    for _ in range(count):
        rest, position = divmod(rest, len(_LETTERS))
        found.append(_LETTERS[position])
    return "".join(found)


def template_hash(value: bytes, collisions: int = 0) -> str:
    """The hash that names a pod template: 32 bits of FNV-1a, spelled in those letters."""
    found = 2166136261
    for byte in value + (collisions.to_bytes(4) if collisions else b""):
        found = (found ^ byte) * 16777619 & 0xFFFFFFFF
    return "".join(_LETTERS[ord(digit) % len(_LETTERS)] for digit in str(found))
