"""Quantities: laws, spellings of the real API server, human-readable text."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apimachinery.quantities import (
    LIMIT,
    QuantityError,
    bytes_text,
    canonical,
    cpu_text,
    millicores,
    parse,
    whole,
)
from tests.planes.plane import Plane

SUFFIXES = {
    "n": Fraction(1, 10**9), "u": Fraction(1, 10**6), "m": Fraction(1, 1000), "": Fraction(1),
    "k": Fraction(10**3), "M": Fraction(10**6), "G": Fraction(10**9), "T": Fraction(10**12),
    "P": Fraction(10**15), "E": Fraction(10**18), "Ki": Fraction(2**10), "Mi": Fraction(2**20),
    "Gi": Fraction(2**30), "Ti": Fraction(2**40), "Pi": Fraction(2**50), "Ei": Fraction(2**60),
    "e3": Fraction(1000), "E3": Fraction(1000), "e-3": Fraction(1, 1000), "e+2": Fraction(100),
    "E0": Fraction(1),
}  # fmt: skip


@st.composite
def quantities(draw: st.DrawFn) -> tuple[str, Fraction]:
    """A text, and its value by definition."""
    sign = draw(st.sampled_from(["", "+", "-"]))
    digits = draw(st.integers(0, 10**9))
    decimals = draw(st.none() | st.text("0123456789", max_size=6))
    suffix = draw(st.sampled_from(sorted(SUFFIXES)))
    number = Fraction(f"{digits}.{decimals}0" if decimals is not None else str(digits))
    value = number * SUFFIXES[suffix]
    finest = Fraction(math.ceil(value * 10**9), 10**9)
    capped = min(finest, Fraction(2**63 - 1)) if suffix.endswith("i") else finest
    text = f"{sign}{digits}{'' if decimals is None else '.' + decimals}{suffix}"
    return text, -capped if sign == "-" else capped


@given(quantities())
def test_a_quantity_is_worth_what_its_parts_say(quantity: tuple[str, Fraction]) -> None:
    text, value = quantity
    assert parse(text) == value


@given(quantities())
def test_the_canonical_spelling_is_worth_the_same_and_stays(quantity: tuple[str, Fraction]) -> None:
    text, value = quantity
    assert parse(canonical(text)) == value
    assert canonical(canonical(text)) == canonical(text)


@given(quantities(), quantities())
def test_order_survives_rounding(first: tuple[str, Fraction], second: tuple[str, Fraction]) -> None:
    (low, _), (high, _) = sorted((first, second), key=lambda quantity: quantity[1])
    assert whole(low) <= whole(high)
    assert millicores(low) <= millicores(high)


@given(st.integers(-(10**6), 10**6), st.integers(-(10**6), 10**6), st.sampled_from(sorted(SUFFIXES)))
def test_quantities_add_up(one: int, other: int, suffix: str) -> None:
    assert parse(f"{one}m") + parse(f"{other}m") == parse(f"{one + other}m")
    if not suffix.startswith(("P", "E", "T")):
        assert parse(f"{one}{suffix}") + parse(f"{other}{suffix}") == parse(f"{one + other}{suffix}")


@given(quantities())
def test_integers_are_rounded_away_from_zero(quantity: tuple[str, Fraction]) -> None:
    text, value = quantity
    for number, exact in ((whole(text), value), (millicores(text), value * 1000)):
        assert number == (0 if not exact else math.copysign(min(math.ceil(abs(exact)), LIMIT), exact))


@pytest.mark.parametrize(
    "text",
    ["", "Ki", "e3", ".", "+", "1.2.3", "1KiB", "1i", "1mi", "--1", "1_000", "1e3.5", "1ee3", "1Mi5", " 1",
     "1 ", "1\n", "1e", "0x10", "nan", "inf", "１", "1,5", "1" * 300],
)  # fmt: skip
def test_what_is_no_quantity_is_refused_with_kubernetes_words(text: str) -> None:
    for function in (parse, millicores, whole, canonical):
        with pytest.raises(QuantityError, match="quantities must match the regular expression"):
            function(text)


def test_absurd_exponents_cost_nothing() -> None:
    assert whole("1e999999999") == millicores("9e999999999") == LIMIT
    assert whole("-1e999999999") == -LIMIT
    assert whole("0e999999999") == 0
    assert whole("1e-999999999") == 1
    with pytest.raises(QuantityError, match="out of range"):
        parse("1e999999999")


@pytest.mark.parametrize(
    ("given_text", "canonical_text"),
    [("0.5", "500m"), ("1000m", "1"), ("1024Mi", "1Gi"), ("1.5Gi", "1536Mi"), ("0.5Ki", "512"),
     ("1000", "1k"), ("12e6", "12e6"), ("100e1", "1e3"), ("8Ei", "9223372036854775807"),
     ("1.1Ki", "1126400m"), ("0Gi", "0"), ("1000E", "1e21"), ("1000Ki", "1000Ki")],
)  # fmt: skip
def test_known_canonical_spellings(given_text: str, canonical_text: str) -> None:
    assert canonical(given_text) == canonical_text


@pytest.mark.parametrize(
    ("thousandths", "text"),
    [(0, "0"), (1, "1m"), (250, "250m"), (999, "999m"), (1000, "1"), (1250, "1.25"), (1500, "1.5"),
     (1999, "2"), (4000, "4"), (10000, "10"), (-1500, "-1.5")],
)  # fmt: skip
def test_cpus_read_well(thousandths: int, text: str) -> None:
    assert cpu_text(thousandths) == text


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 B"), (1023, "1023 B"), (1024, "1 KiB"), (512 * 2**20, "512 MiB"), (8 * 2**30, "8 GiB"),
     (7_980_000 * 1024, "7.6 GiB"), (100 * 2**30, "100 GiB"), (2**40 - 1, "1 TiB"), (-1536, "-1.5 KiB"),
     (2**70, "1024 EiB")],
)  # fmt: skip
def test_bytes_read_well(count: int, text: str) -> None:
    assert bytes_text(count) == text


@given(st.integers(0, 2**62))
def test_a_text_for_people_is_off_by_a_twentieth_of_its_unit_at_most(count: int) -> None:
    number, unit = bytes_text(count).split()
    size = 1024 ** ("B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB").index(unit)
    assert abs(Fraction(number) * size - count) <= Fraction(size, 20)
    assert Fraction(number) < 1024


def test_the_api_server_spells_quantities_as_we_do(plane: Plane) -> None:
    """Resource lists keep thousandths at the finest, so nothing finer is compared."""
    texts = [
        f"{number}{suffix}"
        for number in (
            "0",
            "1",
            "7",
            "10",
            "0.5",
            "1.5",
            ".25",
            "12.",
            "1000",
            "1023",
            "1024",
            "1536",
            "1000000",
            "1048576",
        )
        for suffix in ("", "m", "k", "M", "G", "Ki", "Mi", "Gi", "e3", "E6")
        if suffix != "m" or "." not in number
    ]
    containers = [
        {"name": f"c{index}", "image": "none", "resources": {"limits": {"memory": text}}}
        for index, text in enumerate(texts)
    ]
    template = {"metadata": {"name": "quantities"}, "template": {"spec": {"containers": containers}}}
    made = plane.api.done("POST", "/api/v1/namespaces/default/podtemplates?dryRun=All", template)
    returned = made["template"]["spec"]["containers"]
    spelled = [container["resources"]["limits"]["memory"] for container in returned]
    assert dict(zip(texts, spelled, strict=True)) == {text: canonical(text) for text in texts}
