"""Resource quantities: "250m", "1.5Gi", "12e6", as exact numbers and as human-readable text.

Source: k8s.io/apimachinery, pkg/api/resource, checked against API server v1.20:

    quantity ::= [+-] digits[.digits] suffix        (digits may stand on one side of the point only)
    suffix   ::= n u m "" k M G T P E  |  Ki Mi Gi Ti Pi Ei  |  e or E with a signed exponent

Arithmetic is on integers, never on floats. As in Kubernetes, values are rounded away from zero to 1e-9, and
a binary quantity is capped at 2^63-1. `millicores` and `whole` are called for every container of every pod,
so their results are cached.
"""

from __future__ import annotations

import re
from fractions import Fraction
from functools import lru_cache
from typing import Final

LIMIT: Final = 2**53 - 1
"""The maximum of `millicores` and `whole`: the largest integer that a browser's JSON keeps exact."""

_SYNTAX = re.compile(
    r"([+-]?)(?=\.?[0-9])([0-9]*)(?:\.([0-9]*))?(?:([KMGTPE]i)|([numkMGTPE]?)|[eE]([+-]?[0-9]{1,9}))"
)
_BINARY, _POWER = 4, 6
_DECIMAL_SI = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_BINARY_SI = {"Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50, "Ei": 60}
_DECIMAL_SUFFIX = {exponent: suffix for suffix, exponent in _DECIMAL_SI.items()}
_BINARY_SUFFIX = ("", *_BINARY_SI)
_BINARY_LIMIT = 2**63 - 1
_FINEST = -9
_LONGEST = 256
_FRACTION_EXPONENT = 1000
_BYTE_UNITS = ("B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB")


class QuantityError(ValueError):
    """A malformed quantity, in Kubernetes' words."""


def parse(text: str) -> Fraction:
    """The exact value of a quantity.

    Raises `QuantityError` for malformed text, and for exponents above 1000, which would exhaust memory.
    """
    mantissa, exponent = _scaled(_match(text))
    if exponent > _FRACTION_EXPONENT:
        raise QuantityError(f"the exponent of {text!r} is out of range")
    return mantissa * Fraction(10) ** exponent


@lru_cache(maxsize=8192)
def millicores(text: str) -> int:
    """A CPU quantity in millicores, rounded away from zero as Kubernetes' MilliValue, up to `LIMIT`."""
    mantissa, exponent = _scaled(_match(text))
    return _rounded(mantissa, exponent + 3)


@lru_cache(maxsize=8192)
def whole(text: str) -> int:
    """A quantity as an integer, rounded away from zero as Kubernetes' Value, up to `LIMIT`."""
    mantissa, exponent = _scaled(_match(text))
    return _rounded(mantissa, exponent)


def canonical(text: str) -> str:
    """The canonical form of a quantity: "0.5" is "500m", "1024Mi" is "1Gi".

    A number above the largest suffix gets an exponent, as in current Kubernetes (v1.20 lost it).
    """
    match = _match(text)
    mantissa, exponent = _scaled(match)
    if mantissa == 0:
        return "0"
    if _stays(match):
        return text
    if match[_BINARY] and exponent >= 0 and abs(mantissa * 10**exponent) >= 1024:
        return _binary_text(mantissa * 10**exponent)
    while mantissa % 10 == 0:
        mantissa, exponent = mantissa // 10, exponent + 1
    exponent, extra = exponent - exponent % 3, exponent % 3
    mantissa *= 10**extra
    if exponent in _DECIMAL_SUFFIX and not match[_POWER]:
        return f"{mantissa}{_DECIMAL_SUFFIX[exponent]}"
    return f"{mantissa}e{exponent}" if exponent else str(mantissa)


def cpu_text(thousandths: int) -> str:
    """Human-readable CPUs: "4", "1.25", and below one "250m"."""
    if abs(thousandths) < 1000:
        return f"{thousandths}m" if thousandths else "0"
    sign = "-" if thousandths < 0 else ""
    hundredths = (abs(thousandths) + 5) // 10
    return f"{sign}{hundredths // 100}.{hundredths % 100:02}".rstrip("0").rstrip(".")


def bytes_text(count: int) -> str:
    """Human-readable bytes with at most one decimal: "8 GiB", "7.6 GiB", "512 MiB", "0 B"."""
    sign, rest = ("-", -count) if count < 0 else ("", count)
    unit = 0
    while unit < len(_BYTE_UNITS) - 1 and _tenths(rest, unit) >= 10240:
        unit += 1
    tenths = _tenths(rest, unit)
    number = f"{tenths // 10}.{tenths % 10}" if tenths % 10 else f"{tenths // 10}"
    return f"{sign}{number} {_BYTE_UNITS[unit]}"


def _match(text: str) -> re.Match[str]:
    match = _SYNTAX.fullmatch(text) if len(text) <= _LONGEST else None
    if match is None:
        raise QuantityError(
            "quantities must match the regular expression"
            f" '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$', not {text[:_LONGEST]!r}"
        )
    return match


def _scaled(match: re.Match[str]) -> tuple[int, int]:
    """(mantissa, power of ten), rounded and capped as Kubernetes does."""
    sign, digits, decimals, binary, decimal, power = match.groups()
    mantissa = int(digits + (decimals or ""))
    exponent = -len(decimals or "")
    if binary:
        mantissa <<= _BINARY_SI[binary]
    else:
        exponent += int(power) if power else _DECIMAL_SI[decimal or ""]
    if exponent < _FINEST:
        too_fine = _FINEST - exponent
        mantissa = -(-mantissa // 10**too_fine) if too_fine <= 2 * _LONGEST else int(mantissa > 0)
        exponent = _FINEST
    while exponent < 0 and mantissa % 10 == 0:
        mantissa, exponent = mantissa // 10, exponent + 1
    if binary and mantissa > _BINARY_LIMIT * 10**-exponent:
        mantissa, exponent = _BINARY_LIMIT, 0
    return (-mantissa if sign == "-" else mantissa), exponent


def _rounded(mantissa: int, exponent: int) -> int:
    size = abs(mantissa)
    if exponent < 0:
        size = -(-size // 10**-exponent)
    elif size:
        size *= 10 ** min(exponent, 20)  # 10^20 exceeds the limit whatever it multiplies
    return min(size, LIMIT) if mantissa >= 0 else -min(size, LIMIT)


def _stays(match: re.Match[str]) -> bool:
    """Whether Kubernetes keeps the original text because it looks canonical."""
    _, digits, decimals, binary, decimal, power = match.groups()
    digits, decimals = digits.lstrip("0"), decimals or ""
    if binary:
        shift = _BINARY_SI[binary]
        short = 14 - len(digits) - shift * 3 // 10 >= 0
        return short and not decimals and int(digits or "0") & 7 != 0
    shifted = (digits or "0") + decimals
    exponent = (int(power) if power else _DECIMAL_SI[decimal or ""]) - len(decimals)
    fits = len(shifted) <= 18 and exponent >= _FINEST
    return fits and exponent % 3 == 0 and not shifted.endswith("000") and shifted[0] != "0"


def _binary_text(value: int) -> str:
    power = 0
    while value % 1024 == 0 and power < len(_BINARY_SUFFIX) - 1:
        value, power = value // 1024, power + 1
    return f"{value}{_BINARY_SUFFIX[power]}"


def _tenths(count: int, unit: int) -> int:
    """``count`` in tenths of the unit, rounded half up."""
    size: int = 1024**unit
    return (count * 20 + size) // (size * 2)
