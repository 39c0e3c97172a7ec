"""Sums and comparisons of resource quantities, in the format that Kubernetes gives them. Pure.

A sum keeps the format of its first term: 128Mi and 128Mi are 256Mi, 500m and 1 are 1500m.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from apimachinery.quantities import QuantityError, canonical, parse


@dataclass(frozen=True, slots=True)
class Amount:
    """A quantity."""

    value: Fraction
    is_binary: bool = False

    @classmethod
    def of(cls, text: object) -> Amount:
        """The amount of a quantity, zero for malformed text."""
        try:
            return cls(parse(str(text)), str(text).endswith("i"))
        except QuantityError:
            return ZERO

    def __add__(self, other: Amount) -> Amount:
        return Amount(self.value + other.value, self.is_binary if self.value else other.is_binary)

    def __sub__(self, other: Amount) -> Amount:
        return Amount(self.value - other.value, self.is_binary if self.value else other.is_binary)

    def __str__(self) -> str:
        if self.is_binary and self.value.denominator == 1 and not self.value % 1024:
            return canonical(f"{self.value // 1024}Ki")
        if self.value.denominator == 1:
            return str(self.value) if self.is_binary else canonical(str(self.value))
        return canonical(f"{self.value * 1000}m") if (self.value * 1000).denominator == 1 else str(self.value)


ZERO, ONE = Amount(Fraction(0)), Amount(Fraction(1))

Amounts = Mapping[str, Amount]


def amounts(quantities: Mapping[str, object] | None) -> dict[str, Amount]:
    """The amounts of a ResourceList."""
    return {name: Amount.of(text) for name, text in (quantities or {}).items()}


def total(parts: Iterable[Amounts]) -> dict[str, Amount]:
    """The sum, by resource."""
    found: dict[str, Amount] = {}
    for part in parts:
        for name, amount in part.items():
            found[name] = found.get(name, ZERO) + amount
    return found


def largest(first: Amounts, second: Amounts) -> dict[str, Amount]:
    """The maximum, by resource."""
    found = dict(first)
    for name, amount in second.items():
        if name not in found or amount.value > found[name].value:
            found[name] = amount
    return found


def listed(parts: Amounts) -> str:
    """The amounts as error messages list them."""
    return ",".join(f"{name}={parts[name]}" for name in sorted(parts))
