"""Registrations per address: a burst, then a trickle, in bounded memory."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from yurt_console.tenancy.accounts.throttle import Throttle


def test_an_hours_worth_at_once_and_then_a_wait() -> None:
    throttle = Throttle(60)
    assert [throttle.take("203.0.113.7", 0.0) for _ in range(60)] == [0] * 60
    assert throttle.take("203.0.113.7", 0.0) == 60
    assert throttle.take("203.0.113.7", 59.0) == 1
    assert throttle.take("203.0.113.7", 60.0) == 0


@given(per_hour=st.integers(0, 5), times=st.lists(st.floats(0, 9000), max_size=20))
def test_what_one_has_to_wait_is_told_without_counting_it(per_hour: int, times: list[float]) -> None:
    throttle = Throttle(per_hour)
    for now in sorted(times):
        assert throttle.wait("203.0.113.7", now) == throttle.wait("203.0.113.7", now)
        told = throttle.wait("203.0.113.7", now)
        assert throttle.take("203.0.113.7", now) == told


def test_a_burst_is_bounded_and_refills_at_the_hours_rate() -> None:
    throttle = Throttle(600, burst=3)
    assert [throttle.take("203.0.113.7", 0.0) for _ in range(4)] == [0, 0, 0, 6]
    assert [throttle.take("203.0.113.7", 3600.0) for _ in range(4)] == [0, 0, 0, 6]
    assert Throttle(1, burst=60).wait("203.0.113.7", 0.0) == 0


def test_addresses_do_not_share() -> None:
    throttle = Throttle(1)
    assert throttle.take("203.0.113.7", 0.0) == 0
    assert throttle.take("203.0.113.8", 0.0) == 0
    assert throttle.take("203.0.113.7", 0.0) > 0


def test_one_customers_ipv6_addresses_share() -> None:
    throttle = Throttle(1)
    assert throttle.take("2001:db8::1", 0.0) == 0
    assert throttle.take("2001:db8::2", 0.0) > 0
    assert throttle.take("2001:db8:0:1::1", 0.0) == 0


def test_ipv4_in_ipv6_is_the_same_address() -> None:
    throttle = Throttle(1)
    assert throttle.take("203.0.113.7", 0.0) == 0
    assert throttle.take("::ffff:203.0.113.7", 0.0) > 0


def test_0_is_no_limit() -> None:
    throttle = Throttle(0)
    assert not any(throttle.take("203.0.113.7", 0.0) for _ in range(1000))


def test_a_flood_of_addresses_costs_no_memory() -> None:
    throttle = Throttle(1)
    for number in range(12_000):
        throttle.take(f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}", 0.0)
    assert len(throttle) == 10_000


@given(st.integers(1, 100), st.lists(st.floats(0, 300), max_size=60))
def test_never_more_than_saved_up_and_earned(per_hour: int, pauses: list[float]) -> None:
    throttle, now, taken = Throttle(per_hour), 0.0, 0
    for pause in pauses:
        now += pause
        taken += throttle.take("203.0.113.7", now) == 0
    assert taken <= per_hour + now * per_hour / 3600 + 1e-3


@given(st.integers(1, 100), st.floats(0, 1e6))
def test_the_wait_it_names_is_enough(per_hour: int, start: float) -> None:
    throttle = Throttle(per_hour)
    while not (wait := throttle.take("203.0.113.7", start)):
        pass
    assert throttle.take("203.0.113.7", start + wait) == 0
