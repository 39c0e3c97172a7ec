"""Deterministic pseudo-randomness: numbers hashed from a seed and words instead of drawn from a generator.

The order of calls does not matter, so two runs with one seed are equal.
"""

from __future__ import annotations

import hashlib

# k8s.io/apimachinery, pkg/util/rand: no vowels, no look-alikes
_LETTERS = "bcdfghjklmnpqrstvwxz2456789"
_WIDTH = 2**64


def number(*words: object) -> int:
    """A uniform integer below 2**64."""
    text = "\x00".join(map(str, words)).encode()
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest())


def between(low: float, high: float, *words: object) -> float:
    """A uniform float from ``low`` to ``high``."""
    return low + (high - low) * number(*words) / _WIDTH


def letters(count: int, *words: object) -> str:
    """A generated name suffix, as of `generateName`."""
    rest, found = number(*words), []
    for _ in range(count):
        rest, position = divmod(rest, len(_LETTERS))
        found.append(_LETTERS[position])
    return "".join(found)


def template_hash(value: bytes, collisions: int = 0) -> str:
    """The pod-template-hash: 32 bits of FNV-1a in the alphabet of `rand.SafeEncodeString`."""
    found = 2166136261
    for byte in value + (collisions.to_bytes(4) if collisions else b""):
        found = (found ^ byte) * 16777619 & 0xFFFFFFFF
    return "".join(_LETTERS[ord(digit) % len(_LETTERS)] for digit in str(found))
